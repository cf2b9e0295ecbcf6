/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rx.h - receiving: bursts of packets out of the RX ring. The library keeps
 * the fill ring topped up by itself, from the socket's cache, in these calls.
 *
 * They rest on the RX and fill rings in shared memory, on recvfrom() where the
 * kernel asks to be woken for frames, and on ppoll() for waiting. Each belongs
 * to the thread that owns the socket.
 */
#ifndef ZCXSK_RX_H
#define ZCXSK_RX_H

#include <zcxsk/fast.h>
#include <zcxsk/socket.h>

ZCXSK_BEGIN_DECLS

/*
 * Takes up to max received packets, in the order of their arrival. Returns how
 * many, 0 when none is there or the socket does not receive. Their frames are
 * the caller's: release each, or send it on. Never blocks; enters the kernel
 * only when it asked for it (need_wakeup on the fill ring).
 */
ZCXSK_API uint32_t zcxsk_rx_burst(struct zcxsk_socket *socket, struct zcxsk_packet *packets,
				  uint32_t max);

/*
 * The same without a copy: *packets is where they stand in the RX ring. As many
 * as stand there in one piece, which may be fewer than max with more behind them.
 * The entries, not the packets, are lost with the next call that receives on this
 * socket, which gives their slots back to the kernel. So a program that sleeps
 * in a poll of its own calls this until it returns 0.
 *
 * Neither socket nor packets may be NULL.
 */
ZCXSK_INLINE uint32_t zcxsk_rx_view(struct zcxsk_socket *socket,
				    const struct zcxsk_packet **packets, uint32_t max)
{
	struct zcxsk_fast *h = zcxsk_fast_of(socket);
	uint32_t first = h->rx.cached_cons, n = zcxsk_ring_cons_count(&h->rx, max);
	const struct zcxsk_packet *view =
		(const struct zcxsk_packet *)h->rx.entries + (first & h->rx.mask);
	uint64_t *slots = (uint64_t *)h->fill.entries + (h->fill.cached_prod & h->fill.mask);
	uint64_t bytes;

	h->rx_left -= (int32_t)n; /* what is out of the ordinary reckons it anew */
	if (ZCXSK_UNLIKELY(h->rx_left < 0))
		return zcxsk_fast_rx_any(socket, packets, max);
	/*
	 * The addresses go where their frames would be posted, in case that all are given
	 * back. The kernel clears the offset in a frame.
	 */
	if (ZCXSK_UNLIKELY(!zcxsk_fast_post(h, slots, view, n, &bytes)))
		return zcxsk_fast_rx_any(socket, packets, n);
	h->rx.cached_cons += n;
	h->rx_bytes += bytes;
	h->view = view;
	h->view_count = n;
	*packets = view;
	return n;
}

/*
 * zcxsk_rx_burst(), waiting up to timeout_ns for the first packet. *count tells how
 * many came. Meanwhile completions are taken in and need_wakeup is served.
 *
 *   -ETIMEDOUT  nothing came in time
 *   -EINTR      a signal came first
 *   -EINVAL     NULL, or the socket does not receive
 *   -ENETDOWN   the interface is down
 *   -ENXIO      the device is gone
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_rx_wait(struct zcxsk_socket *socket,
					    struct zcxsk_packet *packets, uint32_t max,
					    uint64_t timeout_ns, uint32_t *count);

/* The same for zcxsk_rx_view(). */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_rx_view_wait(struct zcxsk_socket *socket,
						 const struct zcxsk_packet **packets, uint32_t max,
						 uint64_t timeout_ns, uint32_t *count);

/*
 * Gives back frames that the caller holds, received ones or ones from
 * zcxsk_tx_alloc() that will not be sent. Returns how many were right, see
 * zcxsk_cache_free(). Those the fill ring has room for go there at once, which is the
 * least work for a view given back as it came; the kernel is shown them now or by the
 * next call that receives. Does not block, but for the pool's lock; enters the
 * kernel only when it asked for frames (need_wakeup on the fill ring). Neither socket
 * nor packets may be NULL.
 */
ZCXSK_INLINE uint32_t zcxsk_packet_release(struct zcxsk_socket *socket,
					   const struct zcxsk_packet *packets, uint32_t n)
{
	struct zcxsk_fast *h = zcxsk_fast_of(socket);

	if (ZCXSK_UNLIKELY(packets != h->view || n != h->view_count))
		return zcxsk_fast_release(socket, packets, n);
	h->fill.cached_prod += n;
	h->view = NULL;
	return n;
}

ZCXSK_END_DECLS

#endif
