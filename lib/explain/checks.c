/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checks.c - explains what the library finds out before it asks the kernel: an interface
 * that is down, a queue that does not exist, an MTU larger than a frame.
 */
#include <errno.h>
#include <inttypes.h>

#include "explain/words.h"
#include "nic/channels.h"

#define FRAME_SIZE_LARGEST 4096u /* bytes */

int explain_is_down(struct zcxsk_error *error, const struct nic *nic)
{
	explain_text(error, "look up interface", -ENETDOWN, "", "interface %s is down",
		     nic->ifname);
	if (error)
		say_up(error, nic);
	return -ENETDOWN;
}

void say_up(struct zcxsk_error *error, const struct nic *nic)
{
	say_remedy(error, "Bring it up: `ip link set dev %s up`.", nic->ifname);
}

int explain_no_queue(struct zcxsk_error *error, const struct explain_facts *facts)
{
	explain_text(error, "check queue", -EINVAL, "",
		     "queue %" PRIu32 " does not exist: %s has %" PRIu32
		     " usable queues, numbered from 0",
		     facts->queue, facts->nic->ifname, facts->usable_queues);
	if (error)
		say_queues(error, facts);
	return -EINVAL;
}

/* Drivers have combined channels, or separate ones for the directions. */
static void say_channels(struct zcxsk_error *error, const struct nic *nic, uint32_t n)
{
	struct ethtool_channels channels;

	if (nic->elsewhere || channels_read(nic, &channels)) {
		say_remedy(error, "`ethtool -L %s combined %" PRIu32 "`", nic->ifname, n);
		return;
	}
	if (channels.max_combined)
		say_remedy(error, "`ethtool -L %s combined %" PRIu32 "`", nic->ifname, n);
	else
		say_remedy(error, "`ethtool -L %s rx %" PRIu32 " tx %" PRIu32 "`", nic->ifname, n,
			   n);
}

void say_queues(struct zcxsk_error *error, const struct explain_facts *facts)
{
	const struct nic *nic = facts->nic;
	uint32_t most = min_u32(nic->rx_queues_max, nic->tx_queues_max);

	if (facts->usable_queues > 1)
		say_remedy(error, "Use a queue from 0 to %" PRIu32, facts->usable_queues - 1);
	else
		say_remedy(error, "Use queue 0");
	if (!most || facts->queue < most) {
		say_remedy(error, ", or add queues while no XDP program is attached: ");
		say_channels(error, nic, facts->queue + 1);
	}
	say_remedy(error, ".");
}

uint32_t largest_mtu(const struct explain_facts *facts, uint32_t frame_size, uint32_t headroom)
{
	return nic_mtu_limit(facts->nic, facts->mode == ZCXSK_MODE_ZERO_COPY, frame_size, headroom);
}

/* The driver's own unit makes the difference. */
static bool copying_would_fit(const struct explain_facts *facts)
{
	return facts->nic->mtu > largest_mtu(facts, facts->frame_size, facts->headroom) &&
	       facts->nic->mtu <=
		       nic_mtu_limit(facts->nic, false, facts->frame_size, facts->headroom);
}

int explain_mtu(struct zcxsk_error *error, const struct explain_facts *facts)
{
	explain_text(error, "check MTU", -EMSGSIZE, "",
		     "the MTU of %s is %" PRIu32 ", but frames of %" PRIu32
		     " bytes with a headroom of %" PRIu32 " hold an MTU up to %" PRIu32,
		     facts->nic->ifname, facts->nic->mtu, facts->frame_size, facts->headroom,
		     largest_mtu(facts, facts->frame_size, facts->headroom));
	if (!error)
		return -EMSGSIZE;
	if (copying_would_fit(facts))
		say_cause(error, " in zero-copy with the driver %s", facts->nic->driver);
	say_fit_mtu(error, facts);
	return -EMSGSIZE;
}

/* Proposes only what is not in force, and is enough. */
void say_fit_mtu(struct zcxsk_error *error, const struct explain_facts *facts)
{
	uint32_t mtu = facts->nic->mtu;

	say_remedy(error, "Lower it: `ip link set dev %s mtu %" PRIu32 "`", facts->nic->ifname,
		   largest_mtu(facts, facts->frame_size, facts->headroom));
	if (facts->frame_size < FRAME_SIZE_LARGEST &&
	    mtu <= largest_mtu(facts, FRAME_SIZE_LARGEST, facts->headroom))
		say_remedy(error, ", or use frames of %u bytes", FRAME_SIZE_LARGEST);
	if (facts->headroom && mtu <= largest_mtu(facts, facts->frame_size, 0))
		say_remedy(error, ", or less headroom");
	if (copying_would_fit(facts))
		say_remedy(error, ", or allow native-copy");
	say_remedy(error, ".");
}
