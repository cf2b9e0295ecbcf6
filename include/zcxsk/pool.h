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

struct zcxsk_socket;
struct zcxsk_pool;  /* the free frames of a UMEM; locked */
struct zcxsk_cache; /* one thread's share of them; not locked */

/*
 * Keep a ledger of where every frame is, and check each move against it. Finds
 * double frees, frames used after they were sent, frames outside the UMEM, and
 * two threads that use one socket at the same time; see zcxsk_pool_violation().
 * Costs four bytes per frame and some time.
 *
 * The pool also fills every free frame with a pattern, at creation and on each
 * release, and finds writes to it when the frame is used again. So the contents
 * of a free frame are lost, as they may be anyway. If the library is compiled
 * with AddressSanitizer, the program ends at the first access to a frame that it
 * neither holds nor has in a handoff.
 */
#define ZCXSK_POOL_CHECK 1u

/* Where a frame is. */
enum zcxsk_place {
	ZCXSK_PLACE_POOL = 0,	     /* in the pool or a cache */
	ZCXSK_PLACE_APPLICATION = 1, /* received or allocated */
	ZCXSK_PLACE_KERNEL_RX = 2,   /* from the fill ring to the RX ring */
	ZCXSK_PLACE_KERNEL_TX = 3,   /* from the TX ring to the completion ring */
	ZCXSK_PLACE_HANDOFF = 4,     /* between two threads of the application */
};

struct zcxsk_pool_opts {
	size_t size;	   /* sizeof(struct zcxsk_pool_opts) */
	uint32_t flags;	   /* ZCXSK_POOL_* */
	uint32_t reserved; /* zero */
};

/* The answer of zcxsk_pool_locate(). */
struct zcxsk_location {
	size_t size;		/* sizeof(struct zcxsk_location) */
	uint64_t frame;		/* the UMEM offset of its first byte */
	enum zcxsk_place place; /* see zcxsk_place_name() */
	uint32_t reserved;
	struct zcxsk_socket *socket; /* that gave it to the kernel; NULL: none, or closed */
	const char *call;	     /* that brought it there: "zcxsk_tx_burst()" */
};

/* Numbers of frames, by place. */
struct zcxsk_places {
	size_t size; /* sizeof(struct zcxsk_places) */
	uint64_t pool;
	uint64_t application;
	uint64_t kernel_rx;
	uint64_t kernel_tx;
	uint64_t handoff;
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
 * Number of violations seen so far by a checking pool. A description of the
 * first one is written to buf, truncated to size: the call, the frame, what was
 * tried, where the frame was instead, and the call that had brought it there.
 * zcxsk_rx_burst() stands for all calls that receive, zcxsk_tx_burst() for all
 * that send; the text has at most 255 characters. A pool without
 * ZCXSK_POOL_CHECK only notices when more frames are freed than the UMEM has.
 * Any thread.
 */
ZCXSK_API uint64_t zcxsk_pool_violation(struct zcxsk_pool *pool, char *buf, size_t size);

/* Zero the struct and set its size. */
ZCXSK_INLINE void zcxsk_location_init(struct zcxsk_location *location)
{
	memset(location, 0, sizeof(*location));
	location->size = sizeof(*location);
}
ZCXSK_INLINE void zcxsk_places_init(struct zcxsk_places *places)
{
	memset(places, 0, sizeof(*places));
	places->size = sizeof(*places);
}

/*
 * Finds out where the frame is that contains the address `addr`, of a checking
 * pool.
 *
 *   -EINVAL      NULL, a wrong size, or an address outside the UMEM
 *   -EOPNOTSUPP  the pool was created without ZCXSK_POOL_CHECK
 *
 * Any thread. Waits while another one opens or closes a socket of the UMEM.
 */
ZCXSK_API int zcxsk_pool_locate(struct zcxsk_pool *pool, uint64_t addr,
				struct zcxsk_location *location);

/*
 * Counts the frames of a checking pool by place: all of them, or those that the
 * kernel has from one socket. Exact while no frame moves.
 *
 *   -EINVAL      NULL pool or result, a wrong size, a socket of another pool
 *   -EOPNOTSUPP  the pool was created without ZCXSK_POOL_CHECK
 *
 * Any thread. Does not block.
 */
ZCXSK_API int zcxsk_pool_count_places(struct zcxsk_pool *pool, const struct zcxsk_socket *socket,
				      struct zcxsk_places *places);

/* "the pool", "the application" and so on; "unknown" for anything else. Never NULL. Any thread. */
ZCXSK_API const char *zcxsk_place_name(enum zcxsk_place place);

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
