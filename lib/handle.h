/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handle.h - the private structs that more than one file looks into.
 */
#ifndef ZCXSK_LIB_HANDLE_H
#define ZCXSK_LIB_HANDLE_H

#include <pthread.h>
#include <stdbool.h>
#include <zcxsk/socket.h>
#include <zcxsk/stats.h>

#include "nic.h"
#include "ringmap.h"

struct zcxsk_umem {
	unsigned char *base;
	uint64_t size; /* bytes */
	uint64_t frames;
	uint32_t frame_size; /* bytes, a power of two */
	uint32_t headroom;
	enum zcxsk_pages pages;
	bool has_pool;
	/*
	 * Sockets bound on this memory; any of them lets the next one join
	 * (XDP_SHARED_UMEM). The lock is held over a bind and a close, so that
	 * the socket joined to cannot go away meanwhile.
	 */
	pthread_mutex_t lock;
	struct zcxsk_socket *sockets;
};

struct zcxsk_pool {
	struct zcxsk_umem *umem;
	pthread_mutex_t lock;
	uint64_t *frames; /* stack of frame addresses */
	uint64_t count;
	uint32_t caches;   /* open ones */
	uint8_t *ledger;   /* ledger.h; NULL unless checked */
	uint64_t culprits; /* wrong moves seen */
	char culprit[160]; /* the first of them in words */
};

struct zcxsk_cache {
	uint32_t count;
	uint32_t capacity;
	uint64_t frame_mask; /* clears the offset inside a frame */
	uint64_t umem_size;
	uint64_t *frames; /* stack */
	struct zcxsk_pool *pool;
	uint32_t sockets; /* that use it */
};

struct zcxsk_socket {
	/* What each burst touches, in the order of use. */
	struct zcxsk_ring_cons rx;
	struct zcxsk_ring_prod fill;
	struct zcxsk_ring_prod tx;
	struct zcxsk_ring_cons comp;
	struct zcxsk_cache *cache;
	uint64_t umem_size;
	uint32_t frame_size;
	uint32_t fill_owed;    /* frames received and not yet put back into fill */
	uint64_t tx_submitted; /* frames ever published on TX */
	uint32_t tx_limit;     /* most frames that may be out at once */
	int status;	       /* zcxsk_socket_status() */
	int fd;
	bool has_rx;
	bool has_tx;
	bool dead;
	enum zcxsk_mode mode;
	struct zcxsk_stats count; /* only the "all since" fields are kept here */
	int64_t in_application;

	/* Set-up and tear-down. */
	struct zcxsk_socket_opts opts;
	struct zcxsk_socket *next; /* in umem->sockets */
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_redirect *redirect;
	bool owns_memory;
	bool owns_redirect;
	bool in_map; /* the XSKMAP has this socket */
	struct ring_mapping rx_mapping;
	struct ring_mapping fill_mapping;
	struct ring_mapping tx_mapping;
	struct ring_mapping comp_mapping;
	uint32_t fill_target; /* frames kept posted for receiving */
	uint32_t queue;
	struct nic nic; /* before attaching */
	struct zcxsk_socket_info info;
	struct zcxsk_error refusals[3]; /* by ladder step */
};

/* Frames handed to the kernel for sending and not yet reaped. */
static inline uint32_t socket_tx_out(const struct zcxsk_socket *s)
{
	return (uint32_t)(s->tx_submitted - s->count.tx_completed);
}

#endif
