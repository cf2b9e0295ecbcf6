/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watchdog.h - the safety net under a sender whose TX interrupt is lost or
 * late, and what it says when even that does not help.
 *
 * Progress is a completion seen, not a kick made. While frames are out and
 * none comes home, the watchdog looks: first 100 us after the last progress,
 * then after twice as long each time, up to 10 ms. A look first reaps; only
 * when nothing came it forces a kick, whatever need_wakeup says. A device that
 * proves slow, by finishing frames by itself after a kick that brought nothing,
 * is given more time before the first kick, and less again when a kick brings
 * something. A silence of a second is a stall: an event for the application, which may rebuild the
 * socket. The three times are options of the socket; with watchdog_first_ns =
 * UINT64_MAX none of it runs.
 *
 * It acts in the calls of the socket's owner: when these find no free frame or
 * no room, and while they wait. An owner that sleeps elsewhere, in an event
 * loop of its own, adds the watchdog's descriptor to that loop; one that does
 * not wake at all starts a kicker. While completions flow it reads no clock.
 */
#ifndef ZCXSK_WATCHDOG_H
#define ZCXSK_WATCHDOG_H

#include <zcxsk/socket.h>

/* A stall: frames are out and none has come home for stall_ns. */
struct zcxsk_stall {
	size_t size;	      /* sizeof(struct zcxsk_stall) */
	uint64_t age_ns;      /* since the last sign of progress */
	uint64_t oldest_addr; /* of the packet that is out the longest, as sent */
	uint32_t frames;      /* out now */
	uint32_t untaken;     /* of these still in the TX ring: the kernel never took them */
	uint64_t count;	      /* stalls of this socket so far, with this one */
};

/* A thread that kicks for a socket whose owner may not wake. */
struct zcxsk_kicker;

ZCXSK_BEGIN_DECLS

/* Zeroes *stall and sets its size. */
ZCXSK_INLINE void zcxsk_stall_init(struct zcxsk_stall *stall)
{
	memset(stall, 0, sizeof(*stall));
	stall->size = sizeof(*stall);
}

/*
 * A descriptor that becomes readable when the socket wants
 * zcxsk_watchdog_run(): a small batch is due, or frames are out and it is time
 * to look after them. Add it to poll or epoll for reading. It is made by the
 * first call and is the socket's; it stays the same until close. From then on
 * sending arms it, at the cost of a system call each time it has run out.
 * -EINVAL for NULL or a socket that does not send, else as timerfd_create gave
 * it. Rests on timerfd. Does not block. Owner thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_watchdog_fd(struct zcxsk_socket *socket);

/*
 * To be called when the descriptor is readable; harmless at any other time.
 * Kicks a batch that is due, takes completed frames home, looks after the ones
 * that are not, and arms the descriptor again while any is out. Never waits.
 * Owner thread.
 *
 *   0         all is well, or will be looked at again
 *   -ETIME    frames have been out for stall_ns; told once for each stall, by
 *             this or by a call that waits for frames
 *   -ENETDOWN the interface is down
 *   -ENXIO    the device is gone
 *   -EINVAL   NULL, or a socket that does not send
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_watchdog_run(struct zcxsk_socket *socket);

/*
 * The stall that is on: 0 and *stall filled, -EAGAIN when there is none,
 * -EINVAL for NULL or a wrong size. A stall ends with the next completion. Does
 * not block. Owner thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_watchdog_read_stall(struct zcxsk_socket *socket,
							struct zcxsk_stall *stall);

/*
 * Starts a thread that kicks the socket every interval_ns (0: 10 ms) while
 * frames are with the kernel, for an owner that is busy or asleep elsewhere. It
 * reads the rings' indices and changes nothing: completed frames are taken home
 * by the owner's next call. All its signals are blocked. Stop it before the
 * socket is closed or rebuilt. Any thread.
 *
 *   -EINVAL  NULL, a socket that does not send, an interval above a second
 *   others   as pthread_create gave them
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_kicker_start(struct zcxsk_kicker **out,
						 struct zcxsk_socket *socket, uint64_t interval_ns);

/*
 * Ends the thread and waits for it, which takes no longer than one kick.
 * Returns the number of kicks that it made. NULL is accepted.
 */
ZCXSK_API uint64_t zcxsk_kicker_stop(struct zcxsk_kicker *kicker);

/*
 * Replaces the kernel's side of a socket whose queue is dead: closes it, opens
 * a new one in the same mode on the same queue, and only when that is bound -
 * the kernel has then let go of the old queue - puts every frame that was with
 * the kernel back into use. Packets in them are lost, those that wait in the RX
 * ring included, and counted in tx_abandoned and rx_abandoned. Their tokens are
 * not told; in order, nor are those of packets sent after the first of them.
 * The handle, its counters, its cache and its redirect
 * stay; pointers to rings and the descriptor of zcxsk_socket_fd() do not.
 *
 * Which frames were with the kernel must be known. It is when the UMEM serves
 * this socket alone, and the application then has to hold no frame (release
 * what it received and allocated first); and it is for a pool with
 * ZCXSK_POOL_CHECK, always.
 *
 *   -EBUSY       the application holds frames of a pool without the check, or
 *                the old queue was not released in busy_timeout_ns
 *   -EOPNOTSUPP  the UMEM serves others, and its pool is without the check
 *   -ENOMEM      for the list of frames
 *   others       as zcxsk_socket_open()
 *
 * After -EBUSY of the first kind, -EOPNOTSUPP and -ENOMEM nothing has changed.
 * After the others the socket is without a queue (status -ENXIO) and keeps the
 * frames apart; rebuild can be tried again, or the socket closed. Blocks as
 * zcxsk_socket_open() does. Owner thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_socket_rebuild(struct zcxsk_socket *socket,
						   struct zcxsk_error *error);

ZCXSK_END_DECLS

#endif
