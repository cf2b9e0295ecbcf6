/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tx.h - sending: frames from the pool, or received ones unchanged, go into the
 * TX ring; a kick makes the driver send them; their completions come through
 * the completion ring, which these calls reap.
 *
 * They use the TX and completion rings in shared memory, sendto() for the kick,
 * and ppoll() for waiting. Owner thread of the socket only; other threads that
 * send on its queue pass it their packets, see handoff.h.
 */
#ifndef ZCXSK_TX_H
#define ZCXSK_TX_H

#include <zcxsk/fast.h>
#include <zcxsk/socket.h>

ZCXSK_BEGIN_DECLS

/*
 * Allocates up to n frames for packets to send. Each packet gets addr at the
 * start of its frame, the given len, and flags 0; write the packet, and change
 * len where it differs. len is in bytes and is checked when the packet is sent.
 * Returns how many, 0 if all frames are in use. If there are fewer than n, it
 * kicks for gathered packets and runs the watchdog's check, also on the other
 * sockets of its cache, whose completions it reaps then. Does not block, except
 * on the pool's lock. Neither socket nor packets may be NULL.
 */
ZCXSK_INLINE uint32_t zcxsk_tx_alloc(struct zcxsk_socket *socket, struct zcxsk_packet *packets,
				     uint32_t n, uint32_t len)
{
	struct zcxsk_fast *h = zcxsk_fast_of(socket);
	struct zcxsk_stack *stack = h->stack;
	uint32_t left = stack->count - 1;

	if (n != 1 || ZCXSK_UNLIKELY(!stack->count))
		return zcxsk_fast_alloc(socket, packets, n, len);
	zcxsk_ring_move(&stack->count, left);
	packets->addr = stack->frames[left];
	packets->len = len;
	packets->flags = 0;
	zcxsk_fast_count(&h->tx_allocated, 1);
	return 1;
}

/*
 * Sends up to n packets, starting with the first, and kicks if a kick is due.
 * Returns how many were accepted: the kernel owns their frames now, and they
 * return to the cache when completed. The caller keeps the others. Fewer than n
 * are accepted if the ring is full, tx_limit is reached, or a packet is
 * invalid: outside the UMEM, across the end of its frame, of length 0, or with
 * an unsupported flag. In the last case the packets before it are accepted and
 * zcxsk_socket_status() is -EINVAL.
 *
 * The kick policy (kick.h) decides whether it kicks at once. Before sleeping in
 * its own loop, a program calls zcxsk_tx_flush(), or makes that loop wait for
 * zcxsk_socket_service_fd().
 *
 * Never waits, but a kick may do the sending in the caller's time. Neither
 * socket nor packets may be NULL.
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
	zcxsk_fast_count(&h->tx_bytes, bytes);
	zcxsk_ring_move(&h->tx.cached_prod, next);
	zcxsk_ring_prod_submit(&h->tx);
	if (zcxsk_ring_prod_needs_wakeup(&h->tx)) {
		zcxsk_fast_kick(socket);
		return n;
	}
	/* The driver is running, and sets need_wakeup before it stops. */
	h->tx_kicked = next;
	zcxsk_fast_count(&h->tx_kicks_saved, 1);
	return n;
}

/*
 * Like zcxsk_tx_burst(), but waits up to timeout_ns until all n are accepted;
 * *count is the number accepted.
 *
 *   -ETIMEDOUT  not all accepted in time
 *   -ETIME      a stall: no frame was completed for stall_ns; as long as it lasts
 *   -EINTR      a signal came first
 *   -EINVAL     NULL, the socket does not send, or a packet is invalid
 *   -ENETDOWN   the interface is down
 *   -EUNATCH    the driver needs an XDP program, see zcxsk_socket_status()
 *   -ENXIO      the device is gone
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_tx_wait(struct zcxsk_socket *socket,
					    const struct zcxsk_packet *packets, uint32_t n,
					    uint64_t timeout_ns, uint32_t *count);

/*
 * Sends len bytes from any address. Up to copy_threshold bytes, and data
 * outside the UMEM, are copied into a frame, which is cheaper than tracking a
 * frame; the caller may reuse the data at once. Longer data inside a frame that
 * the caller owns is sent in place: the kernel then owns the frame, as after
 * zcxsk_tx_burst(). Never waits.
 *
 *   0          sent as a copy
 *   1          sent in place; the caller no longer owns the frame
 *   -EAGAIN    no free frame or no room in the ring
 *   -EMSGSIZE  len is larger than a frame, or reaches beyond its end
 *   -EINVAL    NULL, len 0, the socket does not send, or a checking pool finds
 *              that the caller does not own the frame
 *   -ENXIO     the device is gone
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_tx_send(struct zcxsk_socket *socket, const void *data,
					    uint32_t len);

/*
 * The same, but waits up to timeout_ns for room; also -ETIMEDOUT, -EINTR,
 * -ENETDOWN, -EUNATCH, -ETIME.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_tx_send_wait(struct zcxsk_socket *socket, const void *data,
						 uint32_t len, uint64_t timeout_ns);

/*
 * Kicks for all gathered packets, whatever the policy, until the kernel has
 * taken them or takes no more. Returns the number of descriptors still in the
 * ring; the driver processes those without another kick. Never waits.
 */
ZCXSK_API uint32_t zcxsk_tx_flush(struct zcxsk_socket *socket);

/*
 * Reaps completed frames into the cache. Returns how many. The other calls do
 * this when they need frames; a program that neither sends nor waits can call
 * it. Never blocks, except on the pool's lock.
 */
ZCXSK_API uint32_t zcxsk_tx_reap(struct zcxsk_socket *socket);

/* Frames sent and not yet reaped. */
ZCXSK_API uint32_t zcxsk_tx_outstanding(const struct zcxsk_socket *socket);

/*
 * Waits up to timeout_ns until every sent frame is completed, with kicks and
 * watchdog checks where needed. Returns how many are still in flight then, or
 * when a signal, a missing device or an interface that is down ended the wait
 * early; zcxsk_socket_status() reports the last two.
 */
ZCXSK_API uint32_t zcxsk_tx_drain(struct zcxsk_socket *socket, uint64_t timeout_ns);

ZCXSK_END_DECLS

#endif
