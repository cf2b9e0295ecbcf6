/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handoff.h - a handoff: a chain of rings, a bell for each end to sleep by, and
 * a lock for several pushing threads. handoff.c makes it; the two ends have a
 * file each.
 */
#ifndef ZCXSK_LIB_FRAMES_HANDOFF_H
#define ZCXSK_LIB_FRAMES_HANDOFF_H

#include <pthread.h>
#include <stdbool.h>
#include <zcxsk/handoff.h>

#include "frames/eventcount.h"
#include "frames/ring_chain.h"
#include "frames/memory.h"

/*
 * How long a wait looks again before it sleeps: about what a sleep and a wake-up
 * cost. With less, threads of equal speed put each other to sleep; more is lost
 * where the other thread has no processor to run on.
 */
#define HANDOFF_SPIN_NS 5000u

struct zcxsk_handoff {
	struct chain chain;
	struct zcxsk_pool *pool;
	/* Written by both sides, but only when one sleeps. */
	struct eventcount packets; /* the popping thread sleeps by */
	struct eventcount room;	   /* a pushing thread sleeps by */
	bool push_uses_fd, pop_uses_fd;
	/* Of the locked calls. */
	_Alignas(CHAIN_APART) pthread_mutex_t lock;
	pthread_cond_t turn; /* the one that waits for room is through */
	bool waiting;	     /* there is one */
};

#endif
