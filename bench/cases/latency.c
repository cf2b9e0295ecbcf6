/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * latency.c - the round trip of a packet to the far end, where a thread on another
 * processor, or else an XDP program, sends it back. One packet is in flight at a
 * time. The receiver sleeps, polls the device, or spins; by default all three.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "far_thread.h"
#include "meter.h"
#include "sweep.h"

enum {
	TRIAL = 3,	  /* packets, to find out whether echoes arrive at all */
	PINGS_MIN = 1000, /* packets; enough for a p99 */
	PINGS_MAX = 1000000,
	TRIP_US = 50, /* a slow round trip; converts the time of a turn into packets */
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
	int ret = e->engine->ping(&e->setup, TRIAL, turn, trial_ns, why);

	if (ret)
		return ret;
	if (trial_ns[TRIAL - 1] == UINT64_MAX)
		return engine_refuses(why, EIO, "no echo arrived");
	return e->engine->ping(&e->setup, count, turn, trips_ns, why);
}

static int ping_turn(const struct entry *e, char *why)
{
	uint32_t count = count_pings(e->plan);
	uint64_t *trips_ns = calloc(count, sizeof(*trips_ns));
	struct engine_turn turn = {0};
	int ret;

	if (!trips_ns)
		return engine_fails(why, "memory", ENOMEM);
	ret = ping(e, &turn, trips_ns, count, why);
	if (!ret && !sweep_add_times(e, turn.mode, "round_trip", trips_ns, count))
		ret = engine_refuses(why, EIO, "no echo arrived");
	free(trips_ns);
	return ret;
}

static const struct sweep sweep_latency = {.name = "latency", .can = can_ping, .turn = ping_turn};

static uint32_t latency_turns(const struct plan *plan)
{
	struct plan one = plan_single(plan);

	return waits_turns(&one, true, &sweep_latency);
}

/* *answer is NULL if XDP sends the echo. */
static int make_echo(struct place *place, struct far_thread **answer, char *why)
{
	bool answers = answer_is_possible(place);
	int ret = place_set_far(place, answers ? FAR_PASSES : FAR_ECHOES, why);

	*answer = NULL;
	return ret || !answers ? ret : far_thread_open(answer, place, 0, why);
}

static int latency_run(const struct plan *plan)
{
	struct plan one = plan_single(plan);
	struct far_thread *answer;
	char why[WHY_BYTES];
	int ret = make_echo(plan->place, &answer, why);

	if (ret)
		progress_say("latency: far end: %s", why);
	else
		ret = waits_run(&one, true, &sweep_latency);
	if (answer)
		far_thread_close(answer);
	/* The next case sends to a far end that drops. */
	if (place_set_far(plan->place, FAR_DROPS, why))
		progress_say("latency: far end: %s", why);
	return ret;
}

const struct bench_case case_latency = {
	.name = "latency",
	.words = "round trip of a single packet, up to p99.99",
	.needs_place = true,
	.ignores = "batch rate",
	.turns = latency_turns,
	.run = latency_run,
};
