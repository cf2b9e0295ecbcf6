/* SPDX-License-Identifier: BSD-2-Clause */
/* fill.c - keeps the fill ring topped up from the cache. */
#include "fill.h"

#include "cache.h"
#include "comp.h"
#include "ledger.h"

/* Copies n frames into the ring, in at most two runs. */
static void post(struct zcxsk_socket *s, uint32_t index, const uint64_t *frames, uint32_t n)
{
	uint64_t *slots = s->fill.entries;
	uint32_t first = index & s->fill.mask;
	uint32_t run = s->fill.size - first;

	if (run > n)
		run = n;
	memcpy(slots + first, frames, run * sizeof(*frames));
	memcpy(slots, frames + run, (n - run) * sizeof(*frames));
}

bool fill_show(struct zcxsk_socket *s)
{
	if (s->fill_shown == s->fill.cached_prod)
		return false;
	zcxsk_ring_prod_submit(&s->fill);
	s->fill_shown = s->fill.cached_prod;
	return true;
}

bool fill_refill(struct zcxsk_socket *s)
{
	while (s->fill_owed) {
		uint32_t wanted = s->fill_owed, index, n;
		const uint64_t *frames;

		if (wanted > s->cache->capacity)
			wanted = s->cache->capacity;
		/* Forwarded frames come home by the completion ring. */
		if (s->cache->count < wanted && s->has_tx)
			comp_reap(s);
		n = cache_ready(s->cache, wanted);
		if (n < wanted)
			s->count.fill_short++;
		n = zcxsk_ring_prod_reserve(&s->fill, n, &index);
		if (!n)
			break;
		frames = cache_pop(s->cache, n);
		post(s, index, frames, n);
		ledger_move_all(s->pool, frames, n, PLACE_POOL, ledger_rx(s));
		s->fill_owed -= n;
		s->count.fill_frames += n;
	}
	return fill_show(s);
}

void fill_post(struct zcxsk_socket *s, const uint64_t *frames, uint32_t n)
{
	uint32_t index;

	n = zcxsk_ring_prod_reserve(&s->fill, n, &index);
	post(s, index, frames, n);
	fill_show(s);
}

void fill_undo(struct zcxsk_socket *s)
{
	uint32_t n = s->fill.cached_prod - *s->fill.consumer;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t frame = *zcxsk_ring_fill_slot(&s->fill, s->fill.cached_prod - 1 - i);

		ledger_move(s->pool, frame, ledger_rx(s), PLACE_POOL);
		cache_push(s->cache, frame);
	}
	s->count.fill_frames -= n;
}
