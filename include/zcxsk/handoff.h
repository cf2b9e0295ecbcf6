/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handoff.h - a ring that hands packets from one thread to another, in order
 * and without a lock: one thread pushes, one pops. Each end can be tried, can
 * wait with a deadline, and has a descriptor for poll and epoll. The ring can be
 * resized meanwhile. For several pushing threads there are calls that take a
 * lock.
 *
 *   thread of socket A:  zcxsk_rx_burst -> zcxsk_handoff_push
 *                                               |
 *   thread of socket B:  zcxsk_tx_burst <- zcxsk_handoff_pop
 *
 * A frame pushed is no longer the caller's; popped, it is the popping thread's,
 * with all that was written into it. In between it is in the ring and nowhere
 * else: a pool with ZCXSK_POOL_CHECK refuses to release, send or push it.
 *
 * Sockets on both sides have the UMEM in common, and each thread a cache of its
 * own. A socket counts what passes its own calls: in_application of
 * zcxsk_socket_read_stats() goes up where a frame was received or allocated and
 * down where it is sent or released. Summed over all sockets of the UMEM it is
 * what the program holds and what is in its handoffs (zcxsk_handoff_count()).
 *
 * To send from several threads on one queue, let one thread own the socket and
 * the others push to it: zcxsk_handoff_push_locked(). It pays for the kick, and
 * they never wait for the kernel. A mutex of the program's own around all calls
 * of a socket, waits included, is right as well.
 *
 * They rest on shared memory; the waits and descriptors on eventfd() and
 * ppoll(). Nothing of it enters the kernel while nobody sleeps.
 */
#ifndef ZCXSK_HANDOFF_H
#define ZCXSK_HANDOFF_H

#include <zcxsk/base.h>
#include <zcxsk/error.h>
#include <zcxsk/packet.h>
#include <zcxsk/pool.h>

struct zcxsk_handoff;

/* Entries of a ring at most: 16 MiB of them, more than most pools have frames. */
#define ZCXSK_HANDOFF_ENTRIES_MAX 1048576u

struct zcxsk_handoff_opts {
	size_t size;	   /* sizeof(struct zcxsk_handoff_opts) */
	uint32_t entries;  /* 1024; rounded up to a power of two, 2 at least */
	uint32_t reserved; /* zero */
};

ZCXSK_BEGIN_DECLS

/* Zeroes *opts and sets its size. */
ZCXSK_INLINE void zcxsk_handoff_opts_init(struct zcxsk_handoff_opts *opts)
{
	memset(opts, 0, sizeof(*opts));
	opts->size = sizeof(*opts);
}

/*
 * Makes a handoff for frames of a pool. What size it got,
 * zcxsk_handoff_entries() tells.
 *
 *   -EINVAL  NULL object, bad options, more than ZCXSK_HANDOFF_ENTRIES_MAX
 *   -ENOMEM
 *   -EMFILE, -ENFILE  no descriptors left; it has two, from eventfd()
 *
 * Does not block. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_handoff_create(struct zcxsk_handoff **out,
						   struct zcxsk_pool *pool,
						   const struct zcxsk_handoff_opts *opts,
						   struct zcxsk_error *error);

/*
 * -EBUSY, and nothing done, while packets are in it: pop and release them. No
 * other thread may use it any more. NULL is accepted. Does not block.
 */
ZCXSK_API int zcxsk_handoff_destroy(struct zcxsk_handoff *handoff);

/* Entries of the ring, as last asked for and rounded up. Any thread. */
ZCXSK_API uint32_t zcxsk_handoff_entries(const struct zcxsk_handoff *handoff);

/* Packets in it: a reading, exact only while nobody pushes or pops. Any thread. */
ZCXSK_API uint64_t zcxsk_handoff_count(const struct zcxsk_handoff *handoff);

/*
 * Gives it a ring of another size, from the next push on, while both sides go
 * on. Nothing is lost or changes its order: what is in the old ring is popped
 * first, and until then the new one is filled as if it were alone. A thread that
 * waits for room is woken.
 *
 *   -EINVAL  NULL, 0, or more than ZCXSK_HANDOFF_ENTRIES_MAX; nothing is changed
 *   -ENOMEM  likewise
 *
 * Any thread; takes the lock of the locked calls for a moment.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_handoff_resize(struct zcxsk_handoff *handoff, uint32_t entries,
						   struct zcxsk_error *error);

/* ---- pushing: one thread, or any with the locked calls ----------------------- */

/*
 * Hands over up to n packets, from the first on. Returns how many were taken;
 * the others stay the caller's. Fewer than n are taken when the ring is full, or
 * in a checking pool at a frame that was not the caller's
 * (zcxsk_pool_violation()). Addresses and lengths are not looked at otherwise.
 *
 * Never waits; enters the kernel only to wake a sleeping side (eventfd).
 * Pushing thread only.
 */
ZCXSK_API uint32_t zcxsk_handoff_push(struct zcxsk_handoff *handoff,
				      const struct zcxsk_packet *packets, uint32_t n);

/*
 * The same, waiting up to timeout_ns until all n are taken. *count tells how
 * many were. It sleeps only when the ring is full, and is woken before half of
 * it is free.
 *
 *   -ETIMEDOUT  not all in time
 *   -EINTR      a signal came first
 *   -EINVAL     NULL, or a frame was not the caller's (checking pool)
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_handoff_push_wait(struct zcxsk_handoff *handoff,
						      const struct zcxsk_packet *packets,
						      uint32_t n, uint64_t timeout_ns,
						      uint32_t *count);

/*
 * The two for several pushing threads, which then use no other: a lock is held
 * while packets are copied, never in a sleep. The packets of each thread keep
 * their order. Of those that wait one is served after the other.
 */
ZCXSK_API uint32_t zcxsk_handoff_push_locked(struct zcxsk_handoff *handoff,
					     const struct zcxsk_packet *packets, uint32_t n);
ZCXSK_API ZCXSK_NODISCARD int zcxsk_handoff_push_wait_locked(struct zcxsk_handoff *handoff,
							     const struct zcxsk_packet *packets,
							     uint32_t n, uint64_t timeout_ns,
							     uint32_t *count);

/*
 * A descriptor that is readable when there may be room again after
 * zcxsk_handoff_push() took fewer than n; until then it is silent. Leave reading
 * it to the library. It stays the handoff's. To be asked for once, before the
 * first push: from then on each push that finds the ring full costs a read() and
 * a write() on the other side. -EINVAL for NULL. Pushing thread only, and not
 * together with the locked calls.
 */
ZCXSK_API int zcxsk_handoff_push_fd(struct zcxsk_handoff *handoff);

/* ---- popping: one thread ----------------------------------------------------- */

/*
 * Takes up to max packets, in the order in which they were pushed. Returns how
 * many, 0 when none is there, and not always all that there are. Their frames
 * are the caller's. Never waits; enters the kernel only to wake a sleeping side.
 * Popping thread only.
 */
ZCXSK_API uint32_t zcxsk_handoff_pop(struct zcxsk_handoff *handoff, struct zcxsk_packet *packets,
				     uint32_t max);

/*
 * As zcxsk_handoff_pop(), and leaves them in the ring, whose they still are: to
 * see the length of the next packet before there is room for it. Never enters
 * the kernel. Popping thread only.
 */
ZCXSK_API uint32_t zcxsk_handoff_peek(struct zcxsk_handoff *handoff, struct zcxsk_packet *packets,
				      uint32_t max);

/*
 * As zcxsk_handoff_pop(), waiting up to timeout_ns for the first packet. *count
 * tells how many came. It looks again for some microseconds before it sleeps.
 *
 *   -ETIMEDOUT  nothing came in time
 *   -EINTR      a signal came first
 *   -EINVAL     NULL, or max is 0
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_handoff_pop_wait(struct zcxsk_handoff *handoff,
						     struct zcxsk_packet *packets, uint32_t max,
						     uint64_t timeout_ns, uint32_t *count);

/*
 * A descriptor that is readable when there may be packets again after
 * zcxsk_handoff_pop() found none; until then it is silent. So pop until it
 * returns 0, then sleep. Leave reading it to the library. It stays the
 * handoff's. To be asked for once, before the first pop: from then on each pop
 * that finds nothing costs a read(), and the next push a write(). -EINVAL for
 * NULL. Popping thread only.
 */
ZCXSK_API int zcxsk_handoff_pop_fd(struct zcxsk_handoff *handoff);

ZCXSK_END_DECLS

#endif
