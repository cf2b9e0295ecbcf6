/* SPDX-License-Identifier: BSD-2-Clause */
/* lists.c - the cases and the engines, and which of them take part. */
#include <string.h>

#include "sweep.h"

const struct bench_case *const all_cases[] = {&case_ring,    &case_handoff, &case_tx,	  &case_rx,
					      &case_fwd,     &case_latency, &case_wake,	  &case_cpu,
					      &case_recover, &case_scale,   &case_matrix, NULL};

const struct engine *const engines[] = {&engine_udp_send, &engine_udp_sendmmsg,
					&engine_udp_gso,  &engine_af_packet,
					&engine_tpacket,  &engine_libxdp,
					&engine_dpdk,	  &engine_mutex_queue,
					&engine_zcxsk,	  NULL};

bool plan_wants(const struct plan *plan, const char *engine)
{
	for (size_t i = 0; engines[i]; i++)
		if (!strcmp(engines[i]->name, engine))
			return plan->engine_wanted[i];
	return false;
}

uint32_t plan_count(const uint32_t *numbers)
{
	uint32_t n = 0;

	while (numbers[n])
		n++;
	return n;
}

struct plan plan_single(const struct plan *plan)
{
	struct plan single = *plan;

	single.batches[0] = 1;
	single.batches[1] = 0;
	return single;
}

uint32_t case_turns(const struct bench_case *what, const struct plan *plan)
{
	return what->sweep ? sweep_turns(plan, what->sweep, 1) : what->turns(plan);
}

int case_run(const struct bench_case *what, const struct plan *plan)
{
	struct plan here = *plan;

	if (plan->sink && what->only_sends)
		here.place = plan->sink;
	return what->sweep ? sweep_run(&here, what->sweep, 1) : what->run(&here);
}
