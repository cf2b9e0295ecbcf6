/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rx.c - RX ring -> packets for the application, and their frames back: straight into
 * the fill ring as far as frames are owed to it, since a stay in the cache would cost
 * two copies; else into the cache.
 */
#include <zcxsk/rx.h>

#include <errno.h>
#include <poll.h>

#include "datapath/descriptors.h"
#include "frames/pool.h"
#include "datapath/completion.h"
#include "datapath/fill.h"
#include "frames/ledger.h"
#include "datapath/rx.h"
#include "datapath/wait.h"
#include "datapath/kick.h"

/* Of the RX ring, so much at most is given back to the kernel later than it could be. */
#define LATE_SHARE 4u

/* In the UMEM, and where it should be. Anywhere in a frame: the kernel has its ways. */
static bool is_right(struct zcxsk_socket *s, const struct zcxsk_packet *p)
{
	return ledger_admit(s->pool, p->addr, ledger_rx(s), PLACE_APPLICATION) &&
	       p->len <= s->fast.bounds.size - p->addr;
}

/*
 * One by one, after the look at all together was in doubt: steps over wrong ones,
 * takes those that are right, and stops behind the next wrong one. Returns how many
 * are right; *used: with the wrong ones.
 */
static uint32_t look_again(struct zcxsk_socket *s, const struct zcxsk_packet **packets, uint32_t n,
			   uint32_t *used, uint64_t *bytes)
{
	const struct zcxsk_packet *p = *packets, *end = p + n;
	uint32_t good = 0;

	while (p < end && !is_right(s, p))
		p++;
	*packets = p;
	for (*bytes = 0; p < end; good++) {
		*bytes += p++->len;
		if (p < end && !is_right(s, p)) {
			good++;
			p++;
			break;
		}
	}
	*used = n - (uint32_t)(end - p);
	return good;
}

/* What was taken ended before what is known to be there: at the ring's end, or at a wrong one. */
static bool is_more(const struct zcxsk_ring_cons *r)
{
	return r->cached_prod != r->cached_cons;
}

/*
 * The frames of n packets, behind those posted; in case that all are given back. There
 * is room for so many, in one piece.
 */
static bool post_view(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n,
		      uint32_t room, uint64_t *bytes)
{
	struct zcxsk_ring_prod *r = &s->fast.fill;
	uint64_t *slots = (uint64_t *)r->entries + (r->cached_prod & r->mask);

	if (s->checked || room < n || !zcxsk_fast_post(&s->fast, slots, packets, n, bytes))
		return false;
	s->fast.view = packets;
	s->fast.view_count = n;
	return true;
}

/* Takes packets that stand in one piece in the ring. */
static uint32_t take(struct zcxsk_socket *s, const struct zcxsk_packet **packets, uint32_t max,
		     uint32_t room)
{
	struct zcxsk_ring_cons *r = &s->fast.rx;
	uint32_t run = r->size - (r->cached_cons & r->mask), index, n, good;
	uint64_t bytes;

	zcxsk_ring_cons_release(r);
	n = good = zcxsk_ring_cons_peek(r, max < run ? max : run, &index);
	if (!n)
		return 0;
	*packets = (const struct zcxsk_packet *)r->entries + (index & r->mask);
	if (!post_view(s, *packets, n, room, &bytes)) {
		good = look_again(s, packets, n, &n, &bytes);
		/* Those behind are seen by the next call. */
		r->cached_cons = index + n;
	}
	s->count.rx_packets -= n - good; /* the others are counted by the ring's index */
	s->count.rx_invalid += n - good;
	s->fast.rx_bytes += bytes;
	return good;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/*
 * How far the inline calls may go by themselves. What they receive must find room to be
 * posted, behind the view that waits for that already.
 */
static void reckon(struct zcxsk_socket *s, uint32_t room)
{
	struct zcxsk_fast *h = &s->fast;
	struct zcxsk_ring_cons *r = &h->rx;
	uint32_t left = least(r->size / LATE_SHARE, r->size - (r->cached_cons & r->mask));

	/* Where each call has something to look after. */
	if (s->checked)
		room = 0;
	if (s->checked || tx_unkicked(s) || s->status == -ENETDOWN)
		left = 0;
	h->rx_left = (int32_t)least(left, room - (h->view ? h->view_count : 0));
	h->fill_until = h->fill.cached_prod + room;
}

struct zcxsk_fast_view zcxsk_fast_rx(struct zcxsk_socket *s, uint32_t max)
{
	struct zcxsk_fast_view v = {s->fast.rx.entries, 0};
	bool shown = false;
	uint32_t room;

	if (!s->has_rx)
		return v;
	fill_count(s);
	s->fast.view = NULL;
	/* Frames that did not come back have gone elsewhere: others take their place. */
	if (fill_owed(s) >= s->fill.batch)
		shown = fill_refill(s);
	else if (fill_hidden(s) + least(max, s->fill.batch) > s->fill.batch)
		shown = fill_show(s);
	room = fill_room(s);
	do
		v.count = take(s, &v.packets, max, room);
	while (!v.count && max && is_more(&s->fast.rx));
	/* The caller may go to sleep on none, and on few that are posted. */
	if (!v.count || ZCXSK_UNLIKELY(fill_owed(s) > s->fill.target / 2)) {
		shown |= fill_refill(s);
		room = fill_room(s);
	}
	if (shown)
		kick_fill(s);
	/* A link that was down is asked after, so that the status gets better. */
	if (ZCXSK_UNLIKELY(s->status == -ENETDOWN))
		kick_rx(s);
	else
		kick_fill_if_needed(s);
	kick_tail(s);
	reckon(s, room);
	return v;
}

/* Copies n packets of a view, and what is known to be there behind them. */
static uint32_t copy_view(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t max,
			  const struct zcxsk_packet *view, uint32_t n)
{
	uint32_t more;

	memcpy(packets, view, n * sizeof(*packets));
	for (; n < max && is_more(&s->fast.rx); n += more) {
		more = zcxsk_rx_view(s, &view, max - n);
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
	int rc;

	if (count)
		*count = 0;
	if (!s || !packets || !count || !max || !s->has_rx)
		return -EINVAL;
	*count = zcxsk_rx_view(s, packets, max);
	if (*count)
		return 0;
	for (w = wait_start_rx(s, timeout_ns);;) {
		if (s->has_tx)
			comp_reap(s);
		rc = wait_sleep(&w, s, POLLIN);
		*count = zcxsk_rx_view(s, packets, max);
		if (*count)
			return 0;
		if (rc)
			return rc;
	}
}

int zcxsk_rx_wait(struct zcxsk_socket *s, struct zcxsk_packet *packets, uint32_t max,
		  uint64_t timeout_ns, uint32_t *count)
{
	const struct zcxsk_packet *view;
	int rc;

	if (!packets && count)
		*count = 0;
	if (!packets)
		return -EINVAL;
	rc = zcxsk_rx_view_wait(s, &view, max, timeout_ns, count);
	if (!rc)
		*count = copy_view(s, packets, max, view, *count);
	return rc;
}

/* ---- frames back from the application --------------------------------------- */

/* The frames of n packets, in any order; 0: all are inside. */
static uint64_t frames_of(const struct zcxsk_socket *s, uint64_t *frames,
			  const struct zcxsk_packet *packets, uint32_t n)
{
	return s->fast.loops->frame_addresses(frames, packets, n, &s->fast.bounds);
}

/* ---- into the cache ---------------------------------------------------------- */

/* One by one: leaves out what is not the caller's to give. */
static uint32_t release_checked(struct zcxsk_socket *s, const struct zcxsk_packet *packets,
				uint32_t n)
{
	uint32_t released = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t addr = packets[i].addr;

		if (!ledger_admit(s->pool, addr, PLACE_APPLICATION, PLACE_POOL))
			continue;
		cache_push(s->cache, addr & s->cache->frame_mask);
		released++;
	}
	return released;
}

/* Room in the cache for n is there. */
static uint32_t release_some(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
{
	struct zcxsk_cache *c = s->cache;

	if (ZCXSK_UNLIKELY(s->checked ||
			   frames_of(s, c->stack.frames + c->stack.count, packets, n)))
		return release_checked(s, packets, n);
	c->stack.count += n;
	return n;
}

static uint32_t release_to_cache(struct zcxsk_socket *s, const struct zcxsk_packet *packets,
				 uint32_t n)
{
	uint32_t released = 0;

	while (n) {
		uint32_t some = cache_room(s->cache, n);

		released += release_some(s, packets, some);
		packets += some;
		n -= some;
	}
	s->cache_returned += released;
	return released;
}

/* ---- into the fill ring ------------------------------------------------------- */

static uint64_t *next_slots(const struct zcxsk_ring_prod *r)
{
	return (uint64_t *)r->entries + (r->cached_prod & r->mask);
}

/*
 * Posts n frames, in one piece. False, and nothing is done, where fewer are owed,
 * the ring's end is in between, or something about them is out of the ordinary.
 */
static bool post(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
{
	struct zcxsk_ring_prod *r = &s->fast.fill;

	if (!n || s->checked || n > fill_owed(s) || (r->cached_prod & r->mask) + n > r->size ||
	    zcxsk_ring_prod_room(r, n) < n || frames_of(s, next_slots(r), packets, n))
		return false;
	r->cached_prod += n;
	fill_hold(s);
	return true;
}

/* As many as are owed, in two pieces if the ring's end is in between. Returns how many. */
static uint32_t post_owed(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t run = s->fast.fill.size - (s->fast.fill.cached_prod & s->fast.fill.mask),
		 posted = 0;

	if (n > fill_owed(s))
		n = fill_owed(s);
	if (n > run && post(s, packets, run))
		posted = run;
	return post(s, packets + posted, n - posted) ? n : posted;
}

/* The caller may sleep next: a kernel that waits for these is told now. */
static void show_batch(struct zcxsk_socket *s)
{
	if (fill_hidden(s) >= s->fill.batch && fill_show(s))
		kick_fill(s);
}

/* Out of the ordinary: at the ring's end, more than are owed, a batch full. */
static uint32_t release_any(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t posted = post_owed(s, packets, n);

	show_batch(s);
	if (posted < n)
		posted += release_to_cache(s, packets + posted, n - posted);
	return posted;
}

uint32_t zcxsk_fast_release(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
{
	struct zcxsk_fast *h = &s->fast;

	h->view = NULL;
	if (n > fill_owed(s) ||
	    !zcxsk_fast_fit(n + (uint32_t)h->rx_left, h->fill_until, h->fill.cached_prod) ||
	    frames_of(s, next_slots(&h->fill), packets, n))
		return release_any(s, packets, n);
	h->fill.cached_prod += n;
	show_batch(s);
	return n;
}

/* ---- closing ------------------------------------------------------------------ */

void rx_collect(struct zcxsk_socket *s)
{
	const struct zcxsk_packet *packets;
	uint32_t n;

	while ((n = take(s, &packets, s->fast.rx.size, 0)))
		release_to_cache(s, packets, n);
}
