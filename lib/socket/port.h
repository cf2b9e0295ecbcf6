/* SPDX-License-Identifier: BSD-2-Clause */
/* port.h - the private struct of a port, and what its files share. */
#ifndef ZCXSK_LIB_SOCKET_PORT_H
#define ZCXSK_LIB_SOCKET_PORT_H

#include <zcxsk/port.h>

#include "nic/nic.h"

/* A UMEM with its pool that the port made, for one or more of its queues. */
struct port_memory {
	struct port_memory *next;
	int64_t share; /* queues with the same number share it */
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	uint64_t lost; /* frames that the kernel has of closed sockets, for all that is known */
};

struct port_queue {
	struct zcxsk_socket *socket;
	struct zcxsk_cache *cache; /* that the port made; NULL = the caller's is used */
	uint32_t left;		   /* frames that the kernel had when the socket was closed */
};

struct zcxsk_port {
	/* Options; what they point to is copied, or not needed again. */
	struct zcxsk_port_opts opts;
	struct zcxsk_socket_opts socket_opts;
	struct zcxsk_umem_opts umem_opts;
	struct zcxsk_pool_opts pool_opts;
	struct zcxsk_cache **caches;
	int32_t *nodes;

	struct nic nic; /* with the queues before attaching, as of the last change */
	struct zcxsk_redirect *redirect;
	enum zcxsk_mode mode; /* of all sockets */
	uint64_t busy_timeout_ns;
	uint32_t xdp_rx; /* queues that the driver added when XDP was attached */
	uint32_t xdp_tx;
	bool lifted;	 /* the program is off the interface for a change */
	uint32_t queues; /* with a socket */
	uint32_t most;	 /* places in queue[]: as many as the interface can have */
	struct port_memory *memories;
	struct zcxsk_stats history; /* of sockets closed so far */
	struct port_queue queue[];
};

/* ---- port.c ---- */

/*
 * Opens sockets from the first queue without one up to n - 1. 0 or -errno; then
 * port->queues says how far it got.
 */
int port_cover(struct zcxsk_port *port, uint32_t n, uint32_t modes, struct zcxsk_error *error);

/*
 * Closes the sockets of queue n and above, and counts in *change what is lost:
 * rx_lost, tx_lost, frames_lost, closed.
 */
void port_uncover(struct zcxsk_port *port, uint32_t n, struct zcxsk_port_change *change);

/* Notes how many queues the driver added for XDP. The program is attached. */
void port_count_xdp_queues(struct zcxsk_port *port);

/* ---- port_memory.c ---- */

/* The cache of a queue, made now if it is the port's; n queues will be there. */
int port_get_cache(struct zcxsk_port *port, uint32_t queue, uint32_t n, struct zcxsk_cache **cache,
		   struct zcxsk_error *error);
/* Destroys the cache of a queue without a socket, and memory that no other queue uses. */
void port_drop_cache(struct zcxsk_port *port, uint32_t queue);
/* Memory of the port's own for a queue; NULL = the caller's, or there is none. */
struct port_memory *port_find_memory(const struct zcxsk_port *port, uint32_t queue);
/* Frames of the port's own memory that the application holds. */
uint64_t port_frames_held(const struct zcxsk_port *port);

static inline bool port_owns_memory(const struct zcxsk_port *port)
{
	return !port->opts.pool && !port->caches;
}

/* ---- port_stats.c ---- */

/* Adds what a socket counted to the port's history; it is closed next. */
void port_keep_history(struct zcxsk_port *port, struct zcxsk_socket *socket);

#endif
