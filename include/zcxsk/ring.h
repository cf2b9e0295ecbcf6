/* SPDX-License-Identifier: BSD-2-Clause */
/* clang-format off: the table keeps its lines */
/*
 * ring.h - the user's end of the four rings shared with the kernel: reserve,
 * submit and cancel on the producing end (fill, TX), peek and release on the
 * consuming end (RX, completion). Nothing here enters the kernel, allocates or
 * logs. A ring view belongs to one thread at a time.
 *
 * Indices are free-running 32-bit counters that wrap; they are compared only
 * by unsigned difference, and the slot is `index & mask`.
 *
 * Each memory ordering below is named by ring and letter. The letters are those of
 * the comment in the kernel's net/xdp/xsk_queue.h, which has the other end.
 *
 *  label   where         operation here          kernel's partner  what it allows
 *  ------  ------------  ----------------------  ----------------  --------------------------
 *  FILL-A  prod_room     load-acquire consumer   D, its release    we may overwrite the slot
 *  TX-A    prod_room     load-acquire consumer   D, its release    we may overwrite the slot
 *  FILL-B  prod_submit   store-release producer  C, its acquire    kernel owns these frames
 *  TX-B    prod_submit   store-release producer  C, its acquire    kernel owns these frames
 *  RX-C    cons_count    load-acquire producer   B, its release    we may read slot and packet
 *  COMP-C  cons_count    load-acquire producer   B, its release    frame and slot are ours again
 *  RX-D    cons_release  store-release consumer  A, control dep.   kernel may refill the slot
 *  COMP-D  cons_release  store-release consumer  A, control dep.   kernel may refill the slot
 *  TX-W    needs_wakeup  full fence, load flags  its flag store    we may skip the system call
 *  FILL-W  needs_wakeup  full fence, load flags  its flag store    we may skip the system call
 *
 * Only W orders a store before a later load, which release and acquire do not do
 * on any machine.
 *
 * Between two threads of the program, A to D pair with each other: HAND-A with
 * HAND-D, HAND-B with HAND-C. Handoffs are built on that, see lib/frames/ring_chain.h.
 */
/* clang-format on */
#ifndef ZCXSK_RING_H
#define ZCXSK_RING_H

#include <linux/if_xdp.h>
#include <zcxsk/base.h>

/*
 * The producing end of a fill or TX ring. All fields belong to the library;
 * they are visible so that the functions below can be inline. The layout is
 * ABI.
 */
struct zcxsk_ring_prod {
	uint32_t cached_prod; /* next index to reserve */
	uint32_t cached_cons; /* last seen consumer index plus size */
	uint32_t mask;	      /* size - 1 */
	uint32_t size;	      /* entries, a power of two */
	uint32_t *producer;   /* shared; written by us */
	uint32_t *consumer;   /* shared; written by the kernel */
	void *entries;	      /* shared; struct xdp_desc (TX) or uint64_t (fill) */
	uint32_t *flags;      /* shared; XDP_RING_NEED_WAKEUP */
	uint64_t reserved[2];
};

/* The consuming end of an RX or completion ring. */
struct zcxsk_ring_cons {
	uint32_t cached_prod; /* last seen producer index */
	uint32_t cached_cons; /* next index to peek */
	uint32_t mask;
	uint32_t size;
	uint32_t *producer; /* shared; written by the kernel */
	uint32_t *consumer; /* shared; written by us */
	void *entries;	    /* shared; struct xdp_desc (RX) or uint64_t (completion) */
	uint32_t *flags;
	uint64_t reserved[2];
};

ZCXSK_STATIC_ASSERT(sizeof(struct zcxsk_ring_prod) == 64, "one cache line");
ZCXSK_STATIC_ASSERT(sizeof(struct zcxsk_ring_cons) == 64, "one cache line");

ZCXSK_BEGIN_DECLS

/*
 * Advance the next index of a view, or set it. Relaxed: other threads may read
 * it to count, and access no entry because of it.
 */
ZCXSK_INLINE void zcxsk_ring_advance(uint32_t *index, uint32_t n)
{
	ZCXSK_ADD_RELAXED(index, n);
}
ZCXSK_INLINE void zcxsk_ring_move(uint32_t *index, uint32_t to)
{
	__atomic_store_n(index, to, __ATOMIC_RELAXED);
}

/* ---- producing end: fill and TX ------------------------------------------ */

/*
 * Number of slots that can be reserved now, at least `wanted` if the ring has
 * that many. Reads the shared consumer index only if the cached one shows too
 * few.
 */
ZCXSK_INLINE uint32_t zcxsk_ring_prod_room(struct zcxsk_ring_prod *r, uint32_t wanted)
{
	uint32_t room = r->cached_cons - r->cached_prod;

	if (ZCXSK_LIKELY(room >= wanted))
		return room;
	/* FILL-A / TX-A / HAND-A: pairs with kernel D, HAND-D; the slots before it are free. */
	r->cached_cons = __atomic_load_n(r->consumer, __ATOMIC_ACQUIRE) + r->size;
	return r->cached_cons - r->cached_prod;
}

/*
 * Reserves up to n slots and stores the index of the first in *index. Returns
 * how many were reserved, which may be fewer than n, or 0. Fill each of them,
 * then submit; cancel slots that will not be filled before the next submit.
 */
ZCXSK_INLINE uint32_t zcxsk_ring_prod_reserve(struct zcxsk_ring_prod *r, uint32_t n,
					      uint32_t *index)
{
	uint32_t room = zcxsk_ring_prod_room(r, n);

	if (ZCXSK_UNLIKELY(n > room))
		n = room;
	*index = r->cached_prod;
	zcxsk_ring_advance(&r->cached_prod, n);
	return n;
}

/* Cancels the last n reserved slots, which must not be submitted yet. */
ZCXSK_INLINE void zcxsk_ring_prod_cancel(struct zcxsk_ring_prod *r, uint32_t n)
{
	zcxsk_ring_advance(&r->cached_prod, 0 - n);
}

/* Publishes all reserved slots. The kernel may use them from now on. */
ZCXSK_INLINE void zcxsk_ring_prod_submit(struct zcxsk_ring_prod *r)
{
	/* FILL-B / TX-B / HAND-B: pairs with kernel C, HAND-C; packet and slot before index. */
	__atomic_store_n(r->producer, r->cached_prod, __ATOMIC_RELEASE);
}

/*
 * True if the kernel needs a kick (need_wakeup); call it after a submit. If
 * false, the kernel is processing the ring and will see the submitted entries.
 */
ZCXSK_INLINE int zcxsk_ring_prod_needs_wakeup(const struct zcxsk_ring_prod *r)
{
	/*
	 * TX-W / FILL-W: the index stored before this must be visible to the kernel
	 * before the flag is read, or both sides may see the old state of the other and
	 * sleep. Pairs with the kernel, which sets the flag before its last check of
	 * the ring. Allows us to skip the system call.
	 */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return (__atomic_load_n(r->flags, __ATOMIC_RELAXED) & XDP_RING_NEED_WAKEUP) != 0;
}

/* Submitted entries that the kernel has not consumed yet. */
ZCXSK_INLINE uint32_t zcxsk_ring_prod_pending(const struct zcxsk_ring_prod *r)
{
	/* Relaxed: only shows progress; no slot is reused because of it. */
	return __atomic_load_n(r->producer, __ATOMIC_RELAXED) -
	       __atomic_load_n(r->consumer, __ATOMIC_RELAXED);
}

/* The TX descriptor at a reserved index. */
ZCXSK_INLINE struct xdp_desc *zcxsk_ring_tx_slot(struct zcxsk_ring_prod *r, uint32_t index)
{
	return &((struct xdp_desc *)r->entries)[index & r->mask];
}

/* The frame address at a reserved index of the fill ring. */
ZCXSK_INLINE uint64_t *zcxsk_ring_fill_slot(struct zcxsk_ring_prod *r, uint32_t index)
{
	return &((uint64_t *)r->entries)[index & r->mask];
}

/* ---- consuming end: RX and completion ------------------------------------ */

/*
 * Number of entries that can be peeked, at most n. Reads the shared producer
 * index only if the cached one shows none.
 */
ZCXSK_INLINE uint32_t zcxsk_ring_cons_count(struct zcxsk_ring_cons *r, uint32_t n)
{
	uint32_t first = r->cached_cons, ready = r->cached_prod - first;

	if (ZCXSK_LIKELY(ready == 0)) {
		/* RX-C / COMP-C / HAND-C: pairs with kernel B, HAND-B; entries before index. */
		r->cached_prod = __atomic_load_n(r->producer, __ATOMIC_ACQUIRE);
		ready = r->cached_prod - first;
	}
	return n < ready ? n : ready;
}

/*
 * Peeks up to n entries and stores the index of the first in *index. Returns
 * how many, at most n.
 */
ZCXSK_INLINE uint32_t zcxsk_ring_cons_peek(struct zcxsk_ring_cons *r, uint32_t n, uint32_t *index)
{
	n = zcxsk_ring_cons_count(r, n);
	*index = r->cached_cons;
	zcxsk_ring_advance(&r->cached_cons, n);
	return n;
}

/* Un-peeks the last n entries: the next peek returns them again. */
ZCXSK_INLINE void zcxsk_ring_cons_cancel(struct zcxsk_ring_cons *r, uint32_t n)
{
	zcxsk_ring_advance(&r->cached_cons, 0 - n);
}

/* Releases every peeked slot to the kernel. Read the entries before this. */
ZCXSK_INLINE void zcxsk_ring_cons_release(struct zcxsk_ring_cons *r)
{
	/* RX-D / COMP-D / HAND-D: pairs with kernel A, HAND-A; our reads before index. */
	__atomic_store_n(r->consumer, r->cached_cons, __ATOMIC_RELEASE);
}

/* Entries that the kernel has produced and that have not been peeked. */
ZCXSK_INLINE uint32_t zcxsk_ring_cons_ready(const struct zcxsk_ring_cons *r)
{
	/* Relaxed: only shows progress; entries are read after peek's acquire. */
	return __atomic_load_n(r->producer, __ATOMIC_RELAXED) - r->cached_cons;
}

/* The RX descriptor at a peeked index. */
ZCXSK_INLINE const struct xdp_desc *zcxsk_ring_rx_slot(const struct zcxsk_ring_cons *r,
						       uint32_t index)
{
	return &((const struct xdp_desc *)r->entries)[index & r->mask];
}

/* The frame address at a peeked index of the completion ring. */
ZCXSK_INLINE uint64_t zcxsk_ring_comp_slot(const struct zcxsk_ring_cons *r, uint32_t index)
{
	return ((const uint64_t *)r->entries)[index & r->mask];
}

ZCXSK_END_DECLS

#endif
