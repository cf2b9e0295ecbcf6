/* SPDX-License-Identifier: BSD-2-Clause */
/* memory.h - the private structs of packet memory: UMEM, pool and cache. */
#ifndef ZCXSK_LIB_FRAMES_MEMORY_H
#define ZCXSK_LIB_FRAMES_MEMORY_H

#include <pthread.h>
#include <stdbool.h>
#include <zcxsk/fast.h>
#include <zcxsk/pool.h>
#include <zcxsk/umem.h>

struct zcxsk_socket;

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
	uint32_t numbers; /* given to sockets so far */
};

struct zcxsk_pool {
	struct zcxsk_umem *umem;
	pthread_mutex_t lock;
	uint64_t *frames; /* stack of frame addresses */
	uint64_t count;
	uint32_t caches;     /* open ones */
	uint32_t handoffs;   /* likewise */
	uint16_t *ledger;    /* ledger.h; NULL unless checked */
	uint64_t violations; /* wrong moves seen */
	char violation[160]; /* the first of them in words */
};

struct zcxsk_cache {
	struct zcxsk_stack stack;
	uint64_t frame_mask; /* clears the offset inside a frame */
	struct zcxsk_pool *pool;
	uint32_t sockets; /* that use it */
};

#endif
