/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * service.h - one descriptor and one call for a program with its own event loop.
 * When the descriptor is readable, zcxsk_socket_service() does what is due and
 * reports what has changed; then the program receives, and sends what it could
 * not send before:
 *
 *   epoll_wait() -> zcxsk_socket_service() -> zcxsk_rx_burst() until it returns 0
 *
 * zcxsk_socket_status() is the present state; an event is a change of it, or of
 * the interface. Ports have the same for what concerns the interface, see port.h.
 */
#ifndef ZCXSK_SERVICE_H
#define ZCXSK_SERVICE_H

#include <zcxsk/socket.h>

/*
 * The comments name the value of each event. The kernel may report a lost
 * carrier a second late, everything else about the link at once.
 */
enum zcxsk_event_type {
	/* No frame in flight was completed for stall_ns; ns since the last one was. */
	ZCXSK_EVENT_STALL = 1,
	/* A packet was given up: its completion is missing for lost_ns; its address. */
	ZCXSK_EVENT_COMPLETION_LOST = 2,
	/* The interface is down or has no carrier; 0. */
	ZCXSK_EVENT_LINK_DOWN = 3,
	/* The interface is up and has a carrier again; 0. */
	ZCXSK_EVENT_LINK_UP = 4,
	/* The interface was removed, or moved to another namespace; 0. */
	ZCXSK_EVENT_DEVICE_GONE = 5,
	/* The interface has a new name; its index. */
	ZCXSK_EVENT_RENAMED = 6,
	/* The number of usable queues has changed; the new number. */
	ZCXSK_EVENT_QUEUES_CHANGED = 7,
	/* The pool has too few frames to post for receiving; how many are missing. */
	ZCXSK_EVENT_STARVING = 8,
	/* The XDP program that delivers packets is not on the interface; the ID of the
	   one that is, or 0. */
	ZCXSK_EVENT_PROGRAM_REPLACED = 9,
	/* The kernel dropped messages about the interface, whose state was read again:
	   a change and its reversal may be missing; 0. */
	ZCXSK_EVENT_EVENTS_LOST = 10,
	/* The program is attached and does not run: the interface has received packets
	   that it has not seen; how many. See zcxsk_redirect_reattach(). */
	ZCXSK_EVENT_PROGRAM_SILENT = 11,
};

/* Events of one type since the last report. */
struct zcxsk_event {
	uint32_t type;	/* enum zcxsk_event_type */
	uint32_t count; /* how many, at least 1 */
	uint64_t value; /* of the latest, see the type */
};

ZCXSK_BEGIN_DECLS

/*
 * A descriptor for poll or epoll, for reading. The first call creates it; the
 * socket owns it, and it stays the same until close, also over a rebuild. It is
 * readable when
 *
 *   - packets are waiting that may be received (if the application holds too many
 *     frames for that, status -ENOBUFS: when enough of them have come back),
 *   - the pool had too few frames to post for receiving, and has some again,
 *   - the last sending call was cut short, and there is room again,
 *   - packets have waited for the kick policy's tail time, or a refused kick
 *     has to be repeated,
 *   - frames are in flight and it is time to check them, see watchdog.h,
 *   - the interface or its link has changed, or it is time to check its queues and
 *     its program, once a second,
 *   - events are pending.
 *
 * A program that works the RX side itself, see zcxsk_socket_rx_ring(), waits for
 * packets on zcxsk_socket_fd() as well.
 *
 * From then on, sending arms a timer, which costs a system call each time it has
 * expired. Everything else that the descriptor needs is done by
 * zcxsk_socket_service(). Uses epoll, timerfd, eventfd and rtnetlink. Does not
 * block. Owner thread.
 *
 *   -EINVAL      NULL
 *   -EOPNOTSUPP  a simulated socket; zcxsk_socket_service() works
 *   -EXDEV       the calling thread is in another network namespace than the
 *                interface
 *   -ENOMEM      out of memory
 *   others       as the kernel returned them (-EMFILE); nothing has changed
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_socket_service_fd(struct zcxsk_socket *socket);

/*
 * Call this when the descriptor is readable; harmless at any other time. Reaps
 * completed frames, posts frames for receiving if some are owed, kicks for packets
 * whose tail time has passed, runs the watchdog's check, reads the messages about
 * the link, and arms the descriptor again. Works without the descriptor, too, for
 * a program that calls it regularly.
 *
 * Stores up to max events in events, in the order in which each type last
 * occurred, and their number in *count. Those that find no room stay pending, and
 * the descriptor stays readable; an array of 16 always suffices. Events of one
 * type are counted together. events may be NULL if max is 0.
 *
 * Returns 0, or -EINVAL for NULL. Whether the socket works is said by
 * zcxsk_socket_status(). Never waits, but a kick may do the sending in the
 * caller's time. Owner thread.
 */
ZCXSK_API int zcxsk_socket_service(struct zcxsk_socket *socket, struct zcxsk_event *events,
				   uint32_t max, uint32_t *count);

/*
 * Waits up to timeout_ns until the interface is up and has a carrier; returns at
 * once if it has. Where its messages cannot be read (another namespace, a
 * simulated socket) only whether it is up counts. Uses rtnetlink and ppoll().
 * Blocks. Owner thread.
 *
 *   0           the link is up
 *   -ETIMEDOUT  it is still down
 *   -EINTR      a signal came first
 *   -ENXIO      the device is gone
 *   -EINVAL     NULL
 *   -EXDEV      as zcxsk_socket_service_fd()
 *   others      as the kernel returned them (-EMFILE)
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_socket_link_wait(struct zcxsk_socket *socket,
						     uint64_t timeout_ns);

ZCXSK_END_DECLS

#endif
