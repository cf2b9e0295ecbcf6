/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * waits.c - a sweep with each way of waiting.
 */
#include "waits.h"

uint32_t waits_list(const struct plan *plan, struct plan plans[WAITS])
{
	plans[0] = *plan;
	if (plan->spin || plan->busy_poll)
		return 1;
	for (uint32_t i = 1; i < WAITS; i++)
		plans[i] = *plan;
	plans[1].busy_poll = true;
	plans[2].spin = true;
	return WAITS;
}

uint32_t waits_turns(const struct plan *plan, const struct sweep *sweep)
{
	struct plan plans[WAITS];
	uint32_t turns = 0, n = waits_list(plan, plans);

	for (uint32_t i = 0; i < n; i++)
		turns += sweep_turns(&plans[i], sweep, 1);
	return turns;
}

int waits_run(const struct plan *plan, const struct sweep *sweep)
{
	struct plan plans[WAITS];
	uint32_t n = waits_list(plan, plans);
	int rc, first = 0;

	for (uint32_t i = 0; i < n && !stop_requested(); i++) {
		rc = sweep_run(&plans[i], sweep, 1);
		first = first ? first : rc;
	}
	return first;
}
