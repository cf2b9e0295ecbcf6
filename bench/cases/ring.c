/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring.c - the user-space cost of rings, pool and bookkeeping: complete TX and RX
 * cycles on rings in memory, in time and in instructions, in one thread and with
 * another processor as the kernel. Needs no privileges.
 */
#include <errno.h>
#include <stdio.h>

#include "place.h"
#include "ring.h"
#include "runner.h"

struct ring_contender {
	const struct ring_user *user;
	struct ring_setup setup;
	struct series *series;
};

static uint32_t count_turns(const struct plan *plan)
{
	/* Each engine in two directions, on one and two threads, and one count. */
	return plan_count(plan->batches) * RING_USERS * 2 * (2 * plan->rounds + 1);
}

static int take_time(const struct plan *plan, void *context, char *why)
{
	struct ring_contender *c = context;
	double ns;
	int ret = ring_cycle_time(c->user, &c->setup, plan->turn_ns, &ns, why);

	if (!ret)
		series_add(c->series, ns);
	return ret;
}

static int run_times(const struct plan *plan, bool receive, int kernel_cpu, uint32_t batch)
{
	struct ring_contender contexts[RING_USERS];
	struct contender contenders[RING_USERS];
	char name[RESULT_WORD];
	size_t n = 0;

	snprintf(name, sizeof(name), "ring_%s_cycle%s", receive ? "rx" : "tx",
		 kernel_cpu < 0 ? "" : "_two_threads");
	for (size_t i = 0; i < RING_USERS; i++) {
		if (!plan_wants(plan, ring_users[i]->name))
			continue;
		contexts[n] = (struct ring_contender){
			.user = ring_users[i],
			.setup = {.batch = batch, .receive = receive, .kernel_cpu = kernel_cpu},
			.series = results_named(plan->results, name, ring_users[i]->name, "memory",
						"ns_per_packet", "ns", batch)};
		contenders[n] = (struct contender){
			.engine = ring_users[i]->name, .context = &contexts[n], .turn = take_time};
		n++;
	}
	return runner_run(plan, name, contenders, n);
}

/* Counts once: the count is the same each time. */
static int run_counts(const struct plan *plan, bool receive, uint32_t batch)
{
	const char *name = receive ? "ring_rx_cycle" : "ring_tx_cycle";
	char why[WHY_BYTES];

	for (size_t i = 0; i < RING_USERS && !stop_requested(); i++) {
		double instructions;
		int ret;

		if (!plan_wants(plan, ring_users[i]->name))
			continue;
		progress_turn(ring_users[i]->name);
		ret = ring_count(plan, ring_users[i], receive, batch, &instructions, why);
		if (ret) {
			progress_say("%s: %s", name, why);
			return ret == -ENOENT ? 0 : ret;
		}
		series_add(results_named(plan->results, name, ring_users[i]->name, "memory",
					 "instructions_per_packet", "", batch),
			   instructions);
	}
	return 0;
}

/* Measures times even if instructions cannot be counted. */
static int run_batch(const struct plan *plan, uint32_t batch)
{
	int cpu, kernel_cpu, ret, first = 0;

	place_processors(&cpu, &kernel_cpu);
	for (int receive = 0; receive < 2; receive++) {
		ret = run_counts(plan, receive, batch);
		first = first ? first : ret;
		ret = run_times(plan, receive, -1, batch);
		first = first ? first : ret;
		/* Two threads need two processors. */
		ret = cpu != kernel_cpu ? run_times(plan, receive, kernel_cpu, batch) : 0;
		first = first ? first : ret;
	}
	return first;
}

static int run(const struct plan *plan)
{
	int ret = 0;

	for (size_t i = 0; plan->batches[i] && !ret && !stop_requested(); i++)
		ret = run_batch(plan, plan->batches[i]);
	return ret;
}

const struct bench_case case_ring = {
	.name = "ring",
	.words = "user-space cost of rings and pool; needs no privileges",
	.ignores = NEEDS_PLACE_OPTIONS,
	.turns = count_turns,
	.run = run,
};
