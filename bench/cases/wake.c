/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wake.c - what the kick policies of this library do with single packets at a
 * rate: how many system calls a packet costs, and how long it takes to the far
 * end and back. The sender spins, so that nothing but the policy delays a
 * packet. The parameter of the series is the rate offered.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "meter.h"
#include "quantiles.h"

static const struct {
	const char *name; /* of the case in the results */
	const char *kick;
} policies[] = {
	{"wake_adaptive", "adaptive"},
	{"wake_burst", "burst"},
	{"wake_batch", "batch"},
};
/* Packets a second: most packets alone, some on their way, and a steady flow. */
static const uint32_t rates[] = {1000, 10000, 50000};

enum {
	POLICIES = sizeof(policies) / sizeof(policies[0]),
	RATES = sizeof(rates) / sizeof(rates[0]),
	DELAYS_MAX = 1000000, /* kept of a turn; 20 s at the highest of the rates */
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
	int rc;

	if (!delays_ns) {
		snprintf(why, WHY_BYTES, "no memory for %d times", DELAYS_MAX);
		return -ENOMEM;
	}
	rc = e->engine->probe(&e->setup, e->plan->turn_ns, e->sweep->rate, &turn, delays_ns, &count,
			      why);
	if (!rc && !quantiles_add(e, turn.mode, "delay", delays_ns, count)) {
		snprintf(why, WHY_BYTES, "no echo came");
		rc = -EIO;
	}
	free(delays_ns);
	if (!rc)
		sweep_add_turn(e, &turn);
	return rc;
}

/* One packet at a time, whatever batches are asked for. */
static struct plan single_packets(const struct plan *plan)
{
	struct plan single = *plan;

	single.batches[0] = 1;
	single.batches[1] = 0;
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
	struct plan single = single_packets(plan);
	struct sweep sweeps[POLICIES * RATES];
	uint32_t n = list_sweeps(plan, sweeps);

	return sweep_turns(&single, sweeps, n);
}

static int wake_run(const struct plan *plan)
{
	struct plan single = single_packets(plan);
	struct sweep sweeps[POLICIES * RATES];
	uint32_t n = list_sweeps(plan, sweeps);
	char why[WHY_BYTES];
	int rc = place_set_far(plan->place, FAR_ECHOES, why);

	if (rc) {
		progress_say("wake: far end: %s", why);
		return rc;
	}
	rc = sweep_run(&single, sweeps, n);
	/* What comes after it sends to a far end that drops. */
	if (place_set_far(plan->place, FAR_DROPS, why))
		progress_say("wake: far end: %s", why);
	return rc;
}

const struct bench_case case_wake = {
	.name = "wake",
	.words = "kicks and delay of single packets, by kick policy and rate",
	.needs_place = true,
	.turns = wake_turns,
	.run = wake_run,
};
