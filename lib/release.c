/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * release.c - frames back from the application: from hand to hand into the fill
 * ring, as far as frames are owed to it, since a stay in the cache would cost two
 * copies; else into the cache.
 */
#include "release.h"

#include <zcxsk/rx.h>

#include "bulk.h"
#include "cache.h"
#include "fill.h"
#include "ledger.h"
#include "wake.h"

/* The frames of n packets, in any order; 0: all are inside. */
static uint64_t strip(const struct zcxsk_socket *s, uint64_t *frames,
		      const struct zcxsk_packet *packets, uint32_t n)
{
	return s->hot.loops->strip(frames, packets, n, &s->hot.bounds);
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

	if (ZCXSK_UNLIKELY(s->checked || strip(s, c->stack.frames + c->stack.count, packets, n)))
		return release_checked(s, packets, n);
	c->stack.count += n;
	return n;
}

uint32_t release_to_cache(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
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
	struct zcxsk_ring_prod *r = &s->hot.fill;

	if (!n || s->checked || n > fill_owed(s) || (r->cached_prod & r->mask) + n > r->size ||
	    zcxsk_ring_prod_room(r, n) < n || strip(s, next_slots(r), packets, n))
		return false;
	r->cached_prod += n;
	fill_hold(s);
	return true;
}

/* As many as are owed, in two pieces if the ring's end is in between. Returns how many. */
static uint32_t post_owed(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t run = s->hot.fill.size - (s->hot.fill.cached_prod & s->hot.fill.mask), posted = 0;

	if (n > fill_owed(s))
		n = fill_owed(s);
	if (n > run && post(s, packets, run))
		posted = run;
	return post(s, packets + posted, n - posted) ? n : posted;
}

/* The caller may sleep next: a kernel that waits for these is told now. */
static void show_batch(struct zcxsk_socket *s)
{
	if (fill_hidden(s) >= s->fill_batch && fill_show(s))
		wake_fill(s);
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

uint32_t zcxsk_hot_release(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
{
	struct zcxsk_hot *h = &s->hot;

	h->view = NULL;
	if (n > fill_owed(s) ||
	    !zcxsk_hot_fit(n + (uint32_t)h->rx_left, h->fill_until, h->fill.cached_prod) ||
	    strip(s, next_slots(&h->fill), packets, n))
		return release_any(s, packets, n);
	h->fill.cached_prod += n;
	show_batch(s);
	return n;
}
