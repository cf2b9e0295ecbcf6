/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * turn.h - one thread at a time has the turn; the others sleep until it is theirs, their
 * deadline, or a signal. A condition variable cannot be interrupted by a signal.
 */
#ifndef ZCXSK_LIB_FRAMES_TURN_H
#define ZCXSK_LIB_FRAMES_TURN_H

#include <stdint.h>

struct turn {
	int fd; /* an eventfd that holds 1 while no thread has the turn */
};

/* 0 or -errno. */
int turn_open(struct turn *t);
void turn_close(struct turn *t);

/* Waits for the turn. 0, -ETIMEDOUT or -EINTR. Any thread. */
int turn_take(struct turn *t, uint64_t deadline_ns);

/* Passes the turn on. Only the thread that has it. */
void turn_end(struct turn *t);

#endif
