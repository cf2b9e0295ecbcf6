/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpu.c - processor time a packet at a rate that all engines can hold, asleep
 * between the bursts and spinning. The rate that each really had is told, too.
 */
#include "tx.h"

enum {
	RATE = 100000, /* packets a second: a tenth of what a system call each can do */
	/*
	 * Where the processor is emulated: udp-send holds it in bad hours, too, in
	 * which it sent 16,000 of 20,000. In good ones it holds 30,000.
	 */
	RATE_EMULATED = 15000,
};

static struct sweep sweep_cpu(const struct plan *plan)
{
	struct sweep sweep = sweep_tx;

	sweep.name = "cpu";
	sweep.rate = plan->rate;
	if (!sweep.rate)
		sweep.rate = plan->place && plan->place->kind == PLACE_GUEST ? RATE_EMULATED : RATE;
	return sweep;
}

/* Sleeping first, since that is what a program at a low rate does. */
static uint32_t list_plans(const struct plan *plan, struct plan *plans)
{
	plans[0] = plans[1] = *plan;
	plans[1].spin = true;
	return plan->spin || plan->busy_poll ? 1 : 2;
}

static uint32_t cpu_turns(const struct plan *plan)
{
	struct sweep sweep = sweep_cpu(plan);
	struct plan plans[2];
	uint32_t turns = 0, n = list_plans(plan, plans);

	for (uint32_t i = 0; i < n; i++)
		turns += sweep_turns(&plans[i], &sweep, 1);
	return turns;
}

static int cpu_run(const struct plan *plan)
{
	struct sweep sweep = sweep_cpu(plan);
	struct plan plans[2];
	uint32_t n = list_plans(plan, plans);
	int rc, first = 0;

	for (uint32_t i = 0; i < n && !stop_requested(); i++) {
		rc = sweep_run(&plans[i], &sweep, 1);
		first = first ? first : rc;
	}
	return first;
}

const struct bench_case case_cpu = {
	.name = "cpu",
	.words = "processor time a packet at a rate that all can hold",
	.needs_place = true,
	.turns = cpu_turns,
	.run = cpu_run,
};
