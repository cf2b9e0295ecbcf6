/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * offloads.h - facts about what happens to packets before XDP sees them: features of
 * the device and of the one that sends to it. Read-only.
 */
#ifndef ZCXSK_LIB_NIC_OFFLOADS_H
#define ZCXSK_LIB_NIC_OFFLOADS_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

/* Features of a device, as bits of struct nic_features. */
enum nic_feature {
	NIC_FEATURE_GRO,
	NIC_FEATURE_GRO_HW, /* the device merges packets as GRO does */
	NIC_FEATURE_LRO,    /* the device merges packets for good */
	NIC_FEATURE_RX_CHECKSUM,
	NIC_FEATURE_TSO,
	NIC_FEATURE_GSO,
	NIC_FEATURE_TX_CHECKSUM,
	NIC_FEATURE_RX_VLAN,	    /* the device removes tags */
	NIC_FEATURE_TX_VLAN,	    /* the device inserts tags */
	NIC_FEATURE_RX_VLAN_FILTER, /* the device drops unknown tags */
	NIC_FEATURES,
};

struct nic_features {
	bool known;
	uint32_t on; /* bit n = feature n */
};

/* The link behind an interface, as rtnetlink reports it. */
struct nic_link {
	char ifname[IFNAMSIZ];
	char kind[16];	 /* "veth", "bridge"; "" = none */
	bool has_device; /* on a bus, as PCI or virtio */
	bool loopback;
	uint32_t max_mtu;	 /* 0 = unknown or no limit */
	uint32_t promiscuity;	 /* number of users that want all packets */
	uint64_t missed;	 /* packets for which the device had no buffer, or no time */
	uint64_t received;	 /* packets, without those that a port of a bond discards */
	uint64_t netns;		 /* cookie of the namespace in which it was found; 0 = unknown */
	uint32_t native_program; /* ids of attached XDP programs, 0 = none */
	uint32_t generic_program;
	uint32_t peer;	    /* veth: index of the other end */
	bool peer_is_here;  /* in the same network namespace */
	int32_t peer_netns; /* its id here, -1 = none */
	uint32_t mtu;
	uint32_t tx_queues; /* that it can have */
};

/*
 * Reads the link of an index in the thread's network namespace. Returns 0, -ENODEV if
 * there is none, or -errno.
 */
int nic_read_link(struct nic_link *link, uint32_t ifindex);

/*
 * Reads the other end of a veth pair that is in another network namespace: 0 or -errno. Needs
 * CAP_NET_ADMIN there.
 */
int nic_read_peer(struct nic_link *peer, const struct nic_link *link);

/* The same for this interface; also -EXDEV if it is not in that namespace. */
struct nic;
int nic_read_link_of(struct nic_link *link, const struct nic *nic);

/* Reads the features of an interface by name; not known if that fails. */
void nic_read_features(struct nic_features *features, const char *ifname);

static inline bool nic_feature_on(const struct nic_features *features, enum nic_feature feature)
{
	return features->on >> feature & 1;
}

#endif
