/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fwd.c - how many packets a second each engine sends back where they came
 * from.
 */
#include "flooded.h"

static bool can_forward(const struct engine *engine)
{
	return engine->forward != NULL;
}

static int forward_turn(const struct entry *e, char *why)
{
	return flooded_turn(e, e->engine->forward, why);
}

static const struct sweep sweep_fwd = {.name = "fwd", .can = can_forward, .turn = forward_turn};

static uint32_t fwd_turns(const struct plan *plan)
{
	return sweep_turns(plan, &sweep_fwd, 1);
}

static int fwd_run(const struct plan *plan)
{
	return sweep_run(plan, &sweep_fwd, 1);
}

const struct bench_case case_fwd = {
	.name = "fwd",
	.words = "packets a second received and sent back",
	.needs_place = true,
	.turns = fwd_turns,
	.run = fwd_run,
};
