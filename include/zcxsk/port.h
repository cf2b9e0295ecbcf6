/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * port.h - an interface with all its queues: one redirect, a socket on every
 * queue, and packet memory for them. The port opens, follows and closes them;
 * the application gives each socket to the thread it likes.
 *
 * Queues are counted before the program is attached: some drivers, virtio-net
 * among them, add queues of their own for XDP on which a socket never sends.
 * The device may still put packets there. They go on to the kernel, and those
 * that a rule asked for are counted as matched_no_socket.
 *
 * A port is used by one thread at a time. Its sockets belong to whichever
 * threads the application says, from zcxsk_port_open() until a call of the port
 * closes them; each call says which it closes.
 */
#ifndef ZCXSK_PORT_H
#define ZCXSK_PORT_H

#include <zcxsk/base.h>
#include <zcxsk/error.h>
#include <zcxsk/pool.h>
#include <zcxsk/redirect.h>
#include <zcxsk/socket.h>
#include <zcxsk/stats.h>

struct zcxsk_port;

/* Which queues share a UMEM and a pool. Frames can go out of any socket on it. */
enum zcxsk_port_memory {
	ZCXSK_PORT_MEMORY_SHARED = 0,	 /* all of them */
	ZCXSK_PORT_MEMORY_PER_NODE = 1,	 /* those of the same NUMA node */
	ZCXSK_PORT_MEMORY_PER_QUEUE = 2, /* each has its own */
};

/* Zero in any field means the default, which stands behind it. */
struct zcxsk_port_opts {
	size_t size;	   /* sizeof(struct zcxsk_port_opts) */
	uint32_t memory;   /* enum zcxsk_port_memory; shared */
	uint32_t reserved; /* zero */
	/*
	 * Options of every socket. Its cache and redirect must be NULL;
	 * redirect_opts are those of the one redirect, and `frames` of
	 * umem_opts is a number for each queue (8192). Read by
	 * zcxsk_port_open() only, with everything that it points to.
	 */
	const struct zcxsk_socket_opts *socket_opts;
	/*
	 * Frames of the caller's instead: a pool, of which the port makes a
	 * cache for each queue, or caches, of which queue q uses number
	 * q % cache_count. A thread with several queues gives one cache for
	 * them; ports with the same pool can send each other's packets.
	 */
	struct zcxsk_pool *pool;
	struct zcxsk_cache *const *caches;
	/*
	 * Where the thread of each queue runs: queue q on NUMA node
	 * nodes[q % node_count], -1 = anywhere. Its memory is taken from
	 * there while there is some. The interface's own node, for PER_NODE.
	 */
	const int32_t *nodes;
	uint32_t cache_count;
	uint32_t node_count;
};

/* What a change of the queues did. */
struct zcxsk_port_change {
	size_t size;	 /* sizeof(struct zcxsk_port_change) */
	uint32_t before; /* queues with a socket */
	uint32_t queues; /* the same, now: 0 to queues - 1 */
	uint32_t opened; /* sockets */
	uint32_t closed;
	uint64_t rx_lost;     /* packets in an RX ring that the program had not taken */
	uint64_t tx_lost;     /* packets not known to have left after a second */
	uint64_t frames_lost; /* frames that did not come back into their pool */
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
 * mode: the best allowed one that every queue takes. Why a better one was
 * refused is told by zcxsk_socket_refusal() of the first queue's socket.
 *
 *   -EINVAL  NULL object, bad option, both a pool and caches, NUMA node that
 *            does not exist
 *   others   as zcxsk_socket_open()
 *
 * Blocks as zcxsk_socket_open() does, for each queue. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_port_open(struct zcxsk_port **out, const char *ifname,
					      const struct zcxsk_port_opts *opts,
					      struct zcxsk_error *error);

/*
 * Stops intake on all queues, closes the sockets, waiting up to a second for
 * each that has frames on their way out, detaches the redirect and frees what
 * the port made. Returns the number of sent frames that had not come back. NULL
 * is accepted. No other thread may be using a socket of it.
 */
ZCXSK_API uint32_t zcxsk_port_close(struct zcxsk_port *port);

/* Queues with a socket: 0 to this number - 1. Does not block. */
ZCXSK_API uint32_t zcxsk_port_queues(const struct zcxsk_port *port);

/*
 * The socket of a queue, NULL for a queue without. It stays the port's: not to
 * be closed. Does not block.
 */
ZCXSK_API struct zcxsk_socket *zcxsk_port_socket(const struct zcxsk_port *port, uint32_t queue);

/* The redirect of all of them, NULL for NULL. It stays the port's. */
ZCXSK_API struct zcxsk_redirect *zcxsk_port_redirect(const struct zcxsk_port *port);

/*
 * Whether every usable queue has a socket, and no other. Asks the driver
 * (SIOCETHTOOL, sysfs), changes nothing; cheap enough for every second.
 *
 *   0        it is so
 *   -ESTALE  somebody changed the queues: zcxsk_port_refresh()
 *   -ENODEV  the interface is gone, or another one has its name
 *   -EINVAL  NULL
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_port_check(const struct zcxsk_port *port);

/*
 * Follows a change of the queues that somebody else made: opens sockets on
 * queues that are new, in the mode of the others, and closes those of queues
 * that are gone. The others are not touched and may be in use by their threads
 * meanwhile; those at or above the new number, `ethtool -l`, must not be. It
 * also completes what a failed zcxsk_port_set_queues() left undone. *change
 * may be NULL; it is filled in any case.
 *
 * Frames that the kernel has of a closed socket whose pool goes on serving
 * others do not come back before the port is closed, see zcxsk_socket_close().
 *
 *   0        every queue has its socket, changed or not
 *   -EINVAL  NULL, or *change of a wrong size
 *   -ENODEV  the interface is gone, or another one has its name; close the port
 *   others   as zcxsk_socket_open(); the port goes on with the sockets it has
 *
 * Blocks as zcxsk_socket_open() does.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_port_refresh(struct zcxsk_port *port,
						 struct zcxsk_port_change *change,
						 struct zcxsk_error *error);

/*
 * Gives the interface so many queues and a socket on each. Works where the
 * driver refuses while XDP is attached or a queue is in use, as virtio-net
 * does: stops intake, closes the sockets as zcxsk_port_close() does, takes the
 * program off, tells the driver (ETHTOOL_SCHANNELS), puts the program back, with
 * its rules and counters, and opens new sockets in the mode of the old ones.
 * Packets that come meanwhile go to the kernel. Memory of the port's own is
 * made anew; so no thread may be using a socket, nor the application hold a
 * frame of it. Sockets, caches and addresses of before are gone, whatever the
 * result. A number that the interface has already is not set again; then it is
 * zcxsk_port_refresh(). *change may be NULL; it is filled in any case.
 *
 *   -EINVAL      NULL, *change of a wrong size, fewer than 1 or more queues
 *                than the interface can have; or the driver's own reason
 *   -EBUSY       the application holds frames; nothing has changed. Or the
 *                driver, because of a socket or program of somebody else
 *   -EOPNOTSUPP  the driver cannot change the number
 *   -EPERM       CAP_NET_ADMIN is missing
 *   -ENODEV      the interface is gone, or another one has its name
 *   others       as zcxsk_redirect_attach() and zcxsk_socket_open()
 *
 * When the driver refuses, or the program does not go onto that many queues,
 * the port is put back as it was. When even that fails it is without sockets;
 * zcxsk_port_refresh() tries again. Blocks as long as closing, the driver and
 * opening need; a refusal is taken for an answer after busy_timeout_ns.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_port_set_queues(struct zcxsk_port *port, uint32_t queues,
						    struct zcxsk_port_change *change,
						    struct zcxsk_error *error);

/*
 * The sum of the counters of all its sockets, with those closed by a change of
 * the queues; tx_silence_max_ns is the largest. For a port with memory of its
 * own, frames = the sum of the nine places. -EINVAL for NULL or a wrong size,
 * else as zcxsk_socket_read_stats(). Does not block. No other thread may be in
 * a call on one of its sockets.
 */
ZCXSK_API int zcxsk_port_read_stats(const struct zcxsk_port *port, struct zcxsk_stats *stats);

ZCXSK_END_DECLS

#endif
