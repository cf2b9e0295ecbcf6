/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rx.c - how many packets a second each engine receives.
 */
#include "flooded.h"

static bool can_receive(const struct engine *engine)
{
	return engine->receive != NULL;
}

static int receive_turn(const struct entry *e, char *why)
{
	return flooded_turn(e, e->engine->receive, why);
}

static const struct sweep sweep_rx = {.name = "rx", .can = can_receive, .turn = receive_turn};

static uint32_t rx_turns(const struct plan *plan)
{
	return sweep_turns(plan, &sweep_rx, 1);
}

static int rx_run(const struct plan *plan)
{
	return sweep_run(plan, &sweep_rx, 1);
}

const struct bench_case case_rx = {
	.name = "rx",
	.words = "packets a second received from a far end that floods",
	.needs_place = true,
	.turns = rx_turns,
	.run = rx_run,
};
