/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cache.h - taking frames out of a thread's cache and putting them back, as
 * the data path does it: inline, without touching the ledger.
 */
#ifndef ZCXSK_LIB_CACHE_H
#define ZCXSK_LIB_CACHE_H

#include "handle.h"

/* Move frames between the cache and the shared pool, under its lock. */
void cache_refill(struct zcxsk_cache *c, uint32_t wanted);
void cache_spill(struct zcxsk_cache *c);

/* Makes up to n frames ready on top of the cache; returns how many are. */
static inline uint32_t cache_ready(struct zcxsk_cache *c, uint32_t n)
{
	if (ZCXSK_UNLIKELY(c->count < n)) {
		cache_refill(c, n);
		if (c->count < n)
			n = c->count;
	}
	return n;
}

/* Pops n frames that cache_ready() said are there; the last one comes first. */
static inline const uint64_t *cache_pop(struct zcxsk_cache *c, uint32_t n)
{
	c->count -= n;
	return c->frames + c->count;
}

/* Room for one frame more is there when this returns. */
static inline void cache_push(struct zcxsk_cache *c, uint64_t frame)
{
	if (ZCXSK_UNLIKELY(c->count == c->capacity))
		cache_spill(c);
	c->frames[c->count++] = frame;
}

/* Room on top for as many of n frames as the cache takes in one go. */
static inline uint32_t cache_room(struct zcxsk_cache *c, uint32_t n)
{
	if (n > c->capacity / 2)
		n = c->capacity / 2;
	if (ZCXSK_UNLIKELY(c->capacity - c->count < n))
		cache_spill(c);
	return n;
}

/*
 * Range test without a branch, for loops over many addresses: the sign bit of
 * the result is set when addr is behind the last one of the UMEM, and may be
 * collected by OR.
 */
static inline uint64_t cache_outside(uint64_t last, uint64_t addr)
{
	return (last - addr) | addr;
}

static inline bool cache_any_outside(uint64_t collected)
{
	return collected >> 63;
}

#endif
