/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nic.h - read-only facts about an interface and the machine around it. What
 * set-up decides and what explanations rest on.
 */
#ifndef ZCXSK_LIB_NIC_NIC_H
#define ZCXSK_LIB_NIC_NIC_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

/* Feature bits of virtio-net that matter here, as bit numbers. */
enum {
	VIRTIO_BIT_GUEST_CSUM = 1,
	VIRTIO_BIT_CTRL_GUEST_OFFLOADS = 2,
	VIRTIO_BIT_MTU = 3,
	VIRTIO_BIT_GUEST_TSO4 = 7,
	VIRTIO_BIT_GUEST_TSO6 = 8,
	VIRTIO_BIT_GUEST_ECN = 9,
	VIRTIO_BIT_GUEST_UFO = 10,
	VIRTIO_BIT_MRG_RXBUF = 15,
	VIRTIO_BIT_CTRL_VQ = 17,
	VIRTIO_BIT_MQ = 22,
	VIRTIO_BIT_INDIRECT_DESC = 28,
	VIRTIO_BIT_VERSION_1 = 32,
	VIRTIO_BIT_ACCESS_PLATFORM = 33,
	VIRTIO_BIT_RING_RESET = 40,
	VIRTIO_BIT_GUEST_USO4 = 54,
	VIRTIO_BIT_GUEST_USO6 = 55,
};

/* Bits of xdp_features as netlink reports them (linux/netdev.h). */
enum {
	NIC_XDP_BASIC = 1,
	NIC_XDP_REDIRECT = 2,
	NIC_XDP_ZEROCOPY = 8,
};

struct nic {
	bool elsewhere; /* in another network namespace: nothing more can be read */
	char ifname[IFNAMSIZ];
	uint32_t ifindex;
	uint32_t mtu;
	bool up;      /* IFF_UP */
	bool carrier; /* IFF_RUNNING */
	uint8_t mac[6];
	int numa_node;	    /* -1 = none or unknown */
	char driver[32];    /* "virtio_net"; "" = unknown */
	uint32_t rx_queues; /* real ones, now */
	uint32_t tx_queues;
	uint32_t rx_queues_max; /* that it can be told to have */
	uint32_t tx_queues_max;
	uint32_t rx_ring; /* descriptors of the device's ring, 0 = unknown */
	bool is_virtio;
	uint64_t virtio_features; /* bit n = feature bit n */
	bool napi_tx_off;	  /* virtio_net.napi_tx=0 */
	bool xdp_features_known;
	uint64_t xdp_features;
	uint32_t native_prog_id; /* attached XDP programs, 0 = none */
	uint32_t generic_prog_id;
	unsigned kernel_major;
	unsigned kernel_minor;
	char kernel_release[65];
};

/*
 * Reads everything that can be read; what cannot stays zero. 0, or -ENODEV
 * when the interface is not there, -EINVAL for an unusable name.
 */
int nic_read(struct nic *nic, const char *ifname);

/*
 * Reads again how many queues there are, and the link. 0, or -ENODEV when the
 * interface is gone or another one has its name.
 */
int nic_recount(struct nic *nic);

/* Whether the link is up and running at this moment; true when unknown. */
bool nic_has_carrier(const struct nic *nic);

static inline bool nic_virtio_has(const struct nic *nic, unsigned bit)
{
	return nic->virtio_features >> bit & 1;
}

static inline bool nic_kernel_at_least(const struct nic *nic, unsigned major, unsigned minor)
{
	return nic->kernel_major > major ||
	       (nic->kernel_major == major && nic->kernel_minor >= minor);
}

/* Queues on which a socket can receive and send. */
static inline uint32_t nic_usable_queues(const struct nic *nic)
{
	return nic->rx_queues < nic->tx_queues ? nic->rx_queues : nic->tx_queues;
}

/*
 * Largest MTU whose packets fit a received frame. The kernel keeps 256 bytes
 * and rounds the rest down to 128; 26 bytes are Ethernet, two VLAN tags and
 * the checksum.
 */
uint32_t nic_mtu_limit(uint32_t frame_size, uint32_t headroom);

/*
 * Largest MTU whose packets, two VLAN tags included, the driver receives while a
 * native program of one buffer is attached: ours, whatever it makes of them.
 * Longer ones are dropped in front of it, also the kernel's own. UINT32_MAX = the
 * driver is not known to drop any.
 */
uint32_t nic_xdp_mtu_limit(const struct nic *nic);

/*
 * virtio-net without mergeable buffers, but with packets larger than a page
 * agreed on with the host: offloads of the guest's, or a large MTU. It then
 * receives into chains of pages that neither XDP nor zero-copy can use.
 */
bool nic_has_big_packets(const struct nic *nic);

#endif
