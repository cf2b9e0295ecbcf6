/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recover.c - what becomes of a sender whose TX interrupt is lost: the longest
 * time without a completion, and the rate, with the interrupt masked in the
 * card and without. For a virtio card, and root on a kernel that lets the
 * card's memory be mapped (iomem=relaxed), as the guest's does.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "meter.h"
#include "msix.h"
#include "sweep.h"

/* They are the ones that wait for completions themselves. */
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
	int rc;

	setup.ready = ready;
	setup.context = msix;
	rc = e->engine->send(&setup, e->plan->turn_ns, e->plan->rate, &turn, why);
	if (rc)
		return rc;
	/* No packet at all is an answer here. */
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
	int rc = msix_open(&msix, e->setup.ifname, e->setup.queue);

	if (rc) {
		snprintf(why, WHY_BYTES, "the interrupt of %s cannot be masked: %s",
			 e->setup.ifname, strerror(-rc));
		return -EOPNOTSUPP;
	}
	rc = send_turn(e, mask, &msix, why);
	msix_close(&msix);
	return rc;
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
	int rc = msix_open(&msix, plan->place->near, 0);

	if (rc)
		progress_say("recover: left out: the interrupt of %s cannot be masked: %s",
			     plan->place->near, strerror(-rc));
	msix_close(&msix);
	return !rc;
}

static int recover_run(const struct plan *plan)
{
	return can_mask(plan) ? sweep_run(plan, sweeps, SWEEPS) : 0;
}

const struct bench_case case_recover = {
	.name = "recover",
	.words = "time without completions after the TX interrupt is lost",
	.needs_place = true,
	.turns = recover_turns,
	.run = recover_run,
};
