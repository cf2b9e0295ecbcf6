/* SPDX-License-Identifier: BSD-2-Clause */
/* queues.c - the queues of an interface and the rings of its device. */
#include <errno.h>

#include "card.h"
#include "nic/channels.h"

/* The command that leaves one queue, in the words of this driver. */
static void find_many(struct card *card, const struct ethtool_channels *channels)
{
	char remedy[256];

	snprintf(remedy, sizeof(remedy),
		 "Open a port, which has a socket on every queue, or leave one queue: "
		 "`ethtool -L %s %s`.",
		 card->nic.ifname, channels->max_combined ? "combined 1" : "rx 1 tx 1");
	facts_find(&card->facts, SEVERITY_NOTE, remedy,
		   "packets arrive on %u queues, and a socket receives those of one",
		   nic_usable_queues(&card->nic));
}

static void read_channels(struct card *card)
{
	static const char *const names[] = {"rx_only",	   "tx_only",	  "combined",
					    "max_rx_only", "max_tx_only", "max_combined"};
	struct ethtool_channels channels = {0};
	int ret = channels_read(&card->nic, &channels);
	const uint32_t values[] = {channels.rx_count, channels.tx_count, channels.combined_count,
				   channels.max_rx,   channels.max_tx,	 channels.max_combined};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (ret)
			facts_unknown(&card->facts, "queues", names[i], ret);
		else
			facts_set_number(&card->facts, "queues", names[i], values[i]);
	}
	if (!ret && nic_usable_queues(&card->nic) > 1)
		find_many(card, &channels);
}

void card_read_queues(struct card *card)
{
	const struct nic *nic = &card->nic;
	struct facts *facts = &card->facts;
	int has_program = card_has_program(card);

	facts_set_number(facts, "queues", "rx", nic->rx_queues);
	facts_set_number(facts, "queues", "tx", nic->tx_queues);
	facts_set_number(facts, "queues", "usable", nic_usable_queues(nic));
	/* Without a program none have been added yet. */
	if (has_program < 0)
		facts_unknown(facts, "queues", "added_for_xdp", has_program);
	else if (has_program)
		facts_set_number(facts, "queues", "added_for_xdp",
				 nic->tx_queues - nic_usable_queues(nic));
	else
		facts_set_number(facts, "queues", "added_for_xdp", 0);
	if (nic->rx_ring)
		facts_set_number(facts, "queues", "device_rx_ring", nic->rx_ring);
	else
		facts_unknown(facts, "queues", "device_rx_ring", -EOPNOTSUPP);
	read_channels(card);
}
