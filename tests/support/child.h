/* SPDX-License-Identifier: BSD-2-Clause */
/* child.h - processes of a test, which end with it. */
#ifndef ZCXSK_TESTS_CHILD_H
#define ZCXSK_TESTS_CHILD_H

#include <sys/types.h>

/*
 * Starts a child that runs the function. Returns when it has called
 * child_ready(), or fails the test when it ends without.
 */
pid_t child_start(void (*run)(void *argument), void *argument);
void child_ready(void);
/* The descriptor behind child_ready(), for a child that becomes another program. */
int child_ready_fd(void);

/* Kills it and waits for its end. */
void child_kill(pid_t child);
/* Waits for its end, which must be with status 0. */
void child_join(const char *behaviour, pid_t child);
/* Runs the function in a child from start to end. */
void child_run(const char *behaviour, void (*run)(void *argument), void *argument);

#endif
