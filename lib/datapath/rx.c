/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rx.c - receives packets from the RX ring, and takes their frames back: straight into the
 * fill ring while frames are owed to it, which saves two copies, else into the cache.
 */
#include <zcxsk/rx.h>

#include <errno.h>

#include "datapath/descriptors.h"
#include "base/minmax.h"
#include "frames/pool.h"
#include "datapath/completion.h"
#include "datapath/fill.h"
#include "frames/ledger.h"
#include "datapath/one_thread.h"
#include "datapath/rx.h"
#include "datapath/wait.h"
#include "datapath/kick.h"
#include "datapath/link.h"

/* At most 1/UNRELEASED_SHARE of the RX ring is consumed but not yet released to the kernel. */
#define UNRELEASED_SHARE 4u

/*
 * The packet is inside the UMEM and the kernel owned its frame. It may start anywhere in the
 * frame: headroom and offset are the kernel's choice.
 */
static bool is_valid(struct zcxsk_socket *s, const struct zcxsk_packet *p)
{
	return ledger_admit(s->pool, p->addr, ledger_rx(s), PLACE_APPLICATION, CALL_RECEIVE) &&
	       p->len <= s->fast.bounds.size - p->addr;
}

/*
 * Per-packet fallback when the combined check failed: skips invalid packets, accepts the valid
 * run that follows, and consumes the invalid one that ends it. Returns the number of valid
 * packets; *used includes the invalid ones.
 */
static uint32_t accept_valid(struct zcxsk_socket *s, const struct zcxsk_packet **packets,
			     uint32_t n, uint32_t *used, uint64_t *bytes)
{
	const struct zcxsk_packet *p = *packets, *end = p + n;
	bool entered = one_thread_enter(s, CALL_RECEIVE);
	uint32_t valid = 0;

	while (p < end && !is_valid(s, p))
		p++;
	*packets = p;
	for (*bytes = 0; p < end; valid++) {
		*bytes += p++->len;
		if (p < end && !is_valid(s, p)) {
			valid++;
			p++;
			break;
		}
	}
	*used = n - (uint32_t)(end - p);
	one_thread_leave(s, entered);
	return valid;
}

/*
 * The last run ended before the known end of the ring's contents: at the wrap, or at an
 * invalid packet.
 */
static bool more_is_known(const struct zcxsk_ring_cons *r)
{
	return r->cached_prod != r->cached_cons;
}

static uint64_t *next_slots(const struct zcxsk_ring_prod *r)
{
	return (uint64_t *)r->entries + (r->cached_prod & r->mask);
}

/*
 * Writes the frames of n packets into the fill ring past the posted ones, so that releasing
 * the whole view is one index update. `room` is the number of contiguous free slots.
 */
static bool prepare_view(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n,
			 uint32_t room, uint64_t *bytes)
{
	if (s->checked || room < n ||
	    !zcxsk_fast_post(&s->fast, next_slots(&s->fast.fill), packets, n, bytes))
		return false;
	s->fast.view = packets;
	s->fast.view_count = n;
	return true;
}

/* Consumes up to max contiguous packets. */
static uint32_t consume_run(struct zcxsk_socket *s, const struct zcxsk_packet **packets,
			    uint32_t max, uint32_t room)
{
	struct zcxsk_ring_cons *r = &s->fast.rx;
	uint32_t index = r->cached_cons, n, valid;
	uint64_t bytes;

	zcxsk_ring_cons_release(r);
	n = valid = zcxsk_ring_cons_count(r, min_u32(max, RING_RUN(r, index)));
	if (!n)
		return 0;
	*packets = (const struct zcxsk_packet *)r->entries + (index & r->mask);
	if (!prepare_view(s, *packets, n, room, &bytes))
		valid = accept_valid(s, packets, n, &n, &bytes);
	if (ZCXSK_UNLIKELY(valid < n))
		totals_skip(s, index + n, n - valid);
	/* The next call checks the packets after them. */
	zcxsk_ring_move(&r->cached_cons, index + n);
	zcxsk_fast_count(&s->fast.rx_bytes, bytes);
	return valid;
}

/*
 * Sets how far the inline calls may go without the slow path. Packets they receive need fill
 * ring slots past those of the view that is waiting there.
 */
static void set_fast_limits(struct zcxsk_socket *s, uint32_t room)
{
	struct zcxsk_fast *h = &s->fast;
	struct zcxsk_ring_cons *r = &h->rx;
	uint32_t left = min_u32(r->size / UNRELEASED_SHARE, RING_RUN(r, r->cached_cons));
	uint32_t spare = fill_spare(s);

	/* Cases in which every call has something to check. */
	if (s->checked)
		room = 0;
	if (s->checked || tx_unkicked(s) || link_is_down(s))
		left = 0;
	/* The calls that get close to the floor post and submit what returns. */
	left = min_u32(left, spare - min_u32(spare, s->fill.batch));
	if (ZCXSK_UNLIKELY(fill_is_low(s)))
		h->view = NULL;
	h->rx_left = (int32_t)min_u32(left, room - (h->view ? h->view_count : 0));
	h->fill_until = h->fill.cached_prod + room;
}

/*
 * More packets are wanted than the floor lets through. If as many are there, posts free frames,
 * and cuts the call short if that is not enough.
 */
static uint32_t cut_at_floor(struct zcxsk_socket *s, uint32_t max, bool *submitted)
{
	uint32_t spare;

	max = zcxsk_ring_cons_count(&s->fast.rx, max);
	if (max <= fill_spare(s))
		return max;
	*submitted |= fill_refill(s);
	spare = fill_spare(s);
	COUNT(s, rx_floor, max > spare);
	return min_u32(max, spare);
}

struct zcxsk_fast_view zcxsk_fast_rx(struct zcxsk_socket *s, uint32_t max)
{
	struct zcxsk_fast_view v = {s->fast.rx.entries, 0};
	bool submitted = false;
	uint32_t room;

	if (!s->has_rx)
		return v;
	totals_note_rx(s);
	s->fast.view = NULL;
	/* Frames that were not released went elsewhere: replace them. */
	if (fill_owed(s) >= s->fill.batch)
		submitted = fill_refill(s);
	else if (fill_unsubmitted(s) + min_u32(max, s->fill.batch) > s->fill.batch)
		submitted = fill_submit(s);
	if (ZCXSK_UNLIKELY(max > fill_spare(s)))
		max = cut_at_floor(s, max, &submitted);
	room = fill_room(s);
	do
		v.count = consume_run(s, &v.packets, min_u32(max, fill_spare(s)), room);
	while (!v.count && more_is_known(&s->fast.rx) && min_u32(max, fill_spare(s)));
	/* The caller may sleep after an empty view, or while few frames are posted. */
	if (!v.count || ZCXSK_UNLIKELY(fill_is_low(s))) {
		submitted |= fill_refill(s);
		room = fill_room(s);
	}
	if (submitted)
		kick_fill(s);
	if (ZCXSK_UNLIKELY(link_is_down(s)))
		link_check_again(s);
	else
		kick_fill_if_needed(s);
	kick_tail(s);
	set_fast_limits(s, room);
	return v;
}

/* Copies n packets of a view, and those known to follow. */
static uint32_t copy_view(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t max,
			  const struct zcxsk_packet *view, uint32_t n)
{
	uint32_t more;

	memcpy(packets, view, n * sizeof(*packets));
	for (; n < max && more_is_known(&s->fast.rx); n += more) {
		more = zcxsk_rx_view(s, &view, max - n);
		if (!more) /* the floor, or invalid packets up to the end */
			break;
		memcpy(packets + n, view, more * sizeof(*packets));
	}
	zcxsk_ring_cons_release(&s->fast.rx);
	return n;
}

uint32_t zcxsk_rx_burst(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t max)
{
	const struct zcxsk_packet *view;
	uint32_t n;

	if (!s || !packets || !s->has_rx)
		return 0;
	n = zcxsk_rx_view(s, &view, max);
	return n ? copy_view(s, packets, max, view, n) : 0;
}

int zcxsk_rx_view_wait(struct zcxsk_socket *s, const struct zcxsk_packet **packets, uint32_t max,
		       uint64_t timeout_ns, uint32_t *count)
{
	struct wait w;
	int ret;

	if (count)
		*count = 0;
	if (!s || !packets || !count || !max || !s->has_rx)
		return socket_refuses(s);
	*count = zcxsk_rx_view(s, packets, max);
	if (*count)
		return 0;
	for (w = wait_start_rx(s, timeout_ns);;) {
		ret = wait_to_receive(&w, s);
		*count = zcxsk_rx_view(s, packets, max);
		if (*count)
			return 0;
		if (ret)
			return ret == WAIT_LINK_UP ? 0 : ret;
	}
}

int zcxsk_rx_wait(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t max,
		  uint64_t timeout_ns, uint32_t *count)
{
	const struct zcxsk_packet *view;
	int ret;

	if (!packets && count)
		*count = 0;
	if (!packets)
		return socket_refuses(s);
	ret = zcxsk_rx_view_wait(s, &view, max, timeout_ns, count);
	if (!ret)
		*count = copy_view(s, packets, max, view, *count);
	return ret;
}

/* ---- frames returned by the application -------------------------------------- */

/* Stores the frames of n packets, in any order. Returns 0 if all are inside the UMEM. */
static uint64_t frames_of(const struct zcxsk_socket *s, uint64_t *frames,
			  const struct zcxsk_packet *packets, uint32_t n)
{
	return s->fast.loops->frame_addresses(frames, packets, n, &s->fast.bounds);
}

/* ---- into the cache ---------------------------------------------------------- */

/* Checks frames one by one, and skips those that the application does not own. */
static uint32_t release_checked(struct zcxsk_socket *s, const struct zcxsk_packet *packets,
				uint32_t n)
{
	bool entered = one_thread_enter(s, CALL_RELEASE);
	uint32_t released = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t addr = packets[i].addr;

		if (!ledger_admit(s->pool, addr, PLACE_APPLICATION, PLACE_POOL, CALL_RELEASE))
			continue;
		cache_push(s->cache, addr & s->cache->frame_mask);
		released++;
	}
	one_thread_leave(s, entered);
	return released;
}

/* The caller guarantees room for n frames in the cache. */
static uint32_t release_chunk(struct zcxsk_socket *s, const struct zcxsk_packet *packets,
			      uint32_t n)
{
	struct zcxsk_cache *c = s->cache;

	if (ZCXSK_UNLIKELY(s->checked ||
			   frames_of(s, c->stack.frames + c->stack.count, packets, n)))
		return release_checked(s, packets, n);
	NUMBER_ADD(c->stack.count, n);
	return n;
}

static uint32_t release_to_cache(struct zcxsk_socket *s, const struct zcxsk_packet *packets,
				 uint32_t n)
{
	uint32_t released = 0;

	while (n) {
		uint32_t some = cache_room(s->cache, n);

		released += release_chunk(s, packets, some);
		packets += some;
		n -= some;
	}
	NUMBER_ADD(s->cache_returned, released);
	cache_trim(s->cache);
	return released;
}

/* ---- into the fill ring ------------------------------------------------------- */

/*
 * Posts n frames in contiguous slots. Returns false, with nothing changed, if fewer are owed,
 * the run would wrap, the ring is full, or the frames need checking.
 */
static bool post_run(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
{
	struct zcxsk_ring_prod *r = &s->fast.fill;

	if (!n || s->checked || n > fill_owed(s) || n > RING_RUN(r, r->cached_prod) ||
	    zcxsk_ring_prod_room(r, n) < n || frames_of(s, next_slots(r), packets, n))
		return false;
	zcxsk_ring_advance(&r->cached_prod, n);
	fill_end_fast_path(s);
	return true;
}

/* Posts as many frames as are owed, in two runs if the ring wraps. Returns their number. */
static uint32_t post_owed(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t run = RING_RUN(&s->fast.fill, s->fast.fill.cached_prod), posted = 0;

	n = min_u32(n, fill_owed(s));
	if (n > run && post_run(s, packets, run))
		posted = run;
	return post_run(s, packets + posted, n - posted) ? n : posted;
}

/* The caller may sleep next: kick now if the kernel needs a wakeup for these frames. */
static void submit_batch(struct zcxsk_socket *s)
{
	if ((fill_unsubmitted(s) >= s->fill.batch || fill_is_low(s)) && fill_submit(s))
		kick_fill(s);
}

/* The slow path of releasing: the ring wraps, fewer are owed, or a batch is full. */
static uint32_t release_slow(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t posted;

	if (ZCXSK_UNLIKELY(socket_is_inherited(s)))
		return 0;
	posted = post_owed(s, packets, n);
	submit_batch(s);
	if (posted < n) {
		posted += release_to_cache(s, packets + posted, n - posted);
		fill_top_up(s);
	}
	return posted;
}

uint32_t zcxsk_fast_release(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
{
	struct zcxsk_fast *h = &s->fast;

	h->view = NULL;
	if (n > fill_owed(s) ||
	    !zcxsk_fast_fit(n + (uint32_t)h->rx_left, h->fill_until, h->fill.cached_prod) ||
	    frames_of(s, next_slots(&h->fill), packets, n))
		return release_slow(s, packets, n);
	zcxsk_ring_advance(&h->fill.cached_prod, n);
	submit_batch(s);
	return n;
}

/* ---- closing ------------------------------------------------------------------ */

void rx_collect(struct zcxsk_socket *s)
{
	const struct zcxsk_packet *packets = NULL;
	uint32_t n;

	/* A run may hold only invalid packets. */
	do {
		n = consume_run(s, &packets, s->fast.rx.size, 0);
		release_to_cache(s, packets, n);
	} while (n || more_is_known(&s->fast.rx));
}
