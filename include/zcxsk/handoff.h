/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handoff.h - a lock-free ring that passes packets from one thread to another,
 * in order: one thread pushes, one pops. Each end has a call that returns at
 * once, a call that waits with a deadline, and a descriptor for poll and epoll.
 * The ring can be resized while in use. Several pushing threads use the calls
 * that take a lock.
 *
 *   thread of socket A:  zcxsk_rx_burst -> zcxsk_handoff_push
 *                                               |
 *   thread of socket B:  zcxsk_tx_burst <- zcxsk_handoff_pop
 *
 * Pushing gives up a frame; popping hands it to the popping thread, with
 * everything that was written into it. Between the two, only the ring owns it:
 * a pool with ZCXSK_POOL_CHECK refuses to release, send or push it.
 *
 * The sockets on both sides share a UMEM, and each thread has its own cache. A
 * socket counts its own calls only: in_application of zcxsk_socket_read_stats()
 * goes up where a frame is received or allocated and down where it is sent or
 * released. Summed over all sockets of the UMEM, it is the number of frames
 * that the program holds or has in handoffs (zcxsk_handoff_count()).
 *
 * To send from several threads on one queue, let one thread own the socket and
 * let the others push to it with zcxsk_handoff_push_locked(). The owner pays
 * for the kick, and the others never wait for the kernel. A mutex of the
 * program around all calls of a socket, waits included, works as well.
 *
 * Handoffs use shared memory; the waits and descriptors use eventfd() and
 * ppoll(). No call enters the kernel while no thread sleeps.
 */
#ifndef ZCXSK_HANDOFF_H
#define ZCXSK_HANDOFF_H

#include <zcxsk/base.h>
#include <zcxsk/error.h>
#include <zcxsk/packet.h>
#include <zcxsk/pool.h>

struct zcxsk_handoff;

/* Largest ring: 16 MiB of entries, more than most pools have frames. */
#define ZCXSK_HANDOFF_ENTRIES_MAX 1048576u

struct zcxsk_handoff_opts {
	size_t size;	   /* sizeof(struct zcxsk_handoff_opts) */
	uint32_t entries;  /* default 1024; rounded up to a power of two, at least 2 */
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
 * Creates a handoff for frames of a pool. zcxsk_handoff_entries() returns its
 * actual size.
 *
 *   -EINVAL  NULL object, invalid options, more than ZCXSK_HANDOFF_ENTRIES_MAX
 *   -ENOMEM  out of memory
 *   -EMFILE, -ENFILE  no descriptors left; a handoff has three, from eventfd()
 *
 * Does not block. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_handoff_create(struct zcxsk_handoff **out,
						   struct zcxsk_pool *pool,
						   const struct zcxsk_handoff_opts *opts,
						   struct zcxsk_error *error);

/*
 * Frees the handoff. Returns -EBUSY and does nothing while packets are in it:
 * pop and release them first. No other thread may still use it. NULL is
 * accepted. Does not block.
 */
ZCXSK_API int zcxsk_handoff_destroy(struct zcxsk_handoff *handoff);

/* Entries of the ring, as last requested and rounded up. Any thread. */
ZCXSK_API uint32_t zcxsk_handoff_entries(const struct zcxsk_handoff *handoff);

/* Packets in the ring; exact only while no thread pushes or pops. Any thread. */
ZCXSK_API uint64_t zcxsk_handoff_count(const struct zcxsk_handoff *handoff);

/*
 * Replaces the ring by one of another size, starting with the next push, while
 * both sides go on. No packet is lost or reordered: the old ring is popped
 * first, and until it is empty the new one can be filled to its full size. A
 * thread that waits for room is woken.
 *
 *   -EINVAL  NULL, 0, or more than ZCXSK_HANDOFF_ENTRIES_MAX; nothing is changed
 *   -ENOMEM  likewise
 *
 * Takes the lock of the locked calls for a moment. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_handoff_resize(struct zcxsk_handoff *handoff, uint32_t entries,
						   struct zcxsk_error *error);

/* ---- pushing: one thread, or any with the locked calls ----------------------- */

/*
 * Pushes up to n packets, starting with the first. Returns how many were
 * pushed; the caller keeps the others. Fewer than n are pushed if the ring is
 * full, or if a checking pool finds a frame that the caller does not own
 * (zcxsk_pool_violation()). Addresses and lengths are not checked otherwise.
 *
 * Never waits; enters the kernel only to wake a sleeping popping thread
 * (eventfd). Pushing thread only.
 */
ZCXSK_API uint32_t zcxsk_handoff_push(struct zcxsk_handoff *handoff,
				      const struct zcxsk_packet *packets, uint32_t n);

/*
 * The same, but waits up to timeout_ns until all n are pushed; *count is the
 * number pushed. It sleeps only if the ring is full, and is woken before half
 * of the ring is free.
 *
 *   -ETIMEDOUT  not all pushed in time
 *   -EINTR      a signal came first
 *   -EINVAL     NULL, or the caller did not own a frame (checking pool)
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_handoff_push_wait(struct zcxsk_handoff *handoff,
						      const struct zcxsk_packet *packets,
						      uint32_t n, uint64_t timeout_ns,
						      uint32_t *count);

/*
 * The same two calls for several pushing threads, which must not use any other.
 * A lock is held while packets are copied, never during a sleep. The packets of
 * each thread keep their order. Waiting threads are served one after the other.
 */
ZCXSK_API uint32_t zcxsk_handoff_push_locked(struct zcxsk_handoff *handoff,
					     const struct zcxsk_packet *packets, uint32_t n);
ZCXSK_API ZCXSK_NODISCARD int zcxsk_handoff_push_wait_locked(struct zcxsk_handoff *handoff,
							     const struct zcxsk_packet *packets,
							     uint32_t n, uint64_t timeout_ns,
							     uint32_t *count);

/*
 * A descriptor that becomes readable when there may be room again after
 * zcxsk_handoff_push() pushed fewer than n packets. Do not read from it; the
 * handoff owns it. Call this once, before the first push: from then on, each
 * push that finds the ring full costs a read(), and a write() on the other
 * side. -EINVAL for NULL. Pushing thread only; cannot be combined with the
 * locked calls.
 */
ZCXSK_API int zcxsk_handoff_push_fd(struct zcxsk_handoff *handoff);

/* ---- popping: one thread ----------------------------------------------------- */

/*
 * Pops up to max packets, in the order in which they were pushed. Returns how
 * many: 0 if the ring is empty, and sometimes fewer than max although more are
 * there. The caller owns their frames. Never waits; enters the kernel only to
 * wake a sleeping pushing thread. Popping thread only.
 */
ZCXSK_API uint32_t zcxsk_handoff_pop(struct zcxsk_handoff *handoff, struct zcxsk_packet *packets,
				     uint32_t max);

/*
 * Like zcxsk_handoff_pop(), but leaves the packets in the ring, which keeps
 * owning their frames; shows the length of the next packet before there is room
 * for it. Never enters the kernel. Popping thread only.
 */
ZCXSK_API uint32_t zcxsk_handoff_peek(struct zcxsk_handoff *handoff, struct zcxsk_packet *packets,
				      uint32_t max);

/*
 * Like zcxsk_handoff_pop(), but waits up to timeout_ns for the first packet;
 * *count is the number popped. Polls for some microseconds before it sleeps.
 *
 *   -ETIMEDOUT  no packet in time
 *   -EINTR      a signal came first
 *   -EINVAL     NULL, or max is 0
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_handoff_pop_wait(struct zcxsk_handoff *handoff,
						     struct zcxsk_packet *packets, uint32_t max,
						     uint64_t timeout_ns, uint32_t *count);

/*
 * A descriptor that becomes readable when there may be packets again after
 * zcxsk_handoff_pop() returned 0; so pop until it returns 0, then sleep. Do not
 * read from it; the handoff owns it. Call this once, before the first pop: from
 * then on, each pop that finds nothing costs a read(), and the next push a
 * write(). -EINVAL for NULL. Popping thread only.
 */
ZCXSK_API int zcxsk_handoff_pop_fd(struct zcxsk_handoff *handoff);

ZCXSK_END_DECLS

#endif
