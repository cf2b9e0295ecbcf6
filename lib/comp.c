/* SPDX-License-Identifier: BSD-2-Clause */
/* comp.c - reaps the completion ring into the cache. */
#include "comp.h"

#include "cache.h"
#include "ledger.h"

uint32_t comp_reap(struct zcxsk_socket *s)
{
	uint32_t index, n = zcxsk_ring_cons_peek(&s->comp, s->comp.size, &index);
	uint32_t home = 0;

	if (!n)
		return 0;
	for (uint32_t i = 0; i < n; i++) {
		uint64_t addr = zcxsk_ring_comp_slot(&s->comp, index + i);

		/*
		 * The address is checked since some kernels hand back whatever
		 * was submitted, and a wrong one here would corrupt the pool.
		 */
		if (ZCXSK_UNLIKELY(addr >= s->umem_size ||
				   !ledger_move(s->pool, addr, PLACE_TX, PLACE_POOL))) {
			s->count.completion_invalid++;
			continue;
		}
		cache_push(s->cache, addr & s->cache->frame_mask);
		home++;
	}
	zcxsk_ring_cons_release(&s->comp);
	s->count.tx_completed += home;
	return home;
}
