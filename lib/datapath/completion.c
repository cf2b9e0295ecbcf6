/* SPDX-License-Identifier: BSD-2-Clause */
/* completion.c - reaps the completion ring into the cache. */
#include "datapath/completion.h"

#include "base/minmax.h"
#include "datapath/descriptors.h"
#include "frames/pool.h"
#include "datapath/outstanding.h"
#include "frames/ledger.h"

/*
 * Handles completions one by one: out of order, or of no packet in flight. Accepted blindly, a
 * wrong one would corrupt the pool. index: that of the first in the completion ring.
 */
static uint32_t complete_each(struct zcxsk_socket *s, uint32_t index, const uint64_t *addrs,
			      uint32_t n)
{
	uint32_t completed = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (!outstanding_complete(s, addrs[i]) ||
		    !ledger_move(s->pool, addrs[i], ledger_tx(s), PLACE_POOL, CALL_COMPLETE))
			continue;
		cache_push(s->cache, addrs[i] & s->cache->frame_mask);
		completed++;
	}
	outstanding_note_due(s, index + n);
	return completed;
}

/*
 * Completes n packets at once if they are the oldest n in flight, in order, which they nearly
 * always are. The caller guarantees room for n frames in the cache.
 */
static uint32_t complete_run(struct zcxsk_socket *s, uint32_t index, const uint64_t *addrs,
			     uint32_t n)
{
	const struct zcxsk_packet *sent = s->fast.tx.entries;
	struct zcxsk_cache *c = s->cache;
	uint64_t differ;

	sent += s->out.oldest & s->fast.tx.mask;
	differ = s->fast.loops->match_completions(c->stack.frames + c->stack.count, addrs, sent, n,
						  s->fast.bounds.frame_mask);
	if (ZCXSK_UNLIKELY(differ || s->out.early_count || s->checked))
		return complete_each(s, index, addrs, n);
	outstanding_complete_oldest(s, n);
	NUMBER_ADD(c->stack.count, n);
	return n;
}

/* The completions, of `left`, that are contiguous in both rings; at least one. */
static uint32_t contiguous(const struct zcxsk_socket *s, uint32_t index, uint32_t left)
{
	uint32_t n = min_u32(RING_RUN(&s->fast.comp, index), RING_RUN(&s->fast.tx, s->out.oldest));

	return min_u32(n, left);
}

/* Moves `left` completions, from an index on, to the cache. */
static uint32_t reap_from(struct zcxsk_socket *s, uint32_t index, uint32_t left)
{
	const uint64_t *entries = s->fast.comp.entries;
	uint32_t completed = 0;

	while (left) {
		const uint64_t *addrs = entries + (index & s->fast.comp.mask);
		uint32_t n = cache_room(s->cache, contiguous(s, index, left));

		/* More than are in flight cannot all be valid; the slow path reports which. */
		completed += ZCXSK_LIKELY(n <= outstanding_window(s))
				     ? complete_run(s, index, addrs, n)
				     : complete_each(s, index, addrs, n);
		index += n;
		left -= n;
	}
	return completed;
}

uint32_t comp_reap(struct zcxsk_socket *s)
{
	uint32_t index, completed,
		left = zcxsk_ring_cons_peek(&s->fast.comp, s->fast.comp.size, &index);

	if (!left)
		return 0;
	completed = reap_from(s, index, left);
	zcxsk_ring_cons_release(&s->fast.comp);
	COUNT(s, tx_completed, completed);
	cache_trim(s->cache);
	return completed;
}

/* Makes packets of n completions, if they are in order and contiguous. */
static inline bool recycle(struct zcxsk_socket *s, uint32_t index, struct zcxsk_packet *packets,
			   uint32_t n, uint32_t len)
{
	uint32_t from = index & s->fast.comp.mask, oldest = s->out.oldest & s->fast.tx.mask;
	const struct zcxsk_packet *sent = s->fast.tx.entries;
	const uint64_t *addrs = s->fast.comp.entries;

	if (ZCXSK_UNLIKELY(from + n > s->fast.comp.size || oldest + n > s->fast.tx.size ||
			   n > outstanding_window(s) || s->out.early_count || s->watched))
		return false;
	if (ZCXSK_UNLIKELY(s->fast.loops->recycle(packets, addrs + from, sent + oldest, n,
						  s->fast.bounds.frame_mask, len)))
		return false;
	outstanding_advance(s, n);
	return true;
}

/*
 * Reaps all completions, not only n: a duplicate must be detected before its frame is sent
 * again.
 */
uint32_t comp_recycle(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t n,
		      uint32_t len)
{
	uint32_t index, left = zcxsk_ring_cons_peek(&s->fast.comp, s->fast.comp.size, &index);

	if (!left)
		return 0;
	n = min_u32(n, left);
	if (!recycle(s, index, packets, n, len))
		n = 0;
	COUNT(s, tx_completed, n);
	if (ZCXSK_UNLIKELY(left > n)) {
		COUNT(s, tx_completed, reap_from(s, index + n, left - n));
		cache_trim(s->cache);
	}
	zcxsk_ring_cons_release(&s->fast.comp);
	return n;
}
