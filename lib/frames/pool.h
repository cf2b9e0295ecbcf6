/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool.h - takes frames from a thread's cache and puts them back: the inline
 * functions of the data path, which do not touch the ledger.
 */
#ifndef ZCXSK_LIB_FRAMES_POOL_H
#define ZCXSK_LIB_FRAMES_POOL_H

#include "base/minmax.h"
#include "base/number.h"
#include "frames/memory.h"

/* Move frames between the cache and the shared pool, under the pool's lock. */
void cache_refill(struct zcxsk_cache *c, uint32_t wanted);
void cache_spill(struct zcxsk_cache *c);
void cache_flush(struct zcxsk_cache *c);

/* A socket uses the cache until it is closed, also while it has no queue. */
void cache_join(struct zcxsk_cache *c, struct cache_user *user, struct zcxsk_socket *s);
void cache_leave(struct zcxsk_cache *c, struct cache_user *user);

/* Frames that the application took from the cache itself, if the socket counts them. */
static inline int64_t cache_held(const struct zcxsk_cache *c, const struct zcxsk_socket *s)
{
	return NUMBER_READ(c->counted_by) == s ? NUMBER_READ(c->held) : 0;
}

/* Sets the limit of every cache. The caller holds the lock. */
void pool_share(struct zcxsk_pool *p);

/* A socket that kept `was` frames posted keeps `now` posted. */
void pool_set_needed(struct zcxsk_pool *p, uint32_t was, uint32_t now);

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
	uint32_t left = c->stack.count - n;

	NUMBER_SET(c->stack.count, left);
	return c->stack.frames + left;
}

/* Ends a call that freed frames: keeps the cache within its limit. */
static inline void cache_trim(struct zcxsk_cache *c)
{
	/* Relaxed: it orders nothing. A call that misses a change keeps the old limit. */
	if (ZCXSK_UNLIKELY(c->stack.count > __atomic_load_n(&c->limit, __ATOMIC_RELAXED)))
		cache_spill(c);
}

/* Puts a frame into the cache, after moving most of a full one to the pool. */
static inline void cache_push(struct zcxsk_cache *c, uint64_t frame)
{
	if (ZCXSK_UNLIKELY(c->stack.count == c->stack.capacity))
		cache_spill(c);
	c->stack.frames[c->stack.count] = frame;
	NUMBER_ADD(c->stack.count, 1);
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
