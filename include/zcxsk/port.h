/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * port.h - an interface with all its queues: one redirect, a socket on every
 * queue, and packet memory for them. The port opens the sockets, follows
 * changes of the queues and closes the sockets; the application gives each
 * socket to a thread of its choice.
 *
 * Queues are counted before the program is attached: some drivers, including
 * virtio-net, add queues for XDP on which a socket never sends. The device may
 * still put packets there. They pass to the kernel, and those that matched a
 * take rule are counted as matched_no_socket.
 *
 * A port is used by one thread at a time. From zcxsk_port_open() on, each of
 * its sockets belongs to the thread that the application chooses, until a call
 * of the port closes it; the comment of each call says which sockets it closes.
 */
#ifndef ZCXSK_PORT_H
#define ZCXSK_PORT_H

#include <zcxsk/base.h>
#include <zcxsk/error.h>
#include <zcxsk/pool.h>
#include <zcxsk/redirect.h>
#include <zcxsk/service.h>
#include <zcxsk/socket.h>
#include <zcxsk/stats.h>

struct zcxsk_port;

/*
 * Which queues share a UMEM and a pool. A frame can be sent on any socket of
 * its UMEM.
 */
enum zcxsk_port_memory {
	ZCXSK_PORT_MEMORY_SHARED = 0,	 /* all of them */
	ZCXSK_PORT_MEMORY_PER_NODE = 1,	 /* those of the same NUMA node */
	ZCXSK_PORT_MEMORY_PER_QUEUE = 2, /* each has its own */
};

/* Zero in any field means the default, which the comment names. */
struct zcxsk_port_opts {
	size_t size;	   /* sizeof(struct zcxsk_port_opts) */
	uint32_t memory;   /* enum zcxsk_port_memory; shared */
	uint32_t reserved; /* zero */
	/*
	 * Options of every socket. Cache and redirect must be NULL; redirect_opts apply
	 * to the one redirect, and `frames` of umem_opts is the number per queue
	 * (the default of a socket's own memory). The options, and everything they point to, are
	 * read by zcxsk_port_open() only.
	 */
	const struct zcxsk_socket_opts *socket_opts;
	/*
	 * Caller-supplied frames instead: a pool, from which the port creates a cache
	 * for each queue, or caches, of which queue q uses number q % cache_count. A
	 * thread with several queues supplies one cache for them; ports on the same
	 * pool can send each other's packets.
	 */
	struct zcxsk_pool *pool;
	struct zcxsk_cache *const *caches;
	/*
	 * Where the thread of each queue runs: queue q on NUMA node nodes[q %
	 * node_count], -1 = anywhere. The queue's memory is allocated there while the
	 * node has free memory. The default with PER_NODE is the interface's own node.
	 */
	const int32_t *nodes;
	uint32_t cache_count;
	uint32_t node_count;
};

/* Result of a change of the queues. */
struct zcxsk_port_change {
	size_t size;	 /* sizeof(struct zcxsk_port_change) */
	uint32_t before; /* queues with a socket */
	uint32_t queues; /* the same, now */
	uint32_t opened; /* sockets */
	uint32_t closed;
	uint64_t rx_lost;     /* packets in an RX ring, not yet received by the program */
	uint64_t tx_lost;     /* packets not completed within a second */
	uint64_t frames_lost; /* frames that have not returned to their pool yet */
};

ZCXSK_BEGIN_DECLS

/* Zeroes *opts and sets its size. */
ZCXSK_INLINE void zcxsk_port_opts_init(struct zcxsk_port_opts *opts)
{
	memset(opts, 0, sizeof(*opts));
	opts->size = sizeof(*opts);
}

/* Zeroes *change and sets its size. */
ZCXSK_INLINE void zcxsk_port_change_init(struct zcxsk_port_change *change)
{
	memset(change, 0, sizeof(*change));
	change->size = sizeof(*change);
}

/*
 * Attaches the redirect and opens a socket on every usable queue, all in one
 * mode: the best allowed one that every queue accepts. zcxsk_socket_refusal()
 * of the first queue's socket explains why a better mode was refused.
 *
 *   -EINVAL  NULL object, invalid option, both a pool and caches, a NUMA node that
 *            does not exist
 *   others   as zcxsk_socket_open()
 *
 * Blocks as zcxsk_socket_open() does, for each queue. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_port_open(struct zcxsk_port **out, const char *ifname,
					      const struct zcxsk_port_opts *opts,
					      struct zcxsk_error *error);

/*
 * The sum of zcxsk_socket_plan() over all usable queues, as they share memory.
 * -ENOMEM if one of them would be refused, with *error naming the first. Opens
 * nothing. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_port_plan(const char *ifname,
					      const struct zcxsk_port_opts *opts,
					      struct zcxsk_plan *plan, struct zcxsk_error *error);

/*
 * Stops receiving on all queues, closes the sockets, waiting up to a second for
 * each that has frames in flight, detaches the redirect and frees everything
 * that the port created. Returns the number of sent frames that were not
 * completed. NULL is accepted. No other thread may be using one of its sockets.
 */
ZCXSK_API uint32_t zcxsk_port_close(struct zcxsk_port *port);

/* Number of queues with a socket; they are numbered from 0. Does not block. */
ZCXSK_API uint32_t zcxsk_port_queues(const struct zcxsk_port *port);

/*
 * The socket of a queue, NULL if the queue has none. The port owns it: do not
 * close it. Does not block.
 */
ZCXSK_API struct zcxsk_socket *zcxsk_port_socket(const struct zcxsk_port *port, uint32_t queue);

/* The redirect of all sockets, NULL if they have none or for NULL. The port owns it. */
ZCXSK_API struct zcxsk_redirect *zcxsk_port_redirect(const struct zcxsk_port *port);

/*
 * Checks that every usable queue, and no other, has a socket. Queries the
 * driver (SIOCETHTOOL, sysfs) and changes nothing; cheap enough to call every
 * second.
 *
 *   0        yes
 *   -ESTALE  the queues were changed from outside: call zcxsk_port_refresh()
 *   -ENODEV  the interface is gone from this network namespace
 *   -EINVAL  NULL
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_port_check(const struct zcxsk_port *port);

/*
 * A descriptor for poll or epoll, for reading: readable when the interface or its
 * link has changed, when it is time to check its queues and its program, once a
 * second, and while events are pending. The first call creates it; the port owns
 * it, and it stays the same until close. For the thread of the port; the sockets
 * have descriptors of their own, see service.h. Uses epoll, timerfd, eventfd and
 * rtnetlink. Does not block.
 *
 *   -EINVAL  NULL
 *   -ENODEV  the interface is gone from this network namespace
 *   -ENOMEM  out of memory
 *   others   as the kernel returned them (-EMFILE); nothing has changed
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_port_service_fd(struct zcxsk_port *port);

/*
 * Call this when the descriptor is readable: reads what has changed and stores up
 * to max events, as zcxsk_socket_service() does: ZCXSK_EVENT_LINK_DOWN and
 * ZCXSK_EVENT_LINK_UP, ZCXSK_EVENT_DEVICE_GONE, ZCXSK_EVENT_RENAMED (later calls
 * use the new name), ZCXSK_EVENT_QUEUES_CHANGED (another program did it: call
 * zcxsk_port_refresh()), ZCXSK_EVENT_PROGRAM_REPLACED and ZCXSK_EVENT_EVENTS_LOST.
 * Changes nothing else. If there is no descriptor yet, it is created. Returns 0,
 * -EINVAL for NULL, or as zcxsk_port_service_fd(). Does not block.
 */
ZCXSK_API int zcxsk_port_service(struct zcxsk_port *port, struct zcxsk_event *events, uint32_t max,
				 uint32_t *count);

/*
 * Follows a change of the queues that another program made: opens sockets on
 * new queues, in the mode of the others, and closes those of removed queues.
 * All other sockets stay untouched and may be in use by their threads
 * meanwhile; sockets on queues at or above the new number (`ethtool -l`) must
 * not be in use. Also completes what a failed zcxsk_port_set_queues() left
 * undone. *change may be NULL; otherwise it is always filled.
 *
 * If the pool of a closed socket goes on serving others, the frames of that
 * socket return to it as described for zcxsk_socket_close(); frames_lost counts
 * those that have not when this call ends.
 *
 *   0        every queue has its socket, changed or not
 *   -EINVAL  NULL, or *change of a wrong size
 *   -ENODEV  the interface is gone from this network namespace; close the port
 *   others   as zcxsk_socket_open(); the port goes on with the sockets it has
 *
 * Blocks as zcxsk_socket_open() does.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_port_refresh(struct zcxsk_port *port,
						 struct zcxsk_port_change *change,
						 struct zcxsk_error *error);

/*
 * Sets the number of queues of the interface and opens a socket on each. This
 * works even where the driver refuses while XDP is attached or a queue is in
 * use, as virtio-net does: it stops receiving, closes the sockets like
 * zcxsk_port_close(), detaches the program, tells the driver
 * (ETHTOOL_SCHANNELS), attaches the program again, with its rules and counters,
 * and opens new sockets in the mode of the old ones. Packets that arrive
 * meanwhile go to the kernel. Memory that the port owns is created again, so no
 * thread may be using a socket, and the application may hold no frame of it.
 * The old sockets, caches and addresses are gone, whatever the result. If the
 * interface already has this number of queues, the call is
 * zcxsk_port_refresh(). *change may be NULL; otherwise it is always filled.
 *
 *   -EINVAL      NULL, *change of a wrong size, fewer than 1 or more queues than
 *                the interface can have; or the driver's own reason
 *   -EBUSY       the application holds frames, and nothing has changed; or the
 *                driver refused because of another program's socket or XDP program
 *   -EOPNOTSUPP  the driver cannot change the number
 *   -EPERM       CAP_NET_ADMIN is missing
 *   -ENODEV      the interface is gone from this network namespace
 *   others       as zcxsk_redirect_attach() and zcxsk_socket_open()
 *
 * If the driver refuses, or the program cannot be attached with that many
 * queues, the port is restored. If even that fails, the port has no sockets;
 * zcxsk_port_refresh() tries again. Blocks for as long as closing, the driver
 * and opening need; a driver that refuses is asked again until busy_timeout_ns.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_port_set_queues(struct zcxsk_port *port, uint32_t queues,
						    struct zcxsk_port_change *change,
						    struct zcxsk_error *error);

/*
 * The sum of the counters of all its sockets, including those closed by a
 * change of the queues; tx_silence_max_ns is the largest. For a port that owns
 * its memory, frames = the sum of the ten places. -EINVAL for NULL or a wrong
 * size, else as zcxsk_socket_read_stats(), also for what the values mean while
 * sockets work. Any thread, also while the port changes its queues, but not
 * while the port is being closed. Waits only for other readers, and for
 * the kernel's network lock to read device_rx_missed.
 */
ZCXSK_API int zcxsk_port_read_stats(struct zcxsk_port *port, struct zcxsk_stats *stats);

ZCXSK_END_DECLS

#endif
