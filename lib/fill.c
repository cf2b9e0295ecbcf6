/* SPDX-License-Identifier: BSD-2-Clause */
/* fill.c - keeps the fill ring topped up from the cache. */
#include "fill.h"

#include "bulk.h"
#include "cache.h"
#include "comp.h"
#include "ledger.h"
#include "wake.h"

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

/* Packets that may go into the ring as they are, from the next slot on, in one piece. */
static inline uint32_t straight(struct zcxsk_socket *s, uint32_t first, uint32_t n)
{
	uint32_t run = s->fill.size - first, room;

	n = n < run ? n : run;
	n = n < s->fill_owed ? n : s->fill_owed;
	room = zcxsk_ring_prod_room(&s->fill, n);
	return n < room ? n : room;
}

uint32_t fill_return(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t first = s->fill.cached_prod & s->fill.mask;
	uint64_t *slots = s->fill.entries;

	n = straight(s, first, n);
	if (ZCXSK_UNLIKELY(!n || s->checked || bulk_strip(s, slots + first, packets, n)))
		return 0;
	s->fill.cached_prod += n;
	s->fill_owed -= n;
	s->count.fill_frames += n;
	/* The caller may sleep next: a kernel that waits for these is told now. */
	if (s->fill.cached_prod - s->fill_shown >= s->fill_batch && fill_show(s))
		wake_fill(s);
	return n;
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
