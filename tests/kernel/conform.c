/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conform.c - conform [NAME]: runs each behaviour, or one, in each mode in a process of its own,
 * and prints a line "behaviour MODE NAME RESULT": pass, fail, "unsupported ERRNO", "no" if it is
 * not of this mode, or "lacking WHAT". Fails if one fails.
 */
#include "conform.h"

#include <errno.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define UNSUPPORTED 79 /* exit status of a behaviour */

/* Shared with the process of the behaviour by a pipe. */
static int reason_fd;

_Noreturn void conform_unsupported(const char *what, int code)
{
	const char *name = zcxsk_errno_name(code);

	printf("%s: %s\n", what, name);
	CHECK("the reason is told", write(reason_fd, name, strlen(name)) > 0);
	exit(UNSUPPORTED);
}

struct zcxsk_socket *conform_open(const char *ifname, const struct zcxsk_socket_opts *opts)
{
	struct zcxsk_error error = {0};
	struct zcxsk_socket *s;
	int ret = zcxsk_socket_open(&s, ifname, 0, opts, &error);
	bool small = opts->umem_opts && opts->umem_opts->frame_size == 2048;

	/* Any other refusal is a failure of the behaviour. */
	if (ret == -EMSGSIZE && small)
		conform_unsupported(error.cause, ret);
	if (ret)
		fprintf(stderr, "%s\n", error.cause);
	CHECK_EQ("it opens", ret, 0);
	return s;
}

bool conform_poll(struct zcxsk_socket *s, short event, int timeout_ms)
{
	struct pollfd p = {.fd = zcxsk_socket_fd(s), .events = event};

	return poll(&p, 1, timeout_ms) == 1 && p.revents & event;
}

static int in_process(const struct behaviour *b, enum zcxsk_mode mode, char *reason, size_t size)
{
	int pipes[2], status;
	ssize_t length;
	pid_t child;

	fflush(stdout);
	CHECK("pipe", !pipe(pipes));
	child = fork();
	CHECK("fork", child >= 0);
	if (!child) {
		reason_fd = pipes[1];
		b->run(mode);
		exit(0);
	}
	close(pipes[1]);
	length = read(pipes[0], reason, size - 1);
	reason[length > 0 ? length : 0] = '\0';
	close(pipes[0]);
	CHECK("wait", waitpid(child, &status, 0) == child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static bool run_one(const struct behaviour *b, enum zcxsk_mode mode)
{
	const char *name = zcxsk_mode_name(mode);
	char reason[32];
	int status;

	if (b->lacks) {
		printf("behaviour %s %s lacking %s\n", name, b->name, b->lacks);
		return true;
	}
	if (b->modes && !(b->modes & mode)) {
		printf("behaviour %s %s no\n", name, b->name);
		return true;
	}
	status = in_process(b, mode, reason, sizeof(reason));
	if (status == UNSUPPORTED)
		printf("behaviour %s %s unsupported %s\n", name, b->name, reason);
	else
		printf("behaviour %s %s %s\n", name, b->name, status ? "fail" : "pass");
	return !status || status == UNSUPPORTED;
}

static const char *only; /* NULL = all */
static unsigned run, failed;

static void run_list(const struct behaviour *list, enum zcxsk_mode mode)
{
	for (; list->name; list++)
		if (!only || !strcmp(only, list->name)) {
			run++;
			failed += !run_one(list, mode);
		}
}

static void run_all(enum zcxsk_mode mode)
{
	run_list(conform_traffic, mode);
	run_list(conform_rings, mode);
	run_list(conform_programs, mode);
}

int main(int argc, char **argv)
{
	only = argc > 1 ? argv[1] : NULL;
	rig_setup(1);
	rig_each_mode(run_all);
	CHECK("there is such a behaviour", run);
	CHECK_EQ("behaviours that failed", failed, 0);
	return 0;
}
