/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool.c - free frames: the shared stack, protected by a lock, and the per-thread
 * caches in front of it.
 */
#include <zcxsk/pool.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "frames/pool.h"
#include "explain/explain.h"
#include "frames/memory.h"
#include "frames/ledger.h"
#include "frames/poison.h"
#include "frames/left_behind.h"
#include "frames/probed.h"
#include "frames/starving.h"
#include "base/opts.h"

/*
 * The capacity of a cache. Half of it moves at a time, so a thread takes the lock
 * once in 512 frames. With 2 KiB frames a cache spans 2 MiB, about the size of a
 * second-level processor cache.
 */
#define CACHE_FRAMES 1024u
/* The smallest limit of a cache: below it the lock is taken for every few frames. */
#define CACHE_LIMIT_MIN 16u

static int pool_fill(struct zcxsk_pool *p, struct zcxsk_umem *u, bool check)
{
	p->frames = malloc(u->frames * sizeof(*p->frames));
	if (!p->frames)
		return -ENOMEM;
	if (check) {
		p->ledger = calloc(u->frames, sizeof(*p->ledger)); /* 0 is PLACE_POOL */
		if (!p->ledger)
			return -ENOMEM;
		poison_start(u);
	}
	/* The lowest address is on top, so frames in use stay close together. */
	for (uint64_t i = 0; i < u->frames; i++)
		p->frames[i] = (u->frames - 1 - i) * u->frame_size;
	p->count = u->frames;
	p->umem = u;
	return 0;
}

static void pool_free(struct zcxsk_pool *p)
{
	left_free(p);
	probed_free(p);
	if (p->ledger)
		poison_end(p->umem);
	free(p->ledger);
	free(p->frames);
	free(p);
}

/* A UMEM has one pool: each of two pools would hand out every frame. */
static bool claim_umem(struct zcxsk_umem *u)
{
	bool claimed;

	pthread_mutex_lock(&u->lock);
	claimed = !u->has_pool;
	u->has_pool = true;
	pthread_mutex_unlock(&u->lock);
	return claimed;
}

static void unclaim_umem(struct zcxsk_umem *u)
{
	pthread_mutex_lock(&u->lock);
	u->has_pool = false;
	pthread_mutex_unlock(&u->lock);
}

int zcxsk_pool_create(struct zcxsk_pool **out, struct zcxsk_umem *umem,
		      const struct zcxsk_pool_opts *opts, struct zcxsk_error *error)
{
	struct zcxsk_pool_opts o;
	struct zcxsk_pool *p;
	int ret;

	if (out)
		*out = NULL;
	if (!out || !umem)
		return explain_usage(error, "create pool", "Pass a UMEM and a result pointer.",
				     "%s is NULL", out ? "the UMEM" : "the result pointer");
	if (opts_copy(&o, sizeof(o), opts, sizeof(o)) || o.flags & ~ZCXSK_POOL_CHECK || o.reserved)
		return explain_usage(error, "check pool options", "Call zcxsk_pool_opts_init().",
				     "the options struct has a wrong size, unknown fields are set, "
				     "or unknown flag bits are set");
	ret = explain_owner(error, &umem->fork, "UMEM");
	if (ret)
		return ret;
	if (!claim_umem(umem))
		return explain_text(error, "create pool", -EBUSY, "Use its existing pool.",
				    "the UMEM already has a pool");
	p = calloc(1, sizeof(*p));
	if (!p || pool_fill(p, umem, o.flags & ZCXSK_POOL_CHECK) ||
	    fork_register(&p->fork, NULL, p)) {
		if (p)
			pool_free(p);
		unclaim_umem(umem);
		return explain_text(error, "create pool", -ENOMEM, "", "out of memory");
	}
	pthread_mutex_init(&p->lock, NULL);
	explain_clear(error);
	*out = p;
	return 0;
}

int zcxsk_pool_destroy(struct zcxsk_pool *p)
{
	if (!p)
		return 0;
	if (fork_check(&p->fork))
		return -EOWNERDEAD;
	if (p->caches || p->handoffs)
		return -EBUSY;
	fork_unregister(&p->fork);
	unclaim_umem(p->umem);
	pthread_mutex_destroy(&p->lock);
	pool_free(p);
	return 0;
}

uint64_t zcxsk_pool_available(struct zcxsk_pool *p)
{
	uint64_t n;

	if (!p || fork_is_inherited(&p->fork))
		return 0;
	pthread_mutex_lock(&p->lock);
	n = p->count;
	pthread_mutex_unlock(&p->lock);
	return n;
}

uint64_t zcxsk_pool_left_behind(struct zcxsk_pool *p)
{
	return !p || fork_is_inherited(&p->fork) ? 0 : left_count(p);
}

struct zcxsk_umem *zcxsk_pool_umem(const struct zcxsk_pool *p)
{
	return p && !fork_is_inherited(&p->fork) ? p->umem : NULL;
}

uint64_t zcxsk_pool_violation(struct zcxsk_pool *p, char *buf, size_t size)
{
	uint64_t n;

	if (!p || fork_is_inherited(&p->fork))
		return 0;
	pthread_mutex_lock(&p->lock);
	n = p->violations;
	if (buf && size)
		snprintf(buf, size, "%s", p->violation);
	pthread_mutex_unlock(&p->lock);
	return n;
}

/* ---- the caches' shares ------------------------------------------------------ */

/*
 * Half of the frames that no socket has to keep posted is divided among the caches;
 * the other half stays in reach of all. A single cache keeps frames from nobody. While a
 * socket starves, caches keep nothing.
 */
static uint32_t fair_limit(const struct zcxsk_pool *p)
{
	uint64_t frames = p->umem->frames, spare = frames > p->needed ? frames - p->needed : 0;
	uint64_t limit = p->caches > 1 ? spare / (2ull * p->caches) : CACHE_FRAMES;

	if (p->starving)
		return 0;
	return (uint32_t)min_u64(limit > CACHE_LIMIT_MIN ? limit : CACHE_LIMIT_MIN, CACHE_FRAMES);
}

void pool_share(struct zcxsk_pool *p)
{
	uint32_t limit = fair_limit(p);

	for (struct zcxsk_cache *c = p->first; c; c = c->next)
		__atomic_store_n(&c->limit, limit, __ATOMIC_RELAXED); /* see cache_trim() */
}

void pool_set_needed(struct zcxsk_pool *p, uint32_t was, uint32_t now)
{
	pthread_mutex_lock(&p->lock);
	p->needed += (uint64_t)now - was;
	pool_share(p);
	pthread_mutex_unlock(&p->lock);
}

static void add_cache(struct zcxsk_pool *p, struct zcxsk_cache *c)
{
	pthread_mutex_lock(&p->lock);
	c->pool = p;
	c->next = p->first;
	p->first = c;
	p->caches++;
	pool_share(p);
	pthread_mutex_unlock(&p->lock);
}

/* Returns false if a socket uses the cache. */
static bool remove_cache(struct zcxsk_pool *p, struct zcxsk_cache *c)
{
	struct zcxsk_cache **at = &p->first;
	bool unused;

	pthread_mutex_lock(&p->lock);
	unused = !c->users;
	if (unused) {
		while (*at != c)
			at = &(*at)->next;
		*at = c->next;
		p->caches--;
		pool_share(p);
	}
	pthread_mutex_unlock(&p->lock);
	return unused;
}

/* ---- caches ---------------------------------------------------------------- */

static void cache_free_memory(struct zcxsk_cache *c)
{
	if (c)
		free(c->stack.frames);
	free(c);
}

int zcxsk_cache_create(struct zcxsk_cache **out, struct zcxsk_pool *pool, struct zcxsk_error *error)
{
	struct zcxsk_cache *c;
	int ret;

	if (out)
		*out = NULL;
	if (!out || !pool)
		return explain_usage(error, "create cache", "Pass a pool and a result pointer.",
				     "%s is NULL", out ? "the pool" : "the result pointer");
	ret = explain_owner(error, &pool->fork, "pool");
	if (ret)
		return ret;
	c = calloc(1, sizeof(*c));
	if (c)
		c->stack.frames = malloc(CACHE_FRAMES * sizeof(*c->stack.frames));
	if (!c || !c->stack.frames || fork_register(&c->fork, NULL, c)) {
		cache_free_memory(c);
		return explain_text(error, "create cache", -ENOMEM, "", "out of memory");
	}
	c->stack.capacity = CACHE_FRAMES;
	c->frame_mask = ~(uint64_t)(pool->umem->frame_size - 1);
	add_cache(pool, c);
	explain_clear(error);
	*out = c;
	return 0;
}

/*
 * Moves the n coldest frames, those at the bottom, back to the pool. More than the UMEM
 * has are duplicates: the application freed frames twice.
 */
static void give_back(struct zcxsk_cache *c, uint32_t n)
{
	struct zcxsk_pool *p = c->pool;
	uint64_t fitting;

	pthread_mutex_lock(&p->lock);
	fitting = min_u64(n, p->umem->frames - p->count);
	memcpy(p->frames + p->count, c->stack.frames, fitting * sizeof(*c->stack.frames));
	p->count += fitting;
	if (ZCXSK_UNLIKELY(fitting < n))
		ledger_surplus(p, n - fitting);
	if (ZCXSK_UNLIKELY(p->left != NULL))
		left_exclude(p, c->stack.frames, n);
	if (ZCXSK_UNLIKELY(n && p->starving))
		starving_wake(p);
	pthread_mutex_unlock(&p->lock);
	NUMBER_SET(c->stack.count, c->stack.count - n);
	memmove(c->stack.frames, c->stack.frames + n, c->stack.count * sizeof(*c->stack.frames));
}

int zcxsk_cache_destroy(struct zcxsk_cache *c)
{
	if (!c)
		return 0;
	if (fork_check(&c->fork))
		return -EOWNERDEAD;
	if (!remove_cache(c->pool, c))
		return -EBUSY;
	fork_unregister(&c->fork);
	give_back(c, c->stack.count);
	cache_free_memory(c);
	return 0;
}

void cache_join(struct zcxsk_cache *c, struct cache_user *user, struct zcxsk_socket *s)
{
	pthread_mutex_lock(&c->pool->lock);
	user->socket = s;
	user->next = c->users;
	c->users = user;
	if (!c->counted_by)
		NUMBER_SET(c->counted_by, s);
	pthread_mutex_unlock(&c->pool->lock);
}

void cache_leave(struct zcxsk_cache *c, struct cache_user *user)
{
	struct cache_user **at = &c->users;
	const struct zcxsk_socket *oldest = NULL;

	pthread_mutex_lock(&c->pool->lock);
	while (*at != user)
		at = &(*at)->next;
	*at = user->next;
	for (const struct cache_user *u = c->users; u; u = u->next)
		oldest = u->socket;
	if (c->counted_by == user->socket)
		NUMBER_SET(c->counted_by, oldest);
	pthread_mutex_unlock(&c->pool->lock);
}

void cache_refill(struct zcxsk_cache *c, uint32_t wanted)
{
	struct zcxsk_pool *p = c->pool;
	uint32_t n;

	pthread_mutex_lock(&p->lock);
	n = min_u32(max_u32(c->limit / 2, wanted), c->stack.capacity - c->stack.count);
	n = (uint32_t)min_u64(n, p->count);
	p->count -= n;
	memcpy(c->stack.frames + c->stack.count, p->frames + p->count,
	       n * sizeof(*c->stack.frames));
	pthread_mutex_unlock(&p->lock);
	NUMBER_ADD(c->stack.count, n);
}

void cache_spill(struct zcxsk_cache *c)
{
	uint32_t keep = __atomic_load_n(&c->limit, __ATOMIC_RELAXED) / 2; /* see cache_trim() */

	give_back(c, c->stack.count - min_u32(keep, c->stack.count));
}

void cache_flush(struct zcxsk_cache *c)
{
	give_back(c, c->stack.count);
}

uint32_t zcxsk_cache_alloc(struct zcxsk_cache *c, uint64_t *frames, uint32_t n)
{
	uint32_t taken = 0;

	if (!c || !frames || fork_is_inherited(&c->fork))
		return 0;
	while (taken < n) {
		uint32_t chunk = cache_ready(c, min_u32(n - taken, c->stack.capacity));

		if (!chunk)
			break;
		memcpy(frames + taken, cache_pop(c, chunk), chunk * sizeof(*frames));
		taken += chunk;
	}
	ledger_move_all(c->pool, frames, taken, PLACE_POOL, PLACE_APPLICATION, CALL_CACHE_ALLOC);
	NUMBER_SET(c->held, c->held + taken);
	return taken;
}

uint32_t zcxsk_cache_free(struct zcxsk_cache *c, const uint64_t *frames, uint32_t n)
{
	uint32_t taken = 0;

	if (!c || !frames || fork_is_inherited(&c->fork))
		return 0;
	for (uint32_t i = 0; i < n; i++) {
		if (!ledger_admit(c->pool, frames[i], PLACE_APPLICATION, PLACE_POOL,
				  CALL_CACHE_FREE))
			continue;
		cache_push(c, frames[i] & c->frame_mask);
		taken++;
	}
	NUMBER_SET(c->held, c->held - taken);
	cache_trim(c);
	return taken;
}

uint32_t zcxsk_cache_available(const struct zcxsk_cache *c)
{
	return c && !fork_is_inherited(&c->fork) ? NUMBER_READ(c->stack.count) : 0;
}

struct zcxsk_pool *zcxsk_cache_pool(const struct zcxsk_cache *c)
{
	return c && !fork_is_inherited(&c->fork) ? c->pool : NULL;
}
