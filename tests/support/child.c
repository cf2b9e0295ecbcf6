/* SPDX-License-Identifier: BSD-2-Clause */
/* child.c - starts, awaits and ends child processes. */
#include "child.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static int ready = -1;

static pid_t begin(void (*run)(void *argument), void *argument, int *pipes)
{
	pid_t child = fork();

	CHECK("fork", child >= 0);
	if (child)
		return child;
	/* A failed test must leave no process behind. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (pipes) {
		close(pipes[0]);
		ready = pipes[1];
	}
	run(argument);
	exit(0);
}

pid_t child_start(void (*run)(void *argument), void *argument)
{
	int pipes[2];
	pid_t child;
	char byte;

	CHECK_EQ("pipe", pipe(pipes), 0);
	child = begin(run, argument, pipes);
	close(pipes[1]);
	CHECK_EQ("the child is ready", read(pipes[0], &byte, 1), 1);
	close(pipes[0]);
	return child;
}

void child_ready(void)
{
	CHECK_EQ("ready", write(ready, "", 1), 1);
}

int child_ready_fd(void)
{
	return ready;
}

void child_kill(pid_t child)
{
	CHECK_EQ("kill", kill(child, SIGKILL), 0);
	CHECK_EQ("wait", waitpid(child, NULL, 0), child);
}

void child_join(const char *behaviour, pid_t child)
{
	int status = 0;

	CHECK_EQ("wait", waitpid(child, &status, 0), child);
	CHECK_EQ(behaviour, status, 0);
}

void child_run(const char *behaviour, void (*run)(void *argument), void *argument)
{
	child_join(behaviour, begin(run, argument, NULL));
}
