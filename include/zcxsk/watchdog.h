/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watchdog.h - recovers a sender whose TX interrupt is lost or late, and
 * reports when that fails.
 *
 * Progress is a completion, not a kick. While frames are in flight and none is
 * completed, the watchdog checks: first 100 us after the last progress. A check
 * reaps first, and forces a kick only if that found nothing, whatever
 * need_wakeup says. A kick that brought nothing is repeated after a hundred times
 * as long, up to 1 s; if interrupts were lost recently, after twice as long, up
 * to 10 ms. If a device is just slow (it completes frames on its own after a
 * forced kick that brought nothing), the watchdog gives it more time before the
 * first kick; it shortens that time again when a kick brings completions. A second without a
 * completion is a stall: the status of the socket, an event, and the result of
 * calls that wait for frames until it ends; the application may rebuild the
 * socket.
 *
 * A packet whose completion is missing while later ones arrive costs one frame,
 * nothing more. After 2 s it is given up (ZCXSK_EVENT_COMPLETION_LOST): its
 * frame stays out of circulation until the completion arrives after all, or the
 * socket is rebuilt. So is the only packet in flight if the device has taken it.
 *
 * The four times are options of the socket; watchdog_first_ns = UINT64_MAX
 * disables the watchdog.
 *
 * It runs in the calls of the socket's owner: when they find no free frame or
 * no room, while they wait, and in zcxsk_socket_service(). An owner that sleeps
 * in its own event loop adds the service descriptor to that loop, see service.h;
 * one that does not wake up at all starts a kicker. While completions keep
 * coming, the watchdog does not read the clock.
 */
#ifndef ZCXSK_WATCHDOG_H
#define ZCXSK_WATCHDOG_H

#include <zcxsk/socket.h>

/* A stall: frames are in flight and none was completed for stall_ns. */
struct zcxsk_stall {
	size_t size;	      /* sizeof(struct zcxsk_stall) */
	uint64_t age_ns;      /* since the last sign of progress */
	uint64_t oldest_addr; /* address, as sent, of the packet in flight the longest */
	uint32_t frames;      /* in flight now */
	uint32_t untaken;     /* of these, still in the TX ring: never taken by the kernel */
	uint64_t count;	      /* stalls of this socket so far, including this one */
};

/* A thread that kicks for a socket whose owner may not wake up. */
struct zcxsk_kicker;

ZCXSK_BEGIN_DECLS

/* Zeroes *stall and sets its size. */
ZCXSK_INLINE void zcxsk_stall_init(struct zcxsk_stall *stall)
{
	memset(stall, 0, sizeof(*stall));
	stall->size = sizeof(*stall);
}

/*
 * Reads the present stall: 0 and *stall filled, -EAGAIN if there is none,
 * -EINVAL for NULL or a wrong size. A stall ends with the next completion. Does
 * not block. Owner thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_watchdog_read_stall(struct zcxsk_socket *socket,
							struct zcxsk_stall *stall);

/*
 * Starts a thread that kicks the socket every interval_ns (0: 10 ms) while
 * frames are in flight, for an owner that is busy or asleep elsewhere. It reads
 * the rings' indices and changes nothing: the owner's next call reaps completed
 * frames. All signals are blocked in it. Stop it before the socket is closed or
 * rebuilt. Any thread.
 *
 *   -EINVAL  NULL, a socket that does not send, an interval above a second
 *   others   as pthread_create returned them
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_kicker_start(struct zcxsk_kicker **out,
						 struct zcxsk_socket *socket, uint64_t interval_ns);

/*
 * Stops the thread and waits for it, for no longer than one kick. Returns the
 * number of kicks that it made. NULL is accepted.
 */
ZCXSK_API uint64_t zcxsk_kicker_stop(struct zcxsk_kicker *kicker);

/*
 * Replaces the kernel's side of a socket whose queue is dead: closes it, opens
 * a new one in the same mode on the same queue, and, once that is bound (the
 * kernel has released the old queue by then), makes every frame that was with
 * the kernel usable again. The packets in them are lost, including those in the
 * RX ring, and are counted in tx_abandoned and rx_abandoned. Their tokens are
 * lost; in IN_ORDER mode so are the tokens of all later packets. The handle,
 * its counters, its cache and its redirect stay valid; pointers to rings and
 * the descriptor of zcxsk_socket_fd() do not.
 *
 * The rings keep their sizes as long as there are frames for them, whatever the
 * application holds; what it gives back is posted.
 *
 * The library must know which frames were with the kernel. It does if the UMEM
 * serves this socket alone and the application holds no frame (release all that
 * were received or allocated first), and always with a pool with
 * ZCXSK_POOL_CHECK.
 *
 *   -EBUSY       the application holds frames of a pool without the check, or the
 *                old queue was not released within busy_timeout_ns
 *   -EOPNOTSUPP  the UMEM serves other sockets, and its pool lacks the check
 *   -ENOMEM      no memory for the list of frames; or, after the device's ring has
 *                grown, too few frames for it in zero copy, or free ones
 *   -EMSGSIZE    the MTU was raised above what a frame can hold
 *   others       as zcxsk_socket_open()
 *
 * After -EBUSY of the first kind, -EOPNOTSUPP, -ENOMEM and -EMSGSIZE nothing has changed.
 * After the others the socket has no queue (status -ENXIO) and keeps the frames
 * in quarantine; rebuild again, or close the socket. Blocks as
 * zcxsk_socket_open() does. Owner thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_socket_rebuild(struct zcxsk_socket *socket,
						   struct zcxsk_error *error);

ZCXSK_END_DECLS

#endif
