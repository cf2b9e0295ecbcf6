/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recover.c - a sender after the loss of its TX interrupt: the longest time without
 * a completion, and the rate, with the interrupt masked in the card and without.
 * For a virtio card, and root on a kernel booted with iomem=relaxed, as the guest.
 */
#include <errno.h>
#include <string.h>

#include "meter.h"
#include "msix.h"
#include "sweep.h"

/* Only these engines wait for completions themselves. */
static bool can_recover(const struct engine *engine)
{
	return engine->has_modes && engine->send && engine->ping;
}

static void mask(void *msix)
{
	msix_mask(msix);
}

static int send_turn(const struct entry *e, void (*ready)(void *), struct msix *msix, char *why)
{
	struct engine_setup setup = e->setup;
	struct engine_turn turn = {0};
	int ret;

	setup.ready = ready;
	setup.context = msix;
	ret = e->engine->send(&setup, e->plan->turn_ns, e->plan->rate, &turn, why);
	if (ret)
		return ret;
	/* Not sending any packet is a valid result here. */
	sweep_add(e, turn.mode, "packets_per_second", "packets/s",
		  (double)turn.packets * (double)NS_PER_S / (double)turn.ns);
	sweep_add(e, turn.mode, "longest_gap", "ns", (double)turn.longest_gap_ns);
	return 0;
}

static int healthy_turn(const struct entry *e, char *why)
{
	return send_turn(e, NULL, NULL, why);
}

static int masked_turn(const struct entry *e, char *why)
{
	struct msix msix;
	int ret = msix_open(&msix, e->setup.ifname, e->setup.queue);

	if (ret)
		return engine_refuses(why, EOPNOTSUPP, "the interrupt of %s cannot be masked: %s",
				      e->setup.ifname, strerror(-ret));
	ret = send_turn(e, mask, &msix, why);
	msix_close(&msix);
	return ret;
}

static const struct sweep sweeps[] = {
	{.name = "recover_healthy", .gaps = true, .can = can_recover, .turn = healthy_turn},
	{.name = "recover_masked", .gaps = true, .can = can_recover, .turn = masked_turn},
};

enum { SWEEPS = sizeof(sweeps) / sizeof(sweeps[0]) };

static uint32_t recover_turns(const struct plan *plan)
{
	return sweep_turns(plan, sweeps, SWEEPS);
}

static bool can_mask(const struct plan *plan)
{
	struct msix msix;
	int ret = msix_open(&msix, plan->place->near, 0);

	if (ret)
		progress_say("recover: skipped: the interrupt of %s cannot be masked: %s",
			     plan->place->near, strerror(-ret));
	msix_close(&msix);
	return !ret;
}

static int recover_run(const struct plan *plan)
{
	return can_mask(plan) ? sweep_run(plan, sweeps, SWEEPS) : 0;
}

const struct bench_case case_recover = {
	.name = "recover",
	.words = "time without completions after the TX interrupt is lost",
	.needs_place = true,
	.only_sends = true,
	.turns = recover_turns,
	.run = recover_run,
};
