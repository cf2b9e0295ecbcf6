/* SPDX-License-Identifier: BSD-2-Clause */
/* offloads.c - what the device and the kernel do to packets before XDP sees them. */
#include <errno.h>

#include "card.h"
#include "nic/offloads.h"

void card_read_offloads(struct card *card)
{
	static const struct {
		const char *name;
		enum nic_feature feature;
	} table[] = {
		{"lro", NIC_FEATURE_LRO},
		{"gro_hw", NIC_FEATURE_GRO_HW},
		{"gro", NIC_FEATURE_GRO},
		{"rx_checksum", NIC_FEATURE_RX_CHECKSUM},
		{"tx_checksum", NIC_FEATURE_TX_CHECKSUM},
		{"rx_vlan", NIC_FEATURE_RX_VLAN},
		{"rx_vlan_filter", NIC_FEATURE_RX_VLAN_FILTER},
	};
	struct nic_features features;
	char remedy[128];

	nic_read_features(&features, card->nic.ifname);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (features.known)
			facts_set_yes(&card->facts, "offloads", table[i].name,
				      nic_feature_on(&features, table[i].feature));
		else
			facts_unknown(&card->facts, "offloads", table[i].name, -EOPNOTSUPP);
	}
	if (!nic_feature_on(&features, NIC_FEATURE_RX_VLAN_FILTER))
		return;
	snprintf(remedy, sizeof(remedy),
		 "Open the socket with ZCXSK_SOCKET_PROMISCUOUS, or `zcxsock rx -i %s "
		 "--promiscuous`.",
		 card->nic.ifname);
	facts_find(&card->facts, SEVERITY_NOTE, remedy,
		   "the device drops packets of VLANs without an interface");
}
