/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tx.c - how many packets a second each engine sends, and at what cost.
 */
#include <errno.h>
#include <stdio.h>

#include "machine_time.h"
#include "tx.h"

static bool can_send(const struct engine *engine)
{
	return engine->send != NULL;
}

static int send_turn(const struct entry *e, char *why)
{
	struct engine_setup setup = e->setup;
	struct machine_turn machine = {0};
	struct engine_turn turn = {0};
	uint64_t rate = e->sweep->rate ? e->sweep->rate : e->plan->rate;
	int rc;

	setup.ready = machine_turn_start;
	setup.over = machine_turn_end;
	setup.context = &machine;
	rc = e->engine->send(&setup, e->plan->turn_ns, rate, &turn, why);
	if (rc)
		return rc;
	if (!sweep_add_turn(e, &turn)) {
		snprintf(why, WHY_BYTES, "no packet was sent");
		return -EIO;
	}
	if (e->plan->place->kind == PLACE_GUEST)
		machine_turn_add(e, &turn, &machine);
	return 0;
}

const struct sweep sweep_tx = {.name = "tx", .can = can_send, .turn = send_turn};

static uint32_t tx_turns(const struct plan *plan)
{
	return sweep_turns(plan, &sweep_tx, 1);
}

static int tx_run(const struct plan *plan)
{
	return sweep_run(plan, &sweep_tx, 1);
}

const struct bench_case case_tx = {
	.name = "tx",
	.words = "packets a second sent, and what each costs",
	.needs_place = true,
	.turns = tx_turns,
	.run = tx_run,
};
