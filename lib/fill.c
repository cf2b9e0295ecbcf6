/* SPDX-License-Identifier: BSD-2-Clause */
/* fill.c - keeps the fill ring topped up from the cache. */
#include "fill.h"

#include "cache.h"
#include "comp.h"
#include "ledger.h"

/* Copies n frames into the ring, in at most two runs. */
static void post(struct zcxsk_socket *s, uint32_t index, const uint64_t *frames, uint32_t n)
{
	uint64_t *slots = s->hot.fill.entries;
	uint32_t first = index & s->hot.fill.mask;
	uint32_t run = s->hot.fill.size - first;

	if (run > n)
		run = n;
	memcpy(slots + first, frames, run * sizeof(*frames));
	memcpy(slots, frames + run, (n - run) * sizeof(*frames));
}

/* Up to the ring's end, and with less than is due to be shown. */
void fill_reckon(struct zcxsk_socket *s)
{
	struct zcxsk_ring_prod *r = &s->hot.fill;
	uint32_t due = s->fill_batch - (r->cached_prod - s->fill_shown) - 1;
	uint32_t room = zcxsk_ring_prod_room(r, due);
	uint32_t run = r->size - (r->cached_prod & r->mask);

	room = room < due ? room : due;
	if (s->checked || !s->has_rx)
		room = 0;
	s->hot.fill_until = r->cached_prod + (room < run ? room : run);
}

bool fill_show(struct zcxsk_socket *s)
{
	bool news = s->fill_shown != s->hot.fill.cached_prod;

	if (news)
		zcxsk_ring_prod_submit(&s->hot.fill);
	s->fill_shown = s->hot.fill.cached_prod;
	fill_reckon(s);
	return news;
}

bool fill_refill(struct zcxsk_socket *s)
{
	while (s->hot.fill_owed) {
		uint32_t wanted = s->hot.fill_owed, index, n;
		const uint64_t *frames;

		if (wanted > s->cache->stack.capacity)
			wanted = s->cache->stack.capacity;
		/* Forwarded frames come home by the completion ring. */
		if (s->cache->stack.count < wanted && s->has_tx)
			comp_reap(s);
		n = cache_ready(s->cache, wanted);
		if (n < wanted)
			s->count.fill_short++;
		n = zcxsk_ring_prod_reserve(&s->hot.fill, n, &index);
		if (!n)
			break;
		frames = cache_pop(s->cache, n);
		post(s, index, frames, n);
		ledger_move_all(s->pool, frames, n, PLACE_POOL, ledger_rx(s));
		s->hot.fill_owed -= n;
		s->count.fill_frames += n;
	}
	return fill_show(s);
}

void fill_post(struct zcxsk_socket *s, const uint64_t *frames, uint32_t n)
{
	uint32_t index;

	n = zcxsk_ring_prod_reserve(&s->hot.fill, n, &index);
	post(s, index, frames, n);
	fill_show(s);
}

void fill_undo(struct zcxsk_socket *s)
{
	uint32_t n = s->hot.fill.cached_prod - *s->hot.fill.consumer;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t frame =
			*zcxsk_ring_fill_slot(&s->hot.fill, s->hot.fill.cached_prod - 1 - i);

		ledger_move(s->pool, frame, ledger_rx(s), PLACE_POOL);
		cache_push(s->cache, frame);
	}
	s->count.fill_frames -= n;
}
