/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wake.c - this library's kick policies with single packets at a rate: system calls
 * per packet and the round trip. The sender spins, so that only the policy delays a
 * packet. The parameter of the series is the offered rate.
 */
#include <errno.h>
#include <stdlib.h>

#include "meter.h"
#include "sweep.h"

static const struct {
	const char *name; /* of the case in the results */
	const char *kick;
} policies[] = {
	{"wake_adaptive", "adaptive"},
	{"wake_burst", "burst"},
	{"wake_batch", "batch"},
};
/* Packets a second: mostly single packets, a few in flight, and a steady flow. */
static const uint32_t rates[] = {1000, 10000, 50000};

enum {
	POLICIES = sizeof(policies) / sizeof(policies[0]),
	RATES = sizeof(rates) / sizeof(rates[0]),
	DELAYS_MAX = 1000000, /* readings of a turn; 20 s at the highest rate */
};

static bool can_probe(const struct engine *engine)
{
	return engine->probe != NULL;
}

static int probe_turn(const struct entry *e, char *why)
{
	uint64_t *delays_ns = calloc(DELAYS_MAX, sizeof(*delays_ns));
	struct engine_turn turn = {0};
	uint32_t count = DELAYS_MAX;
	int ret;

	if (!delays_ns)
		return engine_fails(why, "memory", ENOMEM);
	ret = e->engine->probe(&e->setup, e->plan->turn_ns, e->sweep->rate, &turn, delays_ns,
			       &count, why);
	if (!ret && !sweep_add_times(e, turn.mode, "delay", delays_ns, count))
		ret = engine_refuses(why, EIO, "no echo arrived");
	free(delays_ns);
	if (!ret)
		sweep_add_turn(e, &turn);
	return ret;
}

static struct plan spinning(const struct plan *plan)
{
	struct plan single = plan_single(plan);

	single.spin = true;
	return single;
}

/* Returns how many there are. */
static uint32_t list_sweeps(const struct plan *plan, struct sweep *sweeps)
{
	uint32_t n = 0;

	for (uint32_t r = 0; r < (plan->rate ? 1 : RATES); r++) {
		for (uint32_t p = 0; p < POLICIES; p++) {
			uint64_t rate = plan->rate ? plan->rate : rates[r];

			sweeps[n++] = (struct sweep){.name = policies[p].name,
						     .kick = policies[p].kick,
						     .rate = rate,
						     .parameter = (uint32_t)rate,
						     .can = can_probe,
						     .turn = probe_turn};
		}
	}
	return n;
}

static uint32_t wake_turns(const struct plan *plan)
{
	struct plan single = spinning(plan);
	struct sweep sweeps[POLICIES * RATES];
	uint32_t n = list_sweeps(plan, sweeps);

	return sweep_turns(&single, sweeps, n);
}

static int wake_run(const struct plan *plan)
{
	struct plan single = spinning(plan);
	struct sweep sweeps[POLICIES * RATES];
	uint32_t n = list_sweeps(plan, sweeps);
	char why[WHY_BYTES];
	int ret = place_set_far(plan->place, FAR_ECHOES, why);

	if (ret) {
		progress_say("wake: far end: %s", why);
		return ret;
	}
	ret = sweep_run(&single, sweeps, n);
	/* The next case sends to a far end that drops. */
	if (place_set_far(plan->place, FAR_DROPS, why))
		progress_say("wake: far end: %s", why);
	return ret;
}

const struct bench_case case_wake = {
	.name = "wake",
	.words = "kicks and delay of single packets, by kick policy and rate",
	.needs_place = true,
	.ignores = "batch spin",
	.turns = wake_turns,
	.run = wake_run,
};
