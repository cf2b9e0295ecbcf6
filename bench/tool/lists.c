/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lists.c - the cases that there are, and whether an engine takes part.
 */
#include <string.h>

#include "case.h"

const struct bench_case *const *all_cases(void)
{
	static const struct bench_case *const list[] = {
		&case_ring, &case_handoff, &case_tx,	  &case_rx,    &case_fwd,    &case_latency,
		&case_wake, &case_cpu,	   &case_recover, &case_scale, &case_matrix, NULL};

	return list;
}

bool plan_wants(const struct plan *plan, const char *engine)
{
	for (size_t i = 0; engines[i]; i++)
		if (!strcmp(engines[i]->name, engine))
			return plan->engine_wanted[i];
	return false;
}

static bool only_sends(const struct bench_case *what)
{
	static const char *const names[] = {"tx", "cpu", "recover", "scale"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], what->name))
			return true;
	return false;
}

int case_run(const struct bench_case *what, const struct plan *plan)
{
	struct plan at_sink = *plan;

	if (!plan->sink || !only_sends(what))
		return what->run(plan);
	at_sink.place = plan->sink;
	return what->run(&at_sink);
}
