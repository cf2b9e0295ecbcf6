/* SPDX-License-Identifier: BSD-2-Clause */
/* place.c - what a cloud or hypervisor offers with a driver; docs/clouds.md has the sources. */
#include <string.h>

#include "card.h"

struct place {
	const char *driver;
	const char *mode; /* the best to expect */
	const char *what;
};

static const struct place places[] = {
	{"gve", "zero-copy",
	 "Google Cloud's gVNIC: with descriptor format GQI the driver copies each packet once "
	 "even in zero-copy"},
	{"ena", "native-copy",
	 "AWS's ENA: native XDP needs at most half of the channels in use and an MTU that fits "
	 "into a page; zero-copy depends on the driver's version, and may be slower"},
	{"hv_netvsc", "native-copy",
	 "Azure or Hyper-V: native XDP needs LRO off, and reaches the card of accelerated "
	 "networking through this interface"},
	{"vmxnet3", "native-copy",
	 "VMware: native XDP; after the interface was set down and up, a program that stayed "
	 "attached does not run, so attach it again"},
	{"e1000e", "generic-copy", "e1000e has no native XDP"},
	{"igb", "zero-copy", "igb: zero-copy from Linux 6.14 on; attaching resets the link"},
	{"veth", "native-copy", "a veth pair, as containers have: native copy"},
};

static const struct place virtio_full = {
	"virtio_net", "zero-copy", "virtio-net with queue reset: zero-copy from Linux 6.13 on"};
static const struct place virtio_copy = {
	"virtio_net", "native-copy",
	"virtio-net without queue reset or platform access, as on most clouds: native copy, for "
	"which the defaults are made as well"};

static const struct place virtio_offloads = {
	"virtio_net", "generic-copy",
	"virtio-net whose host merges packets and lets nobody stop it, as some hypervisors for "
	"small machines: generic copy"};

/* The driver cannot attach natively if it gets such packets and cannot switch them off. */
static bool has_fixed_offloads(const struct nic *nic)
{
	return !nic_virtio_has(nic, VIRTIO_BIT_CTRL_GUEST_OFFLOADS) &&
	       (nic_virtio_has(nic, VIRTIO_BIT_GUEST_TSO4) ||
		nic_virtio_has(nic, VIRTIO_BIT_GUEST_TSO6) ||
		nic_virtio_has(nic, VIRTIO_BIT_GUEST_CSUM));
}

static const struct place *find(const struct nic *nic)
{
	if (nic->is_virtio && nic->virtio_known && has_fixed_offloads(nic))
		return &virtio_offloads;
	if (nic->is_virtio && nic->virtio_known)
		return nic_virtio_has(nic, VIRTIO_BIT_RING_RESET) &&
				       nic_virtio_has(nic, VIRTIO_BIT_ACCESS_PLATFORM)
			       ? &virtio_full
			       : &virtio_copy;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (!strcmp(places[i].driver, nic->driver))
			return &places[i];
	return NULL;
}

void card_read_place(struct card *card)
{
	const struct place *place = find(&card->nic);

	if (!place)
		return;
	facts_set_text(&card->facts, "place", "expected_mode", place->mode);
	facts_find(&card->facts, SEVERITY_NOTE, "", "%s", place->what);
}
