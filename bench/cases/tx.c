/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tx.c - packets a second that each engine sends and what they cost; and the CPU
 * time per packet at a rate that all engines can hold, sleeping and spinning.
 */
#include <errno.h>

#include "machine_time.h"
#include "meter.h"

enum {
	RATE = 100000, /* packets a second: a tenth of what one system call each achieves */
	/*
	 * With an emulated CPU: udp-send holds 30,000, but in bad hours it sent
	 * 16,000 of 20,000.
	 */
	RATE_EMULATED = 15000,
};

bool can_send(const struct engine *engine)
{
	return engine->send != NULL;
}

static int send_turn(const struct entry *e, char *why)
{
	struct engine_setup setup = e->setup;
	struct machine_turn machine = {0};
	struct engine_turn turn = {0};
	uint64_t rate = e->sweep->rate ? e->sweep->rate : e->plan->rate;
	int ret;

	setup.ready = machine_turn_start;
	setup.over = machine_turn_end;
	setup.context = &machine;
	ret = e->engine->send(&setup, e->plan->turn_ns, rate, &turn, why);
	if (ret)
		return ret;
	if (!sweep_add_turn(e, &turn))
		return engine_refuses(why, EIO, "no packet was sent");
	if (e->plan->place->kind == PLACE_GUEST)
		machine_turn_add(e, &turn, &machine);
	return 0;
}

const struct sweep sweep_tx = {.name = "tx", .can = can_send, .turn = send_turn};

const struct bench_case case_tx = {
	.name = "tx",
	.words = "packets per second sent, and the cost of each",
	.needs_place = true,
	.only_sends = true,
	.sweep = &sweep_tx,
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

static uint32_t cpu_turns(const struct plan *plan)
{
	struct sweep sweep = sweep_cpu(plan);

	return waits_turns(plan, false, &sweep);
}

static int cpu_run(const struct plan *plan)
{
	struct sweep sweep = sweep_cpu(plan);

	return waits_run(plan, false, &sweep);
}

const struct bench_case case_cpu = {
	.name = "cpu",
	.words = "CPU time per packet at a rate that all engines can hold",
	.needs_place = true,
	.only_sends = true,
	.turns = cpu_turns,
	.run = cpu_run,
};
