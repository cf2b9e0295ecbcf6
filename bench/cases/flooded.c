/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flooded.c - a turn under a flood.
 */
#include "flooded.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "flood.h"
#include "machine_time.h"
#include "meter.h"

struct hooks {
	struct flood *flood;
	struct machine_turn machine;
	uint64_t sent; /* by the far end, in the time that was measured */
};

static void start(void *context)
{
	struct hooks *h = context;

	machine_turn_start(&h->machine);
	flood_start(h->flood);
}

static void end(void *context)
{
	struct hooks *h = context;

	h->sent = flood_sent(h->flood);
	machine_turn_end(&h->machine);
}

int flooded_turn(const struct entry *e, move_fn *move, char *why)
{
	struct engine_setup setup = e->setup;
	struct engine_turn turn = {0};
	struct hooks hooks = {0};
	int rc = flood_open(&hooks.flood, setup.place, setup.packet_size, why);

	if (rc)
		return rc;
	setup.ready = start;
	setup.over = end;
	setup.context = &hooks;
	rc = move(&setup, e->plan->turn_ns, &turn, why);
	flood_close(hooks.flood);
	if (rc)
		return rc;
	if (!sweep_add_turn(e, &turn)) {
		snprintf(why, WHY_BYTES, "no packet came through; the far end sent %" PRIu64,
			 hooks.sent);
		return -EIO;
	}
	sweep_add(e, turn.mode, "offered_packets_per_second", "packets/s",
		  (double)hooks.sent * (double)NS_PER_S / (double)turn.ns);
	if (e->plan->place->kind == PLACE_GUEST)
		machine_turn_add(e, &turn, &hooks.machine);
	return 0;
}
