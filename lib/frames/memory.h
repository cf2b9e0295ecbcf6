/* SPDX-License-Identifier: BSD-2-Clause */
/* memory.h - the private structs of packet memory: UMEM, pool and cache. */
#ifndef ZCXSK_LIB_FRAMES_MEMORY_H
#define ZCXSK_LIB_FRAMES_MEMORY_H

#include <pthread.h>
#include <stdbool.h>
#include <zcxsk/fast.h>
#include <zcxsk/pool.h>
#include <zcxsk/umem.h>

#include "base/fork.h"

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
	 * Sockets bound to this memory. The next one can join any of them
	 * (XDP_SHARED_UMEM). The lock is held during a bind and a close, so that
	 * the joined socket cannot be closed meanwhile.
	 */
	pthread_mutex_t lock;
	struct zcxsk_socket *sockets;
	uint32_t numbers; /* counts the numbers assigned to sockets */
	struct fork_node fork;
};

struct zcxsk_pool {
	struct zcxsk_umem *umem;
	pthread_mutex_t lock;
	uint64_t *frames; /* stack of frame addresses */
	uint64_t count;
	uint64_t needed;	   /* frames that its sockets keep posted */
	struct zcxsk_cache *first; /* list of the caches that use the pool */
	uint32_t caches;	   /* their number */
	uint32_t handoffs;	   /* that use the pool */
	struct starving *starving; /* list of sockets, see starving.h */
	struct left_behind *left;  /* see left_behind.h */
	struct probed *probed;	   /* see probed.h */
	uint64_t lost;		   /* left behind without a record, for lack of memory */
	uint32_t *ledger;	   /* ledger.h; NULL = moves are not checked */
	uint64_t violations;	   /* number of failed moves */
	char violation[256];	   /* describes the first */
	struct fork_node fork;
};

/* A socket in the list of its cache. */
struct cache_user {
	struct zcxsk_socket *socket;
	struct cache_user *next;
};

struct zcxsk_cache {
	struct zcxsk_stack stack;
	uint64_t frame_mask; /* clears the offset inside a frame */
	struct zcxsk_pool *pool;
	uint32_t limit; /* frames that it may keep, see share() in pool.c; atomic */
	/* The sockets that use the cache, until they are closed; the newest first. */
	struct cache_user *users;
	/* Frames from zcxsk_cache_alloc() less those to zcxsk_cache_free(), and who counts them. */
	int64_t held;
	const struct zcxsk_socket *counted_by;
	struct zcxsk_cache *next; /* list link of pool->first */
	struct fork_node fork;
};

#endif
