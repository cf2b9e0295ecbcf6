/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool.h - the free frames of a UMEM. The pool is shared and locked. Each
 * thread works on its own cache, and the cache exchanges batches of frames with
 * the pool only when it runs empty or full. Both are stacks, so that the next
 * frame allocated is the one used last, which is still in the CPU cache.
 *
 * A cache keeps at most 1024 frames. If the pool has several caches, each keeps at
 * most (frames of the UMEM - frames that the pool's sockets keep posted) / (2 *
 * caches), but at least 16. A call that frees frames, whichever it is, returns the
 * rest to the pool before it ends, so that frames freed by one thread reach the
 * sockets of the others. While a socket has few frames posted and finds the pool
 * empty, caches keep none: such a call also wakes the owner of that socket, in a
 * wait for packets or by its service descriptor, see service.h.
 *
 * A frame is named by the UMEM offset of its first byte.
 */
#ifndef ZCXSK_POOL_H
#define ZCXSK_POOL_H

#include <zcxsk/base.h>
#include <zcxsk/error.h>
#include <zcxsk/umem.h>

struct zcxsk_pool;  /* the free frames of a UMEM; locked */
struct zcxsk_cache; /* one thread's share of them; not locked */

/*
 * Keep a ledger of where every frame is, and check each move against it. Finds
 * double frees, frames used after they were sent, and frames outside the UMEM;
 * see zcxsk_pool_violation(). Costs two bytes per frame and some time.
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
 * Creates the pool of a UMEM, holding all its frames. A UMEM has one pool.
 *
 *   -EINVAL  NULL object, invalid options
 *   -EBUSY   the UMEM has a pool already
 *   -ENOMEM  out of memory
 *
 * Does not block. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_pool_create(struct zcxsk_pool **out, struct zcxsk_umem *umem,
						const struct zcxsk_pool_opts *opts,
						struct zcxsk_error *error);

/*
 * Frees the pool. Returns -EBUSY and does nothing while it has a cache or a
 * handoff. NULL is accepted.
 */
ZCXSK_API int zcxsk_pool_destroy(struct zcxsk_pool *pool);

/* Free frames in the pool itself, without those in caches. Any thread. */
ZCXSK_API uint64_t zcxsk_pool_available(struct zcxsk_pool *pool);
/*
 * Frames that the queues of closed sockets still have, or that cannot be told from
 * those that the application holds; see zcxsk_socket_close(). Any thread.
 */
ZCXSK_API uint64_t zcxsk_pool_left_behind(struct zcxsk_pool *pool);
/* The UMEM that the frames belong to. Any thread. */
ZCXSK_API struct zcxsk_umem *zcxsk_pool_umem(const struct zcxsk_pool *pool);

/*
 * Number of invalid moves seen so far by a checking pool. A description of the
 * first one (frame, where it was, what was tried) is written to buf, truncated
 * to size. A pool without ZCXSK_POOL_CHECK only notices when more frames are
 * freed than the UMEM has. Any thread.
 */
ZCXSK_API uint64_t zcxsk_pool_violation(struct zcxsk_pool *pool, char *buf, size_t size);

/*
 * Creates a cache for one thread. -EINVAL without a pool, -ENOMEM. Does not
 * block. Any thread; the cache is then used by one thread at a time.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_cache_create(struct zcxsk_cache **out, struct zcxsk_pool *pool,
						 struct zcxsk_error *error);

/*
 * Returns the frames to the pool and frees the cache. Returns -EBUSY and does
 * nothing while a socket uses it, which it does until it is closed, also after a
 * failed rebuild. NULL is accepted.
 */
ZCXSK_API int zcxsk_cache_destroy(struct zcxsk_cache *cache);

/*
 * Allocates up to n free frames. Returns how many, 0 if all frames are in use.
 * Owner thread of the cache only; may wait for the pool's lock.
 */
ZCXSK_API uint32_t zcxsk_cache_alloc(struct zcxsk_cache *cache, uint64_t *frames, uint32_t n);

/*
 * Frees n frames; any address inside a frame names it. Returns how many were
 * accepted: n minus those outside the UMEM, and in a checking pool minus those
 * that the caller did not own. Owner thread of the cache only; may wait for the
 * pool's lock.
 */
ZCXSK_API uint32_t zcxsk_cache_free(struct zcxsk_cache *cache, const uint64_t *frames, uint32_t n);

/*
 * The pool of a cache, including the one that a socket created for itself. Any
 * thread.
 */
ZCXSK_API struct zcxsk_pool *zcxsk_cache_pool(const struct zcxsk_cache *cache);

/* Frames in the cache now. Owner thread only. */
ZCXSK_API uint32_t zcxsk_cache_available(const struct zcxsk_cache *cache);

ZCXSK_END_DECLS

#endif
