/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio.c - the feature bits of a virtio-net device that decide what XDP can do. */
#include <errno.h>

#include "card.h"

static const struct {
	unsigned bit;
	const char *name;
	const char *property; /* of QEMU's virtio-net-pci */
} table[] = {
	{VIRTIO_BIT_CTRL_GUEST_OFFLOADS, "CTRL_GUEST_OFFLOADS", "ctrl_guest_offloads=on"},
	{VIRTIO_BIT_MRG_RXBUF, "MRG_RXBUF", "mrg_rxbuf=on"},
	{VIRTIO_BIT_CTRL_VQ, "CTRL_VQ", "ctrl_vq=on"},
	{VIRTIO_BIT_MQ, "MQ", "mq=on,vectors=2N+2 with queues=N of the netdev"},
	{VIRTIO_BIT_VERSION_1, "VERSION_1", "disable-modern=off"},
	{VIRTIO_BIT_ACCESS_PLATFORM, "ACCESS_PLATFORM", "iommu_platform=on,disable-legacy=on"},
	{VIRTIO_BIT_RING_RESET, "RING_RESET", "queue_reset=on"},
};

void card_read_virtio(struct card *card)
{
	const struct nic *nic = &card->nic;
	json_t *properties = json_object();

	if (!nic->is_virtio) {
		json_decref(properties);
		return;
	}
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (!nic->virtio_known) {
			facts_unknown(&card->facts, "virtio", table[i].name, -ENODATA);
			continue;
		}
		facts_set_yes(&card->facts, "virtio", table[i].name,
			      nic_virtio_has(nic, table[i].bit));
		if (!nic_virtio_has(nic, table[i].bit))
			json_object_set_new(properties, table[i].name,
					    json_string(table[i].property));
	}
	facts_set(&card->facts, "virtio", "hypervisor_gives_missing_by", properties);
	facts_set_yes(&card->facts, "virtio", "napi_tx", !nic->napi_tx_off);
}
