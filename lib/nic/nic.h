/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nic.h - facts about an interface and its machine, on which set-up decides and
 * which the explanations of errors quote. Read-only.
 */
#ifndef ZCXSK_LIB_NIC_NIC_H
#define ZCXSK_LIB_NIC_NIC_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/minmax.h"

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
	VIRTIO_BIT_ANY_LAYOUT = 27,
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
	bool elsewhere;	       /* in another network namespace; the facts come from a broker */
	char ifname[IFNAMSIZ]; /* its own name when the facts were read */
	uint64_t netns;	       /* see netns.h */
	uint32_t ifindex;
	uint32_t link_type; /* ARPHRD_* of linux/if_arp.h */
	uint32_t mtu;
	uint32_t max_mtu; /* largest that the driver accepts; 0 = unknown or no limit */
	bool up;	  /* IFF_UP */
	bool carrier;	  /* IFF_RUNNING */
	uint8_t mac[6];
	int numa_node;	    /* -1 = none or unknown */
	char driver[32];    /* "virtio_net"; "" = unknown */
	char bus_info[32];  /* place on its bus, "0000:00:03.0"; "" = unknown */
	uint32_t rx_queues; /* currently in use (real_num_rx_queues) */
	uint32_t tx_queues;
	uint32_t rx_queues_max; /* the most that can be configured */
	uint32_t tx_queues_max;
	uint32_t rx_ring; /* descriptors of the device's RX ring, 0 = unknown */
	bool is_virtio;
	bool virtio_known;	  /* whether the features could be read */
	uint64_t virtio_features; /* bit n = feature bit n */
	bool napi_tx_off;	  /* virtio_net.napi_tx=0 */
	bool xdp_features_known;
	uint64_t xdp_features;
	uint32_t native_prog_id; /* attached XDP programs, 0 = none */
	uint32_t generic_prog_id;
	unsigned kernel_major;
	unsigned kernel_minor;
	unsigned kernel_patch;
	char kernel_release[65];
	bool fault_is_mended; /* that of this driver and version, see faults.h */
};

/*
 * Reads all facts; those that cannot be read stay zero. ifname may be an alternative name.
 * Returns 0, -ENODEV if there is no such interface, -EINVAL if the name is invalid, -EMFILE
 * or -ENFILE without descriptors, -EAGAIN if it was renamed all the time, or -errno.
 */
int nic_read(struct nic *nic, const char *ifname);

/* The same of the interface with this index, whatever its name is. */
int nic_read_index(struct nic *nic, uint32_t ifindex);

/*
 * Reads the present name of the interface. Returns 0, -ENODEV if it is not in this thread's
 * network namespace, or -errno.
 */
int nic_follow(struct nic *nic);

/*
 * Reads the name, the number of queues and the link state again. Returns 0, or -ENODEV if
 * the interface is gone.
 */
int nic_recount(struct nic *nic);

/* Reads again which XDP programs are attached; keeps them if that fails. */
void nic_read_programs(struct nic *nic);

/* Reads the MTU and the size of the device's RX ring again; keeps them if that fails. */
void nic_refresh(struct nic *nic);

/*
 * Milliseconds between two attempts while the kernel still releases the queue of
 * a closed socket, which takes it 20 to 70 ms.
 */
#define NIC_BUSY_PAUSE_MS 5

/* A descriptor for interface ioctls, or -1 and errno. */
int nic_open_ioctl(void);

/* Runs an ethtool command, a struct of linux/ethtool.h. Returns 0 or -errno. */
int nic_ethtool(int fd, const struct nic *nic, void *command);

static inline bool nic_virtio_has(const struct nic *nic, unsigned bit)
{
	return nic->virtio_features >> bit & 1;
}

static inline bool nic_kernel_at_least(const struct nic *nic, unsigned major, unsigned minor)
{
	return nic->kernel_major > major ||
	       (nic->kernel_major == major && nic->kernel_minor >= minor);
}

/* Whether both are facts of one interface. A broker's facts do not name the namespace. */
static inline bool nic_is_same(const struct nic *a, const struct nic *b)
{
	return (!a->netns || !b->netns || a->netns == b->netns) && a->ifindex == b->ifindex;
}

/* Whether its packets begin with an Ethernet header. */
bool nic_has_ethernet(const struct nic *nic);

/* Queues on which a socket can both receive and send. */
static inline uint32_t nic_usable_queues(const struct nic *nic)
{
	return min_u32(nic->rx_queues, nic->tx_queues);
}

/*
 * The largest MTU whose packets fit into a received frame. The kernel reserves
 * 256 bytes, and the rest is rounded down: to a multiple of 128, or in zero copy to
 * the unit of the driver. Ethernet, two VLAN tags and the checksum take 26.
 */
uint32_t nic_mtu_limit(const struct nic *nic, bool zero_copy, uint32_t frame_size,
		       uint32_t headroom);

/*
 * The largest MTU whose packets, two VLAN tags included, the driver receives while
 * a native single-buffer program, such as ours, is attached. The driver drops
 * longer packets before the program, also those for the kernel. UINT32_MAX if it
 * is not known to drop any.
 */
uint32_t nic_xdp_mtu_limit(const struct nic *nic);

/*
 * Whether virtio-net lacks mergeable buffers but has negotiated packets larger
 * than a page, by guest offloads or a large MTU. It then receives into chains of
 * pages that neither XDP nor zero-copy can use.
 */
bool nic_has_big_packets(const struct nic *nic);

/*
 * Whether the virtio-net device has offloads that change packets before the driver gets them,
 * and that the driver cannot switch off, so that it has no native XDP.
 */
bool nic_has_fixed_offloads(const struct nic *nic);

#endif
