/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handoff.h - a handoff: a chain of rings, an eventcount for each end to wait on,
 * and a lock for several pushing threads. handoff.c creates it, handoff_push.c and
 * handoff_pop.c are its ends.
 */
#ifndef ZCXSK_LIB_FRAMES_HANDOFF_H
#define ZCXSK_LIB_FRAMES_HANDOFF_H

#include <pthread.h>
#include <stdbool.h>
#include <zcxsk/handoff.h>

#include "frames/eventcount.h"
#include "frames/ring_chain.h"
#include "frames/turn.h"
#include "frames/memory.h"

/*
 * How long a wait spins before it sleeps: about the cost of a sleep and a wake-up.
 * If it is shorter, threads of equal speed put each other to sleep; if longer, a
 * thread wastes time while the other has no processor to run on.
 */
#define HANDOFF_SPIN_NS 5000u

struct zcxsk_handoff {
	struct chain chain;
	struct zcxsk_pool *pool;
	/* Written by both ends, but only if one sleeps. */
	struct eventcount packets; /* the popping thread waits on it */
	struct eventcount room;	   /* a pushing thread waits on it */
	bool push_uses_fd, pop_uses_fd;
	struct fork_node fork; /* read only, except in a child */
	/* For the locked calls. */
	_Alignas(CHAIN_APART) pthread_mutex_t lock;
	struct turn turn; /* of the one pushing thread that waits for room */
};

#endif
