/* SPDX-License-Identifier: BSD-2-Clause */
/* fill.c - keeps the fill ring filled from the cache. */
#include "datapath/fill.h"

#include "base/minmax.h"
#include "frames/pool.h"
#include "datapath/completion.h"
#include "datapath/events.h"
#include "datapath/kick.h"
#include "datapath/service.h"
#include "datapath/siblings.h"
#include "frames/ledger.h"

/* Copies n frames into the ring, in at most two runs. */
static void post(struct zcxsk_socket *s, uint32_t index, const uint64_t *frames, uint32_t n)
{
	uint64_t *slots = s->fast.fill.entries;
	uint32_t run = min_u32(n, RING_RUN(&s->fast.fill, index));

	memcpy(slots + (index & s->fast.fill.mask), frames, run * sizeof(*frames));
	memcpy(slots, frames + run, (n - run) * sizeof(*frames));
}

void fill_start(struct zcxsk_socket *s)
{
	s->fill.submitted = s->fill.at_wait = s->fast.fill.cached_prod;
	s->fill.reserve = s->fast.fill.cached_prod - s->fast.rx.cached_cons;
	fill_owe(s, 0);
	fill_end_fast_path(s);
}

void fill_end_fast_path(struct zcxsk_socket *s)
{
	s->fast.view = NULL;
	s->fast.rx_left = 0;
	s->fast.fill_until = s->fast.fill.cached_prod;
}

uint32_t fill_room(struct zcxsk_socket *s)
{
	struct zcxsk_ring_prod *r = &s->fast.fill;
	uint32_t hidden = fill_unsubmitted(s),
		 due = hidden < s->fill.batch ? s->fill.batch - hidden : 0;

	due = min_u32(due, RING_RUN(r, r->cached_prod));
	return min_u32(due, zcxsk_ring_prod_room(r, due));
}

bool fill_submit(struct zcxsk_socket *s)
{
	bool any = fill_unsubmitted(s) != 0;

	if (any)
		zcxsk_ring_prod_submit(&s->fast.fill);
	s->fill.submitted = s->fast.fill.cached_prod;
	if (ZCXSK_UNLIKELY(s->service.muted) && fill_spare(s))
		service_unmute(s);
	return any;
}

/* Slots for frames that the library posts. */
static uint32_t reserve(struct zcxsk_socket *s, uint32_t n, uint32_t *index)
{
	n = zcxsk_ring_prod_reserve(&s->fast.fill, n, index);
	fill_end_fast_path(s);
	return n;
}

/* Posts owed frames from the cache. Returns false if there are too few. */
static bool post_available(struct zcxsk_socket *s)
{
	while (fill_owed(s)) {
		uint32_t wanted = min_u32(fill_owed(s), s->cache->stack.capacity), index, ready, n;
		const uint64_t *frames;

		/* Forwarded frames return through the completion ring. */
		if (s->cache->stack.count < wanted && s->has_tx)
			comp_reap(s);
		ready = cache_ready(s->cache, wanted);
		if (ready < wanted && siblings_reap(s))
			ready = cache_ready(s->cache, wanted);
		if (ready < wanted)
			COUNT(s, fill_short, 1);
		n = reserve(s, ready, &index);
		if (!n)
			return ready;
		frames = cache_pop(s->cache, n);
		post(s, index, frames, n);
		ledger_move_all(s->pool, frames, n, PLACE_POOL, ledger_rx(s), CALL_REFILL);
		COUNT(s, fill_frames, n);
	}
	return true;
}

/* So few frames are posted that those which others free have to come here first. */
static bool is_starving(const struct zcxsk_socket *s)
{
	return s->has_rx && (fill_is_low(s) || fill_owed(s) > s->fill.target / 2);
}

/* Registers with the pool. Returns false if that has frames now. */
static bool starve(struct zcxsk_socket *s)
{
	bool was_waiting = s->starving.waiting;

	if (s->starving.fd < 0)
		service_watch_frames(s);
	if (!starving_begin(s->pool, &s->starving))
		return false;
	if (!was_waiting)
		event_raise(s, ZCXSK_EVENT_STARVING, fill_owed(s));
	return true;
}

bool fill_refill(struct zcxsk_socket *s)
{
	bool complete, submitted = false;

	do {
		complete = post_available(s);
		submitted |= fill_submit(s);
	} while (!complete && is_starving(s) && !starve(s));
	if (s->starving.waiting && (complete || !is_starving(s)))
		starving_end(s->pool, &s->starving);
	return submitted;
}

void fill_top_up(struct zcxsk_socket *s)
{
	if (ZCXSK_UNLIKELY(fill_is_low(s) && s->has_rx) && fill_refill(s))
		kick_fill(s);
}

uint32_t fill_reap(struct zcxsk_socket *s)
{
	uint32_t completed = comp_reap(s);

	if (completed)
		fill_top_up(s);
	return completed;
}

void fill_post(struct zcxsk_socket *s, const uint64_t *frames, uint32_t n)
{
	uint32_t index;

	n = reserve(s, n, &index);
	post(s, index, frames, n);
	fill_submit(s);
}

void fill_undo(struct zcxsk_socket *s, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint64_t frame =
			*zcxsk_ring_fill_slot(&s->fast.fill, s->fast.fill.cached_prod - 1 - i) &
			s->cache->frame_mask;

		ledger_move(s->pool, frame, ledger_rx(s), PLACE_POOL, CALL_CLOSE);
		cache_push(s->cache, frame);
	}
	cache_trim(s->cache);
	COUNT(s, fill_frames, -(uint64_t)n);
}

bool fill_stayed_nonempty(struct zcxsk_socket *s)
{
	uint32_t taken = s->fill.submitted - zcxsk_ring_prod_pending(&s->fast.fill);
	bool left = (int32_t)(s->fill.at_wait - taken) > 0;

	s->fill.at_wait = s->fill.submitted;
	return left;
}
