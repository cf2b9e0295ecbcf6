/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool.h - taking frames out of a thread's cache and putting them back, as
 * the data path does it: inline, without touching the ledger.
 */
#ifndef ZCXSK_LIB_FRAMES_POOL_H
#define ZCXSK_LIB_FRAMES_POOL_H

#include "frames/memory.h"

/* Move frames between the cache and the shared pool, under its lock. */
void cache_refill(struct zcxsk_cache *c, uint32_t wanted);
void cache_spill(struct zcxsk_cache *c);

/* Makes up to n frames ready on top of the cache; returns how many are. */
static inline uint32_t cache_ready(struct zcxsk_cache *c, uint32_t n)
{
	if (ZCXSK_UNLIKELY(c->stack.count < n)) {
		cache_refill(c, n);
		if (c->stack.count < n)
			n = c->stack.count;
	}
	return n;
}

/* Pops n frames that cache_ready() said are there; the last one comes first. */
static inline const uint64_t *cache_pop(struct zcxsk_cache *c, uint32_t n)
{
	c->stack.count -= n;
	return c->stack.frames + c->stack.count;
}

/* Room for one frame more is there when this returns. */
static inline void cache_push(struct zcxsk_cache *c, uint64_t frame)
{
	if (ZCXSK_UNLIKELY(c->stack.count == c->stack.capacity))
		cache_spill(c);
	c->stack.frames[c->stack.count++] = frame;
}

/* Room on top for as many of n frames as the cache takes in one go. */
static inline uint32_t cache_room(struct zcxsk_cache *c, uint32_t n)
{
	if (n > c->stack.capacity / 2)
		n = c->stack.capacity / 2;
	if (ZCXSK_UNLIKELY(c->stack.capacity - c->stack.count < n))
		cache_spill(c);
	return n;
}

#endif
