/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak_thread.h - the worker's threads, one for each queue: each receives, holds, hands on,
 * reflects, sends and releases packets at random, and counts the frames that it has.
 */
#ifndef ZCXSK_TESTS_SOAK_THREAD_H
#define ZCXSK_TESTS_SOAK_THREAD_H

#include <pthread.h>
#include <zcxsk/zcxsk.h>

#include "prng.h"
#include "soak_shared.h"

#define SOAK_HELD 4096u /* most frames that a thread can hold */
#define SOAK_KEEP 64u	/* packets that a thread holds normally */
#define SOAK_BURST 64u

struct soak_thread {
	struct soak_shared *sh;
	struct prng prng;
	uint32_t queue;
	struct zcxsk_socket *socket; /* NULL: nothing to do */
	/* Packets to the next thread, and from the one before. */
	struct zcxsk_handoff *out, *in;
	struct zcxsk_packet held[SOAK_HELD];
	uint32_t held_count;
	uint32_t keep;	  /* packets that it may hold */
	uint32_t leaks;	  /* planted, from the next frames that it releases */
	atomic_bool gone; /* -ENXIO was reported */

	/* The thread stops between two steps while `stop` is set. */
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool stop, stopped, quit;
	pthread_t thread;
};

void soak_thread_start(struct soak_thread *t, struct soak_shared *sh, uint32_t queue);
void soak_thread_end(struct soak_thread *t);

/* Stops a thread between two steps; everything of it may then be used and changed. */
void soak_thread_stop(struct soak_thread *t);
void soak_thread_go(struct soak_thread *t);

/* Of a stopped thread: releases frames that it holds until `left` are left. */
void soak_thread_let_go(struct soak_thread *t, uint32_t left);
/* Of stopped threads: releases everything that is in the handoff to this one. */
void soak_thread_empty(struct soak_thread *t);

#endif
