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

#include <zcxsk/packet.h>
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
 * The same, waiting up to timeout_ns for the first packet. *count tells how
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

/*
 * Gives back frames that the caller holds, received ones or ones from
 * zcxsk_tx_alloc() that will not be sent. Returns how many were right, see
 * zcxsk_cache_free(). Those the fill ring has room for go there at once. Does not
 * block, but for the pool's lock; enters the kernel only when it asked for
 * frames (need_wakeup on the fill ring).
 */
ZCXSK_API uint32_t zcxsk_packet_release(struct zcxsk_socket *socket,
					const struct zcxsk_packet *packets, uint32_t n);

ZCXSK_END_DECLS

#endif
