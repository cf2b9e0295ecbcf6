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

	if (ZCXSK_UNLIKELY(s->checked || bulk_strip(s, c->frames + c->count, packets, n)))
		return release_checked(s, packets, n);
	c->count += n;
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
	s->in_application -= released;
	return released;
}

/* ---- into the fill ring ------------------------------------------------------- */

/*
 * Posts n frames, in one piece. False, and nothing is done, where fewer are owed,
 * the ring's end is in between, or something about them is out of the ordinary.
 */
static inline bool post(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t first = s->fill.cached_prod & s->fill.mask;
	uint64_t *slots = s->fill.entries;

	if (ZCXSK_UNLIKELY(n > s->fill_owed || first + n > s->fill.size || s->checked ||
			   zcxsk_ring_prod_room(&s->fill, n) < n ||
			   bulk_strip(s, slots + first, packets, n)))
		return false;
	s->fill.cached_prod += n;
	s->fill_owed -= n;
	s->count.fill_frames += n;
	s->in_application -= n;
	/* The caller may sleep next: a kernel that waits for these is told now. */
	if (s->fill.cached_prod - s->fill_shown >= s->fill_batch && fill_show(s))
		wake_fill(s);
	return true;
}

/* As many as are owed in two pieces, if that is what stood against it, and the rest. */
static __attribute__((noinline)) uint32_t
release_rest(struct zcxsk_socket *s, const struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t some = n < s->fill_owed ? n : s->fill_owed, posted = 0;
	uint32_t run = s->fill.size - (s->fill.cached_prod & s->fill.mask);

	if (some > run && post(s, packets, run))
		posted = run;
	if (some > posted && post(s, packets + posted, some - posted))
		posted = some;
	return posted + release_to_cache(s, packets + posted, n - posted);
}

uint32_t zcxsk_packet_release(struct zcxsk_socket *s, const struct zcxsk_packet *packets,
			      uint32_t n)
{
	if (!s || !packets)
		return 0;
	return ZCXSK_LIKELY(post(s, packets, n)) ? n : release_rest(s, packets, n);
}
