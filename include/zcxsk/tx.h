/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tx.h - sending: frames from the pool, or received ones as they are, into the
 * TX ring; the kick; and the way home by the completion ring, which the
 * library reaps by itself in these calls.
 *
 * They rest on the TX and completion rings in shared memory, on sendto() for
 * the kick, and on ppoll() for waiting. Each belongs to the thread that owns
 * the socket.
 */
#ifndef ZCXSK_TX_H
#define ZCXSK_TX_H

#include <zcxsk/packet.h>
#include <zcxsk/socket.h>

ZCXSK_BEGIN_DECLS

/*
 * Takes up to n free frames for packets to send. Each gets addr at the start
 * of its frame, len 0 and flags 0; write the packet and set len. Returns how
 * many, 0 when all frames are out. Where there are fewer than n it kicks, so
 * that the driver looks for frames that are done. Does not block, but for the
 * pool's lock.
 */
ZCXSK_API uint32_t zcxsk_tx_alloc(struct zcxsk_socket *socket, struct zcxsk_packet *packets,
				  uint32_t n);

/*
 * Hands up to n packets to the kernel, from the first on, and kicks it where
 * needed. Returns how many were taken: their frames are the kernel's now and
 * come back to the cache by themselves. The others stay the caller's. Fewer
 * than n are taken when the ring is full or so many are out that none may
 * follow, or when a packet is not right: outside the UMEM, across the end of
 * its frame, of length 0, or with a flag that is not offered. Then the ones
 * before it are taken and zcxsk_socket_status() is -EINVAL.
 *
 * Never waits; a kick does the sending work in the caller's time.
 */
ZCXSK_API uint32_t zcxsk_tx_burst(struct zcxsk_socket *socket, const struct zcxsk_packet *packets,
				  uint32_t n);

/*
 * The same, waiting up to timeout_ns until all n are taken. *count tells how
 * many were.
 *
 *   -ETIMEDOUT  not all in time
 *   -EINTR      a signal came first
 *   -EINVAL     NULL, the socket does not send, or a packet is not right
 *   -ENETDOWN   the interface is down
 *   -ENXIO      the device is gone
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_tx_wait(struct zcxsk_socket *socket,
					    const struct zcxsk_packet *packets, uint32_t n,
					    uint64_t timeout_ns, uint32_t *count);

/*
 * Sends len bytes from anywhere by copying them into a frame; meant for small
 * packets. Never waits.
 *
 *   -EAGAIN    no free frame or no room in the ring
 *   -EMSGSIZE  len is larger than a frame
 *   -EINVAL    NULL, len 0, or the socket does not send
 *   -ENXIO     the device is gone
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_tx_copy(struct zcxsk_socket *socket, const void *data,
					    uint32_t len);

/* The same, waiting up to timeout_ns for a frame; also -ETIMEDOUT, -EINTR, -ENETDOWN. */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_tx_copy_wait(struct zcxsk_socket *socket, const void *data,
						 uint32_t len, uint64_t timeout_ns);

/*
 * Kicks until the kernel has taken what waits in the TX ring or takes no more.
 * Returns the number of descriptors still in the ring. Never waits.
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
 * kicks where needed. Returns how many are still out.
 */
ZCXSK_API uint32_t zcxsk_tx_drain(struct zcxsk_socket *socket, uint64_t timeout_ns);

ZCXSK_END_DECLS

#endif
