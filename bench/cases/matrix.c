/* SPDX-License-Identifier: BSD-2-Clause */
/* matrix.c - every case in every mode with every way of waiting. */
#include "sweep.h"

/* Cases that depend on the way of waiting and do not vary it themselves. */
static const struct bench_case *const waiting[] = {&case_tx, &case_rx, &case_fwd};
static const struct bench_case *const others[] = {&case_latency, &case_cpu, &case_wake,
						  &case_recover};

enum {
	WAITING = sizeof(waiting) / sizeof(waiting[0]),
	OTHERS = sizeof(others) / sizeof(others[0]),
	BATCH_QUICK = 64, /* packets */
};

/* All modes that are possible, unless the user chose some. */
static struct plan whole(const struct plan *plan)
{
	struct plan all = *plan;
	uint32_t n = 0;

	if (!plan->modes[0]) {
		/* A veth pair cannot do zero copy. */
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
	uint32_t turns = 0, n = waits_list(&all, true, plans);

	for (uint32_t c = 0; c < WAITING; c++)
		for (uint32_t i = 0; i < n; i++)
			turns += case_turns(waiting[c], &plans[i]);
	for (uint32_t c = 0; c < OTHERS; c++)
		turns += case_turns(others[c], &all);
	return turns;
}

/* Continues with the other cases if one cannot be measured here. */
static int matrix_run(const struct plan *plan)
{
	struct plan all = whole(plan), plans[WAITS];
	uint32_t n = waits_list(&all, true, plans);
	int ret, first = 0;

	for (uint32_t c = 0; c < WAITING; c++) {
		for (uint32_t i = 0; i < n && !stop_requested(); i++) {
			ret = case_run(waiting[c], &plans[i]);
			first = first ? first : ret;
		}
	}
	for (uint32_t c = 0; c < OTHERS && !stop_requested(); c++) {
		ret = case_run(others[c], &all);
		first = first ? first : ret;
	}
	return first;
}

const struct bench_case case_matrix = {
	.name = "matrix",
	.words = "all cases, in all modes, sleeping, busy polling and spinning",
	.needs_place = true,
	.turns = matrix_turns,
	.run = matrix_run,
};
