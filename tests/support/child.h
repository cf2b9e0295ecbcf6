/* SPDX-License-Identifier: BSD-2-Clause */
/* child.h - child processes, which end with their test. */
#ifndef ZCXSK_TESTS_CHILD_H
#define ZCXSK_TESTS_CHILD_H

#include <sys/types.h>

/*
 * Starts a child that runs the function. Returns when the child has called child_ready(),
 * or fails the test if it ends before that.
 */
pid_t child_start(void (*run)(void *argument), void *argument);
void child_ready(void);
/* The descriptor that child_ready() writes to, for a child that executes another program. */
int child_ready_fd(void);

/* Kills the child and waits for its end. */
void child_kill(pid_t child);
/* Waits for the child, which must exit with status 0. */
void child_join(const char *behaviour, pid_t child);
/* Runs the function in a child and waits for it. */
void child_run(const char *behaviour, void (*run)(void *argument), void *argument);

#endif
