/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * latency.c - how long a packet takes to the far end and back, where a thread on
 * another processor, or else an XDP program, turns it around. One packet is on its
 * way at a time. The receiver sleeps, polls the device, or spins; without a wish
 * of the user all three.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "answer.h"
#include "meter.h"
#include "quantiles.h"
#include "waits.h"

enum {
	TRIAL = 3,	  /* packets: without an echo there is nothing to measure */
	PINGS_MIN = 1000, /* packets, so that there is a p99 */
	PINGS_MAX = 1000000,
	TRIP_US = 50, /* a slow round trip; makes a turn's time a number of packets */
};

static bool can_ping(const struct engine *engine)
{
	return engine->ping != NULL;
}

static uint32_t count_pings(const struct plan *plan)
{
	uint64_t n = plan->turn_ns / (TRIP_US * NS_PER_US);

	if (n < PINGS_MIN)
		return PINGS_MIN;
	return n < PINGS_MAX ? (uint32_t)n : PINGS_MAX;
}

static int ping(const struct entry *e, struct engine_turn *turn, uint64_t *trips_ns, uint32_t count,
		char *why)
{
	uint64_t trial_ns[TRIAL];
	int rc = e->engine->ping(&e->setup, TRIAL, turn, trial_ns, why);

	if (rc)
		return rc;
	if (trial_ns[TRIAL - 1] == UINT64_MAX) {
		snprintf(why, WHY_BYTES, "no echo came");
		return -EIO;
	}
	return e->engine->ping(&e->setup, count, turn, trips_ns, why);
}

static int ping_turn(const struct entry *e, char *why)
{
	uint32_t count = count_pings(e->plan);
	uint64_t *trips_ns = calloc(count, sizeof(*trips_ns));
	struct engine_turn turn = {0};
	int rc;

	if (!trips_ns) {
		snprintf(why, WHY_BYTES, "no memory for %u times", count);
		return -ENOMEM;
	}
	rc = ping(e, &turn, trips_ns, count, why);
	if (!rc && !quantiles_add(e, turn.mode, "round_trip", trips_ns, count)) {
		snprintf(why, WHY_BYTES, "no echo came");
		rc = -EIO;
	}
	free(trips_ns);
	return rc;
}

static const struct sweep sweep_latency = {.name = "latency", .can = can_ping, .turn = ping_turn};

/* One packet at a time, whatever batches are asked for. */
static struct plan one_by_one(const struct plan *plan)
{
	struct plan one = *plan;

	one.batches[0] = 1;
	one.batches[1] = 0;
	return one;
}

static uint32_t latency_turns(const struct plan *plan)
{
	struct plan one = one_by_one(plan);

	return waits_turns(&one, &sweep_latency);
}

/* *answer is NULL where the echo is in XDP. */
static int make_echo(struct place *place, struct answer **answer, char *why)
{
	bool answers = answer_is_possible(place);
	int rc = place_set_far(place, answers ? FAR_PASSES : FAR_ECHOES, why);

	*answer = NULL;
	return rc || !answers ? rc : answer_open(answer, place, why);
}

static int latency_run(const struct plan *plan)
{
	struct plan one = one_by_one(plan);
	struct answer *answer;
	char why[WHY_BYTES];
	int rc = make_echo(plan->place, &answer, why);

	if (rc)
		progress_say("latency: far end: %s", why);
	else
		rc = waits_run(&one, &sweep_latency);
	if (answer)
		answer_close(answer);
	/* What comes after it sends to a far end that drops. */
	if (place_set_far(plan->place, FAR_DROPS, why))
		progress_say("latency: far end: %s", why);
	return rc;
}

const struct bench_case case_latency = {
	.name = "latency",
	.words = "round trip of a single packet, up to p99.99",
	.needs_place = true,
	.turns = latency_turns,
	.run = latency_run,
};
