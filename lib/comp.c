/* SPDX-License-Identifier: BSD-2-Clause */
/* comp.c - reaps the completion ring into the cache. */
#include "comp.h"

#include "cache.h"
#include "flight.h"
#include "lanes.h"
#include "ledger.h"

/*
 * One by one: a completion out of order, or of no packet that is out. Taken
 * for granted, a wrong one would corrupt the pool.
 */
static uint32_t take_home_singly(struct zcxsk_socket *s, const uint64_t *addrs, uint32_t n)
{
	uint32_t home = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (!flight_settle(s, addrs[i]) ||
		    !ledger_move(s->pool, addrs[i], ledger_tx(s), PLACE_POOL))
			continue;
		cache_push(s->cache, addrs[i] & s->cache->frame_mask);
		home++;
	}
	return home;
}

/* Two completions and what was sent: the bits in which they differ. */
static lanes take_two(uint64_t *top, const uint64_t *addrs, const struct zcxsk_packet *sent,
		      lanes mask)
{
	lanes done = lanes_load(addrs);

	lanes_store(top, done & mask);
	return done ^ lanes_lower(lanes_load(&sent[0]), lanes_load(&sent[1]));
}

/*
 * All at once when they are the oldest n that are out, in order, as they are
 * but for rare cases. Room in the cache for n is there.
 */
static uint32_t take_home(struct zcxsk_socket *s, const uint64_t *addrs, uint32_t n)
{
	const struct zcxsk_packet *sent = s->tx.entries;
	struct zcxsk_cache *c = s->cache;
	uint64_t *top = c->frames + c->count, odd = 0;
	lanes mask = {c->frame_mask, c->frame_mask}, differ = {0, 0};
	uint32_t groups = n / GROUP, rest = n % GROUP;

	sent += s->tx_oldest & s->tx.mask;
	for (; groups--; top += GROUP, addrs += GROUP, sent += GROUP)
		UNROLLED
	for (uint32_t i = 0; i < GROUP; i += 2)
		differ |= take_two(top + i, addrs + i, sent + i, mask);
	for (; rest--; top++, addrs++, sent++) {
		odd |= *addrs ^ sent->addr;
		*top = *addrs & c->frame_mask;
	}
	if (ZCXSK_UNLIKELY(differ[0] | differ[1] | odd || s->tx_early || s->pool->ledger))
		return take_home_singly(s, addrs - n, n);
	flight_land(s, n);
	c->count += n;
	return n;
}

/* Of `left` completions, those in one piece in both rings; at least one. */
static uint32_t one_piece(const struct zcxsk_socket *s, uint32_t index, uint32_t left)
{
	uint32_t n = s->comp.size - (index & s->comp.mask);
	uint32_t sent = s->tx.size - (s->tx_oldest & s->tx.mask);

	if (n > sent)
		n = sent;
	return n < left ? n : left;
}

uint32_t comp_reap(struct zcxsk_socket *s)
{
	uint32_t index, left = zcxsk_ring_cons_peek(&s->comp, s->comp.size, &index);
	const uint64_t *entries = s->comp.entries;
	uint32_t home = 0;

	if (!left)
		return 0;
	while (left) {
		const uint64_t *addrs = entries + (index & s->comp.mask);
		uint32_t n = cache_room(s->cache, one_piece(s, index, left));

		/* More than are out cannot be right, and is told one by one. */
		home += ZCXSK_LIKELY(n <= flight_window(s)) ? take_home(s, addrs, n)
							    : take_home_singly(s, addrs, n);
		index += n;
		left -= n;
	}
	zcxsk_ring_cons_release(&s->comp);
	s->count.tx_completed += home;
	return home;
}
