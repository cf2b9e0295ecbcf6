/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool.h - the free frames of a UMEM. The pool is shared and locked; each
 * thread works on a cache of its own and touches the pool only when the cache
 * runs empty or over, a batch at a time. Both are stacks, so that the frame
 * used last, which is still in the processor's cache, is the next one out.
 *
 * A frame is named by the UMEM offset of its first byte.
 */
#ifndef ZCXSK_POOL_H
#define ZCXSK_POOL_H

#include <zcxsk/base.h>
#include <zcxsk/error.h>
#include <zcxsk/umem.h>

struct zcxsk_pool;  /* all free frames of a UMEM; locked */
struct zcxsk_cache; /* one thread's share of them; not locked */

/*
 * Keep a ledger of where every frame is and check each move against it. Finds
 * double frees, frames used after they were sent, and frames that are not the
 * UMEM's; see zcxsk_pool_violation(). Costs two bytes a frame and some time.
 */
#define ZCXSK_POOL_CHECK 1u

struct zcxsk_pool_opts {
	size_t size;	   /* sizeof(struct zcxsk_pool_opts) */
	uint32_t flags;	   /* ZCXSK_POOL_* */
	uint32_t reserved; /* zero */
};

ZCXSK_BEGIN_DECLS

/* Zeroes *opts and sets its size. */
ZCXSK_INLINE void zcxsk_pool_opts_init(struct zcxsk_pool_opts *opts)
{
	memset(opts, 0, sizeof(*opts));
	opts->size = sizeof(*opts);
}

/*
 * Makes the pool of a UMEM, holding all its frames. A UMEM has one pool.
 *
 *   -EINVAL  NULL object, bad options
 *   -EBUSY   the UMEM has a pool already
 *   -ENOMEM
 *
 * Does not block. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_pool_create(struct zcxsk_pool **out, struct zcxsk_umem *umem,
						const struct zcxsk_pool_opts *opts,
						struct zcxsk_error *error);

/* -EBUSY, and nothing done, while it has a cache or a handoff. NULL is accepted. */
ZCXSK_API int zcxsk_pool_destroy(struct zcxsk_pool *pool);

/* Frames in the shared part, without those in caches. Any thread. */
ZCXSK_API uint64_t zcxsk_pool_available(struct zcxsk_pool *pool);
/* The UMEM the frames are of. Any thread. */
ZCXSK_API struct zcxsk_umem *zcxsk_pool_umem(const struct zcxsk_pool *pool);

/*
 * Checking pools: number of wrong moves seen so far. The first one is put in
 * words into buf (frame, where it was, what was tried), cut to size. 0 for a
 * pool without ZCXSK_POOL_CHECK. Any thread.
 */
ZCXSK_API uint64_t zcxsk_pool_violation(struct zcxsk_pool *pool, char *buf, size_t size);

/*
 * Makes a cache for one thread. -EINVAL without a pool, -ENOMEM. Does not
 * block; any thread, the cache is then used by one thread at a time.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_cache_create(struct zcxsk_cache **out, struct zcxsk_pool *pool,
						 struct zcxsk_error *error);

/*
 * Gives the frames back to the pool and frees the cache. -EBUSY, and nothing
 * done, while a socket uses it. NULL is accepted.
 */
ZCXSK_API int zcxsk_cache_destroy(struct zcxsk_cache *cache);

/*
 * Takes up to n free frames. Returns how many, 0 when all frames are in use.
 * Owner thread of the cache only; may wait for the pool's lock.
 */
ZCXSK_API uint32_t zcxsk_cache_alloc(struct zcxsk_cache *cache, uint64_t *frames, uint32_t n);

/*
 * Gives n frames back; any address inside a frame names it. Returns how many
 * were taken: n, less those that are not in the UMEM, and in a checking pool
 * less those that were not the caller's to give. Owner thread of the cache
 * only; may wait for the pool's lock.
 */
ZCXSK_API uint32_t zcxsk_cache_free(struct zcxsk_cache *cache, const uint64_t *frames, uint32_t n);

/* The pool behind a cache; also that of a socket's own memory. Any thread. */
ZCXSK_API struct zcxsk_pool *zcxsk_cache_pool(const struct zcxsk_cache *cache);

/* Frames in the cache right now. Owner thread only. */
ZCXSK_API uint32_t zcxsk_cache_available(const struct zcxsk_cache *cache);

ZCXSK_END_DECLS

#endif
