/* SPDX-License-Identifier: BSD-2-Clause */
/* port.h - the private struct of a port, and the functions that its files share. */
#ifndef ZCXSK_LIB_SOCKET_PORT_H
#define ZCXSK_LIB_SOCKET_PORT_H

#include <pthread.h>
#include <zcxsk/port.h>

#include "base/fork.h"
#include "datapath/events.h"
#include "nic/linkwatch.h"
#include "nic/missed.h"
#include "nic/nic.h"

/* A UMEM with its pool that the port created for one or more of its queues. */
struct port_memory {
	struct port_memory *next;
	int64_t share; /* queues with the same number share it */
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
};

struct port_queue {
	struct zcxsk_socket *socket;
	struct zcxsk_cache *cache; /* created by the port; NULL = the caller's is used */
};

/* The service descriptor; see port_service.c. */
struct port_service {
	int fd; /* an epoll descriptor; -1 = not created */
	struct linkwatch link;
	struct events events;
	struct device_watch *device;
};

struct zcxsk_port {
	/* Options. Structs that they point to are copied, or not needed again. */
	struct zcxsk_port_opts opts;
	struct zcxsk_socket_opts socket_opts;
	struct zcxsk_umem_opts umem_opts;
	struct zcxsk_pool_opts pool_opts;
	struct zcxsk_cache **caches;
	int32_t *nodes;

	struct nic nic; /* the queues: without those added for XDP, as of the last change */
	struct zcxsk_redirect *redirect;
	enum zcxsk_mode mode; /* of all sockets */
	uint64_t busy_timeout_ns;
	uint32_t xdp_rx; /* queues that the driver added for XDP */
	uint32_t xdp_tx;
	bool program_detached; /* the program is off the interface for a change */
	uint32_t queues;       /* with a socket */
	uint32_t most;	       /* entries of queue[]: as many queues as the interface can have */
	/*
	 * Held by readers of the statistics in other threads, and where these change: `queues`
	 * and the sockets, `history` and `memories`. Never while a queue is
	 * opened or closed.
	 */
	pthread_mutex_t lock;
	struct port_memory *memories;
	struct zcxsk_stats history; /* of closed sockets */
	struct missed missed;
	struct port_service service;
	struct fork_node fork;
	struct port_queue queue[];
};

/* ---- port.c ---- */

/* A port without queues: checks and copies the options, and reads the interface. */
int port_prepare(struct zcxsk_port **out, const char *ifname, const struct zcxsk_port_opts *opts,
		 struct zcxsk_error *error);
void port_free(struct zcxsk_port *port);

/*
 * Opens sockets on the first queue without one up to queue n - 1. 0 or -errno;
 * port->queues counts the open ones, also after an error.
 */
int port_open_queues(struct zcxsk_port *port, uint32_t n, uint32_t modes,
		     struct zcxsk_error *error);

/*
 * Closes the sockets of queue n and above, and adds to rx_lost, tx_lost, frames_lost
 * and closed of *change.
 */
void port_close_queues(struct zcxsk_port *port, uint32_t n, struct zcxsk_port_change *change);

/* Counts the queues that the driver added for XDP, while the program is attached. */
void port_count_xdp_queues(struct zcxsk_port *port);

/* ---- port_memory.c ---- */

/* Gets the cache of a queue, creating it unless it is the caller's, for n queues in all. */
int port_get_cache(struct zcxsk_port *port, uint32_t queue, uint32_t n, struct zcxsk_cache **cache,
		   struct zcxsk_error *error);
/* Destroys the cache of a queue without a socket, and memory that no other queue uses. */
void port_drop_cache(struct zcxsk_port *port, uint32_t queue);
/* Queues with the same number share memory that the port creates. */
int64_t port_share(const struct zcxsk_port *port, uint32_t queue);
/* Whether two queues take their frames from one pool. */
bool port_share_frames(const struct zcxsk_port *port, uint32_t a, uint32_t b);
/* How many of the queues from first to n - 1 take their frames from the pool of queue a. */
uint32_t port_sharers(const struct zcxsk_port *port, uint32_t a, uint32_t first, uint32_t n);
/* Frames that the port creates for each queue. */
uint64_t port_frames_each(const struct zcxsk_port *port);
/* The port's memory for a queue; NULL = the caller's, or there is none yet. */
struct port_memory *port_find_memory(const struct zcxsk_port *port, uint32_t queue);
/* The pool of a queue; NULL if its memory is gone. */
struct zcxsk_pool *port_find_pool(const struct zcxsk_port *port, uint32_t queue);
/* The number of frames of the port's memory that the application holds. */
uint64_t port_frames_held(const struct zcxsk_port *port);

static inline bool port_owns_memory(const struct zcxsk_port *port)
{
	return !port->opts.pool && !port->caches;
}

/* ---- port_queues.c ---- */

/*
 * Counts the queues that should have a socket now. 0, or -ENODEV if the interface is gone.
 */
int port_count_queues(const struct zcxsk_port *port, uint32_t *queues);

/* ---- port_service.c ---- */

/* No descriptor is open; then all are closed; in a child of the process they are closed only. */
void port_service_init(struct port_service *service);
void port_service_close(struct port_service *service);
void port_service_forget(struct port_service *service);

/* ---- port_stats.c ---- */

/*
 * Add a queue's socket to the port, or take out that of the last queue, whose counters go to the
 * port's history.
 */
void port_add_socket(struct zcxsk_port *port, struct zcxsk_socket *socket);
struct zcxsk_socket *port_take_socket(struct zcxsk_port *port);

#endif
