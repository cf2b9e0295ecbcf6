/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rx.h - receiving: bursts of packets from the RX ring. These calls also refill
 * the fill ring from the socket's cache.
 *
 * They use the RX and fill rings in shared memory, recvfrom() if the kernel
 * needs a wakeup for new frames, and ppoll() for waiting. Owner thread of the
 * socket only.
 */
#ifndef ZCXSK_RX_H
#define ZCXSK_RX_H

#include <zcxsk/fast.h>
#include <zcxsk/socket.h>

ZCXSK_BEGIN_DECLS

/*
 * Receives up to max packets, in the order of their arrival. Returns how many:
 * 0 if there is none, the caller holds too many frames, or the socket does not
 * receive. The caller owns their frames: release each of them, or send it on.
 * Never blocks; enters the kernel only if the fill ring needs a wakeup, if
 * packets to send wait for a kick and their tail time has passed, or, at most
 * every 10 ms, if the link was down.
 *
 * Some frames always stay with the kernel or in the RX ring: in zero copy as
 * many as fill the RX ring and the device's own ring, or the device would have
 * no buffers for the packets that pass to the kernel; in the copy modes 32.
 * While only these are left, packets stay in the RX ring and
 * zcxsk_socket_status() is -ENOBUFS. Do not poll for packets then: release
 * frames, or wait for the completion of packets sent.
 */
ZCXSK_API uint32_t zcxsk_rx_burst(struct zcxsk_socket *socket, struct zcxsk_packet *packets,
				  uint32_t max);

/*
 * The same without a copy: *packets points into the RX ring. Returns the
 * packets that are contiguous in the ring; these may be fewer than max although
 * more follow, so a program that sleeps in its own poll calls this until it
 * returns 0. The next call that receives on this socket gives the ring slots
 * back to the kernel and so invalidates the entries, but not the packets.
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

	h->rx_left -= (int32_t)n; /* The slow path recomputes it. */
	if (ZCXSK_UNLIKELY(h->rx_left < 0))
		return zcxsk_fast_rx_any(socket, packets, max);
	/*
	 * The addresses go to the fill ring slots in which their frames would be
	 * posted, in case all of them are released. The kernel clears the offset within
	 * the frame.
	 */
	if (ZCXSK_UNLIKELY(!zcxsk_fast_post(h, slots, view, n, &bytes)))
		return zcxsk_fast_rx_any(socket, packets, n);
	zcxsk_ring_advance(&h->rx.cached_cons, n);
	zcxsk_fast_count(&h->rx_bytes, bytes);
	h->view = view;
	h->view_count = n;
	*packets = view;
	return n;
}

/*
 * Like zcxsk_rx_burst(), but waits up to timeout_ns for the first packet;
 * *count is the number received. Meanwhile it reaps completions and kicks on
 * need_wakeup. If the caller holds too many frames, it waits for completions,
 * also those of other sockets on its cache, and a stall of its own ends it, see
 * watchdog.h; with nothing in flight it waits for frames that other threads free,
 * if the pool has other caches. While the link is down it sleeps on; when the link
 * is up again it returns 0, with *count 0 unless packets are there.
 *
 *   -ETIMEDOUT  no packet in time
 *   -EINTR      a signal came first
 *   -EINVAL     NULL, or the socket does not receive
 *   -ENOBUFS    packets wait, but the caller holds too many frames, no packet
 *               is in flight on the cache's sockets whose frame could return, and the
 *               pool has no other cache, or no frame came from there in time
 *   -ENETDOWN   no packet in time; the link was down at the deadline
 *   -ENXIO      the device is gone
 *   -ETIME      a stall, while waiting for completions
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_rx_wait(struct zcxsk_socket *socket,
					    struct zcxsk_packet *packets, uint32_t max,
					    uint64_t timeout_ns, uint32_t *count);

/* The same for zcxsk_rx_view(). */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_rx_view_wait(struct zcxsk_socket *socket,
						 const struct zcxsk_packet **packets, uint32_t max,
						 uint64_t timeout_ns, uint32_t *count);

/*
 * Releases frames that the caller owns: received ones, or ones from
 * zcxsk_tx_alloc() that will not be sent. Returns how many were valid, see
 * zcxsk_cache_free(). Frames go to the fill ring at once if it has room;
 * releasing a whole view unchanged is the cheapest way. They are published to
 * the kernel by the next call that receives, or now if many have gathered or
 * few are left to receive into. Does not block, except on the pool's lock;
 * enters the kernel only if the fill ring needs a wakeup. Neither socket nor
 * packets may be NULL.
 */
ZCXSK_INLINE uint32_t zcxsk_packet_release(struct zcxsk_socket *socket,
					   const struct zcxsk_packet *packets, uint32_t n)
{
	struct zcxsk_fast *h = zcxsk_fast_of(socket);

	if (ZCXSK_UNLIKELY(packets != h->view || n != h->view_count))
		return zcxsk_fast_release(socket, packets, n);
	zcxsk_ring_advance(&h->fill.cached_prod, n);
	h->view = NULL;
	return n;
}

ZCXSK_END_DECLS

#endif
