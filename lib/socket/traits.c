/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traits.c - how received packets may differ from those on the wire. Every remedy is a
 * command for the setting that causes the trait, and is not proposed once it is in force.
 */
#include <zcxsk/trait.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "datapath/socket.h"
#include "explain/explain.h"
#include "nic/driver.h"
#include "nic/offloads.h"

/* The settings on which traits depend. */
struct facts {
	const struct zcxsk_socket *socket;
	struct nic_link link;
	struct nic_features features;
	bool veth;
	char peer[IFNAMSIZ]; /* the other end of a veth pair; "" = not in this namespace */
	struct nic_features peer_features;
};

/* Bytes of the longest remedy here. */
#define REMEDY_MAX 256

static bool is_on(const struct nic_features *features, enum nic_feature feature)
{
	return !features->known || nic_feature_on(features, feature);
}

static int read_facts(struct facts *f, const struct zcxsk_socket *s)
{
	uint64_t netns = s->setup.netns;
	struct nic_link peer;

	*f = (struct facts){.socket = s};
	if (s->setup.simulated || s->setup.nic.elsewhere ||
	    nic_read_link(&f->link, s->setup.nic.ifindex))
		return -ENODATA;
	if (netns && f->link.netns && f->link.netns != netns)
		return -ENODATA;
	nic_read_features(&f->features, f->link.ifname);
	f->veth = !strcmp(f->link.kind, "veth");
	if (f->veth && f->link.peer_is_here && !nic_read_link(&peer, f->link.peer)) {
		memcpy(f->peer, peer.ifname, sizeof(f->peer));
		nic_read_features(&f->peer_features, f->peer);
	}
	return 0;
}

/* `ethtool -K` for the device that sends to this one. */
static void peer_command(const struct facts *f, char *buf, size_t size, const char *settings)
{
	if (f->peer[0])
		snprintf(buf, size, "ethtool -K %s %s", f->peer, settings);
	else if (f->veth)
		snprintf(buf, size,
			 "ethtool -K NAME %s, in the network namespace of the other end, where "
			 "NAME is interface %u",
			 settings, f->link.peer);
	else
		snprintf(buf, size, "ethtool -K NAME %s, for each NAME that sends to %s", settings,
			 f->link.ifname);
}

static int say(struct zcxsk_error *error, const struct facts *f, const char *remedy,
	       const char *cause)
{
	explain_text(error, "packets", 0, remedy, "%s: %s", f->link.ifname, cause);
	return 1;
}

static int find_unfinished(const struct facts *f, struct zcxsk_error *error)
{
	const struct nic *nic = &f->socket->setup.nic;
	bool generic = f->socket->mode == ZCXSK_MODE_GENERIC_COPY;
	char command[REMEDY_MAX], remedy[REMEDY_MAX + 64];

	/* With native XDP, virtio_net makes the host finish them. */
	if (nic->is_virtio && generic && !nic->virtio_features)
		return -ENODATA;
	if (nic->is_virtio && (!generic || !nic_virtio_has(nic, VIRTIO_BIT_GUEST_CSUM)))
		return 0;
	if (f->link.has_device && !nic->is_virtio && strcmp(nic->driver, "vif") != 0)
		return 0;
	if (f->peer[0] && !is_on(&f->peer_features, NIC_FEATURE_TX_CHECKSUM))
		return 0;
	peer_command(f, command, sizeof(command), "tx off");
	snprintf(remedy, sizeof(remedy),
		 "Call zcxsk_checksum_finish() before sending them elsewhere%s%s",
		 f->link.has_device ? "" : ", or: ", f->link.has_device ? "." : command);
	return say(error, f, remedy,
		   "packets from this machine or its host arrive with unfinished checksums of TCP "
		   "and UDP");
}

static int find_merged(const struct facts *f, struct zcxsk_error *error)
{
	char command[REMEDY_MAX];

	if (f->socket->mode != ZCXSK_MODE_GENERIC_COPY)
		return 0;
	/* On a bridge or a macvlan nothing is merged, whatever its own switch says. */
	if ((f->link.has_device || f->veth) && is_on(&f->features, NIC_FEATURE_GRO)) {
		snprintf(command, sizeof(command), "ethtool -K %s gro off", f->link.ifname);
		return say(error, f, command,
			   "the kernel merges received packets (GRO) before generic XDP sees "
			   "them, and drops those larger than a frame");
	}
	if (f->link.has_device)
		return 0;
	if (f->link.loopback || f->peer[0]) {
		const struct nic_features *from = f->peer[0] ? &f->peer_features : &f->features;

		if (!is_on(from, NIC_FEATURE_TSO) && !is_on(from, NIC_FEATURE_GSO))
			return 0;
		snprintf(command, sizeof(command), "ethtool -K %s tso off gso off",
			 f->peer[0] ? f->peer : f->link.ifname);
	} else {
		peer_command(f, command, sizeof(command), "tso off gso off");
	}
	return say(error, f, command,
		   "packets from this machine arrive before they are segmented (GSO), and those "
		   "larger than a frame are dropped");
}

static int find_untagged(const struct facts *f, struct zcxsk_error *error)
{
	char command[REMEDY_MAX];

	if (f->link.loopback || !strcmp(f->link.kind, "tun"))
		return 0;
	if (f->link.has_device) {
		if (!is_on(&f->features, NIC_FEATURE_RX_VLAN))
			return 0;
		snprintf(command, sizeof(command), "ethtool -K %s rxvlan off", f->link.ifname);
		return say(error, f, command, "the device removes VLAN tags before XDP");
	}
	if (f->peer[0] && !is_on(&f->peer_features, NIC_FEATURE_TX_VLAN))
		return 0;
	peer_command(f, command, sizeof(command), "txvlan off");
	return say(error, f, command,
		   "VLAN tags from this machine arrive beside the packet, where XDP does not see "
		   "them");
}

static int find_filtered(const struct facts *f, struct zcxsk_error *error)
{
	const struct nic *nic = &f->socket->setup.nic;
	/* A bond's filters are those of the cards in it. */
	bool of_cards = f->link.has_device || driver_facts(nic->driver)->runs_xdp_in_members;

	if (!of_cards || f->link.promiscuity)
		return 0;
	return say(error, f, "Open the socket with ZCXSK_SOCKET_PROMISCUOUS.",
		   nic_feature_on(&f->features, NIC_FEATURE_RX_VLAN_FILTER)
			   ? "the device drops frames for other MAC addresses, and those of VLANs "
			     "without an interface"
			   : "the device drops frames for other MAC addresses");
}

int zcxsk_socket_trait(const struct zcxsk_socket *s, enum zcxsk_trait trait,
		       struct zcxsk_error *error)
{
	struct facts f;
	int ret;

	if (!s || socket_is_inherited(s))
		return socket_refuses(s);
	if (trait < ZCXSK_TRAIT_UNFINISHED || trait > ZCXSK_TRAIT_FILTERED)
		return -EINVAL;
	ret = read_facts(&f, s);
	if (ret)
		return ret;
	switch (trait) {
	case ZCXSK_TRAIT_UNFINISHED:
		return find_unfinished(&f, error);
	case ZCXSK_TRAIT_MERGED:
		return find_merged(&f, error);
	case ZCXSK_TRAIT_UNTAGGED:
		return find_untagged(&f, error);
	default:
		return find_filtered(&f, error);
	}
}
