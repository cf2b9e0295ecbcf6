/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tx.h - sending: frames from the pool, or received ones as they are, into the
 * TX ring; the kick; and the way home by the completion ring, which the
 * library reaps by itself in these calls.
 *
 * They rest on the TX and completion rings in shared memory, on sendto() for
 * the kick, and on ppoll() for waiting. Each belongs to the thread that owns
 * the socket; other threads that send on its queue hand it their packets, see
 * handoff.h.
 */
#ifndef ZCXSK_TX_H
#define ZCXSK_TX_H

#include <zcxsk/fast.h>
#include <zcxsk/socket.h>

ZCXSK_BEGIN_DECLS

/*
 * Takes up to n free frames for packets to send. Each gets addr at the start of
 * its frame, that len, and flags 0; write the packet, and set another len where
 * they differ. len is in bytes, and is checked when the packet is sent. Returns
 * how many, 0 when all frames are out. Where there are fewer than n, what has
 * gathered is kicked and the watchdog looks. Does not block, but for the pool's
 * lock. Neither socket nor packets may be NULL.
 */
ZCXSK_INLINE uint32_t zcxsk_tx_alloc(struct zcxsk_socket *socket, struct zcxsk_packet *packets,
				     uint32_t n, uint32_t len)
{
	struct zcxsk_fast *h = zcxsk_fast_of(socket);
	struct zcxsk_stack *stack = h->stack;

	if (n != 1 || ZCXSK_UNLIKELY(!stack->count))
		return zcxsk_fast_alloc(socket, packets, n, len);
	packets->addr = stack->frames[--stack->count];
	packets->len = len;
	packets->flags = 0;
	h->tx_allocated++;
	return 1;
}

/*
 * Hands up to n packets to the kernel, from the first on, and kicks it where
 * that is due. Returns how many were taken: their frames are the kernel's now and
 * come back to the cache by themselves. The others stay the caller's. Fewer
 * than n are taken when the ring is full or so many are out that none may
 * follow, or when a packet is not right: outside the UMEM, across the end of
 * its frame, of length 0, or with a flag that is not offered. Then the ones
 * before it are taken and zcxsk_socket_status() is -EINVAL.
 *
 * Whether it kicks at once is the kick policy's decision (kick.h). Before
 * sleeping in a loop of its own, a program calls zcxsk_tx_flush(), or has that
 * loop wait for zcxsk_watchdog_fd() as well.
 *
 * Never waits; a kick does the sending work in the caller's time. Neither socket
 * nor packets may be NULL.
 */
ZCXSK_INLINE uint32_t zcxsk_tx_burst(struct zcxsk_socket *socket,
				     const struct zcxsk_packet *packets, uint32_t n)
{
	struct zcxsk_fast *h = zcxsk_fast_of(socket);
	struct zcxsk_packet *slots =
		(struct zcxsk_packet *)h->tx.entries + (h->tx.cached_prod & h->tx.mask);
	uint32_t next = h->tx.cached_prod + n;
	uint64_t bytes;

	if (ZCXSK_UNLIKELY(!zcxsk_fast_fit(n, h->tx_until, h->tx.cached_prod) ||
			   !zcxsk_fast_copy(h, slots, packets, n, &bytes)))
		return zcxsk_fast_tx(socket, packets, n);
	h->tx_packets += n;
	h->tx_bytes += bytes;
	h->tx.cached_prod = next;
	zcxsk_ring_prod_submit(&h->tx);
	if (zcxsk_ring_prod_needs_wakeup(&h->tx)) {
		zcxsk_fast_kick(socket);
		return n;
	}
	/* It is at work, and asks before it stops looking. */
	h->tx_kicked = next;
	h->tx_kicks_saved++;
	return n;
}

/*
 * The same, waiting up to timeout_ns until all n are taken. *count tells how
 * many were.
 *
 *   -ETIMEDOUT  not all in time
 *   -ETIME      a stall: no frame has come home for stall_ns (told once for each)
 *   -EINTR      a signal came first
 *   -EINVAL     NULL, the socket does not send, or a packet is not right
 *   -ENETDOWN   the interface is down
 *   -ENXIO      the device is gone
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_tx_wait(struct zcxsk_socket *socket,
					    const struct zcxsk_packet *packets, uint32_t n,
					    uint64_t timeout_ns, uint32_t *count);

/*
 * Sends len bytes from anywhere. They are copied into a frame when there are
 * no more than copy_threshold of them, which is cheaper than to keep track of
 * a frame, and whenever they lie outside the UMEM; data is the caller's again
 * at once. More than that, inside a frame that the caller holds, are sent where
 * they are: the frame is the kernel's then, as after zcxsk_tx_burst().
 * Never waits.
 *
 *   0          sent as a copy
 *   1          sent in place; the frame is no longer the caller's
 *   -EAGAIN    no free frame or no room in the ring
 *   -EMSGSIZE  len is larger than a frame, or reaches beyond its end
 *   -EINVAL    NULL, len 0, or the socket does not send
 *   -ENXIO     the device is gone
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_tx_send(struct zcxsk_socket *socket, const void *data,
					    uint32_t len);

/* The same, waiting up to timeout_ns for room; also -ETIMEDOUT, -EINTR, -ENETDOWN, -ETIME. */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_tx_send_wait(struct zcxsk_socket *socket, const void *data,
						 uint32_t len, uint64_t timeout_ns);

/*
 * Kicks for what has gathered, whatever the policy, until the kernel has taken
 * it or takes no more. Returns the number of descriptors still in the ring;
 * the driver goes on with those by itself. Never waits.
 */
ZCXSK_API uint32_t zcxsk_tx_flush(struct zcxsk_socket *socket);

/*
 * Takes completed frames back into the cache. Returns how many. The other
 * calls do this when they need frames; a program that neither sends nor waits
 * can call it. Never blocks, but for the pool's lock.
 */
ZCXSK_API uint32_t zcxsk_tx_reap(struct zcxsk_socket *socket);

/* Frames handed to the kernel and not yet back. */
ZCXSK_API uint32_t zcxsk_tx_outstanding(const struct zcxsk_socket *socket);

/*
 * Waits up to timeout_ns until every frame handed to the kernel is back, with
 * kicks and looks of the watchdog where needed. Returns how many are still out
 * then, or when a signal, a device that is gone or an interface that is down
 * ended it sooner; zcxsk_socket_status() tells the last two.
 */
ZCXSK_API uint32_t zcxsk_tx_drain(struct zcxsk_socket *socket, uint64_t timeout_ns);

ZCXSK_END_DECLS

#endif
