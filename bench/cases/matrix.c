/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * matrix.c - all of it: every case in every mode with every way of waiting.
 */
#include "waits.h"

/* Those that differ by the way of waiting and do not vary it themselves. */
static const struct bench_case *const waiting[] = {&case_tx, &case_rx, &case_fwd};
static const struct bench_case *const others[] = {&case_latency, &case_cpu, &case_wake,
						  &case_recover};

enum {
	WAITING = sizeof(waiting) / sizeof(waiting[0]),
	OTHERS = sizeof(others) / sizeof(others[0]),
	BATCH_QUICK = 64, /* packets */
};

/* All modes that can be, unless the user has chosen. */
static struct plan whole(const struct plan *plan)
{
	struct plan all = *plan;
	uint32_t n = 0;

	if (!plan->modes[0]) {
		/* A veth pair has no device that could do it. */
		if (plan->place && plan->place->kind != PLACE_VETH)
			all.modes[n++] = "zero-copy";
		all.modes[n++] = "native-copy";
		all.modes[n++] = "generic-copy";
		all.modes[n] = NULL;
	}
	if (plan->quick) {
		all.batches[0] = BATCH_QUICK;
		all.batches[1] = 0;
		all.packet_sizes[1] = 0;
	}
	return all;
}

static uint32_t matrix_turns(const struct plan *plan)
{
	struct plan all = whole(plan), plans[WAITS];
	uint32_t turns = 0, n = waits_list(&all, plans);

	for (uint32_t c = 0; c < WAITING; c++)
		for (uint32_t i = 0; i < n; i++)
			turns += waiting[c]->turns(&plans[i]);
	for (uint32_t c = 0; c < OTHERS; c++)
		turns += others[c]->turns(&all);
	return turns;
}

/* One case that cannot be measured here does not keep the others from it. */
static int matrix_run(const struct plan *plan)
{
	struct plan all = whole(plan), plans[WAITS];
	uint32_t n = waits_list(&all, plans);
	int rc, first = 0;

	for (uint32_t c = 0; c < WAITING; c++) {
		for (uint32_t i = 0; i < n && !stop_requested(); i++) {
			rc = case_run(waiting[c], &plans[i]);
			first = first ? first : rc;
		}
	}
	for (uint32_t c = 0; c < OTHERS && !stop_requested(); c++) {
		rc = case_run(others[c], &all);
		first = first ? first : rc;
	}
	return first;
}

const struct bench_case case_matrix = {
	.name = "matrix",
	.words = "all of it, in all modes, asleep, busy polling and spinning",
	.needs_place = true,
	.turns = matrix_turns,
	.run = matrix_run,
};
