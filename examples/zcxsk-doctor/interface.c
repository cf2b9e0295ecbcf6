/* SPDX-License-Identifier: BSD-2-Clause */
/* interface.c - the interface itself: driver, firmware, link, MTU. */
#include <errno.h>
#include <linux/ethtool.h>
#include <stdlib.h>
#include <unistd.h>

#include "card.h"
#include "nic/faults.h"
#include "nic/offloads.h"
#include "nic/sysfs.h"

static void read_driver(struct card *card)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
	int fd = nic_open_ioctl();
	int ret = fd < 0 ? -errno : nic_ethtool(fd, &card->nic, &info);

	if (fd >= 0)
		close(fd);
	info.driver[sizeof(info.driver) - 1] = '\0';
	info.bus_info[sizeof(info.bus_info) - 1] = '\0';
	info.fw_version[sizeof(info.fw_version) - 1] = '\0';
	if (ret) {
		facts_unknown(&card->facts, "interface", "driver", ret);
		facts_unknown(&card->facts, "interface", "firmware", ret);
		return;
	}
	facts_set_text(&card->facts, "interface", "driver", info.driver);
	facts_set_text(&card->facts, "interface", "bus", info.bus_info);
	/* Drivers of devices without a version leave it empty, or write this. */
	if (info.fw_version[0] && strcmp(info.fw_version, "N/A") != 0)
		facts_set_text(&card->facts, "interface", "firmware", info.fw_version);
	else
		facts_unknown(&card->facts, "interface", "firmware", -EOPNOTSUPP);
}

/* A carrier is the other end's business; on a veth pair it is here. */
static void find_no_carrier(struct card *card)
{
	char remedy[128] = "Check the cable or the other end.";
	struct nic_link link, peer;

	if (!nic_read_link(&link, card->nic.ifindex) && !strcmp(link.kind, "veth") && link.peer &&
	    link.peer_is_here && !nic_read_link(&peer, link.peer))
		snprintf(remedy, sizeof(remedy), "Set the other end up: `ip link set dev %s up`.",
			 peer.ifname);
	facts_find(&card->facts, SEVERITY_UNKNOWN, remedy,
		   "the link has no carrier, so that nothing can be sent or tested");
}

static void read_numa(struct card *card)
{
	char text[16];
	int ret = sysfs_read_line(&card->nic, "device/numa_node", text, sizeof(text));

	if (ret || atoi(text) < 0)
		facts_unknown(&card->facts, "interface", "numa_node", ret ? ret : -ENODATA);
	else
		facts_set_number(&card->facts, "interface", "numa_node", atoi(text));
}

static void find_fault(struct card *card)
{
	const struct nic_fault *fault = nic_zero_copy_fault(&card->nic);

	facts_set(&card->facts, "xdp", "known_fault",
		  fault ? json_string(fault->what) : json_false());
	if (fault)
		facts_find(
			&card->facts, SEVERITY_RISK,
			"Use another kernel, or native-copy, which is what sockets get by default.",
			"zero-copy with %s on Linux %s has a known fault: %s", card->nic.driver,
			card->nic.kernel_release, fault->what);
}

static void read_features(struct card *card)
{
	static const char *const names[] = {
		"basic",      "redirect", "ndo-xmit",	"xsk-zerocopy",
		"hw-offload", "rx-sg",	  "ndo-xmit-sg"}; /* by bit, as linux/netdev.h has them */
	json_t *list;

	if (!card->nic.xdp_features_known) {
		facts_unknown(&card->facts, "xdp", "features", -ENOENT);
		return;
	}
	list = json_array();
	for (size_t bit = 0; bit < sizeof(names) / sizeof(names[0]); bit++)
		if (card->nic.xdp_features >> bit & 1)
			json_array_append_new(list, json_string(names[bit]));
	facts_set(&card->facts, "xdp", "features", list);
}

void card_read_interface(struct card *card)
{
	const struct nic *nic = &card->nic;
	struct facts *facts = &card->facts;

	read_driver(card);
	facts_set_yes(facts, "interface", "up", nic->up);
	if (nic->up)
		facts_set_yes(facts, "interface", "carrier", nic->carrier);
	else
		facts_unknown(facts, "interface", "carrier", -ENETDOWN);
	facts_set_number(facts, "interface", "mtu", nic->mtu);
	if (nic->max_mtu)
		facts_set_number(facts, "interface", "max_mtu", nic->max_mtu);
	else
		facts_unknown(facts, "interface", "max_mtu", -EOPNOTSUPP);
	read_numa(card);
	read_features(card);
	find_fault(card);
	if (nic->up && !nic->carrier)
		find_no_carrier(card);
}
