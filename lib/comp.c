/* SPDX-License-Identifier: BSD-2-Clause */
/* comp.c - reaps the completion ring into the cache. */
#include "comp.h"

#include "cache.h"
#include "ledger.h"

/*
 * One by one: the addresses are checked since some kernels hand back whatever
 * was submitted, and a wrong one here would corrupt the pool.
 */
static uint32_t take_home_checked(struct zcxsk_socket *s, const uint64_t *addrs, uint32_t n)
{
	uint32_t home = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (!ledger_admit(s->pool, addrs[i], PLACE_TX, PLACE_POOL)) {
			s->count.completion_invalid++;
			continue;
		}
		cache_push(s->cache, addrs[i] & s->cache->frame_mask);
		home++;
	}
	return home;
}

/* Room in the cache for n is there. */
static uint32_t take_home(struct zcxsk_socket *s, const uint64_t *addrs, uint32_t n)
{
	struct zcxsk_cache *c = s->cache;
	uint64_t *top = c->frames + c->count, mask = c->frame_mask;
	uint64_t last = c->umem_size - 1, outside = 0;

	UNROLLED
	for (uint32_t i = 0; i < n; i++) {
		outside |= cache_outside(last, addrs[i]);
		top[i] = addrs[i] & mask;
	}
	if (ZCXSK_UNLIKELY(cache_any_outside(outside) || s->pool->ledger))
		return take_home_checked(s, addrs, n);
	c->count += n;
	return n;
}

uint32_t comp_reap(struct zcxsk_socket *s)
{
	uint32_t index, left = zcxsk_ring_cons_peek(&s->comp, s->comp.size, &index);
	const uint64_t *entries = s->comp.entries;
	uint32_t home = 0;

	if (!left)
		return 0;
	while (left) {
		uint32_t first = index & s->comp.mask, run = s->comp.size - first;
		uint32_t n = cache_room(s->cache, left < run ? left : run);

		home += take_home(s, entries + first, n);
		index += n;
		left -= n;
	}
	zcxsk_ring_cons_release(&s->comp);
	s->count.tx_completed += home;
	return home;
}
