/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool.h - takes frames from a thread's cache and puts them back: the inline
 * functions of the data path, which do not touch the ledger.
 */
#ifndef ZCXSK_LIB_FRAMES_POOL_H
#define ZCXSK_LIB_FRAMES_POOL_H

#include "base/minmax.h"
#include "frames/memory.h"

/* Move frames between the cache and the shared pool, under the pool's lock. */
void cache_refill(struct zcxsk_cache *c, uint32_t wanted);
void cache_spill(struct zcxsk_cache *c);

/* Makes up to n frames available on top of the cache. Returns their number. */
static inline uint32_t cache_ready(struct zcxsk_cache *c, uint32_t n)
{
	if (ZCXSK_UNLIKELY(c->stack.count < n)) {
		cache_refill(c, n);
		n = min_u32(n, c->stack.count);
	}
	return n;
}

/* Pops n frames that cache_ready() made available, the last one first. */
static inline const uint64_t *cache_pop(struct zcxsk_cache *c, uint32_t n)
{
	c->stack.count -= n;
	return c->stack.frames + c->stack.count;
}

/* Puts a frame into the cache, after moving half of a full one to the pool. */
static inline void cache_push(struct zcxsk_cache *c, uint64_t frame)
{
	if (ZCXSK_UNLIKELY(c->stack.count == c->stack.capacity))
		cache_spill(c);
	c->stack.frames[c->stack.count++] = frame;
}

/* Makes room for up to n frames on top. Returns for how many, at most half the cache. */
static inline uint32_t cache_room(struct zcxsk_cache *c, uint32_t n)
{
	n = min_u32(n, c->stack.capacity / 2);
	if (ZCXSK_UNLIKELY(c->stack.capacity - c->stack.count < n))
		cache_spill(c);
	return n;
}

#endif
