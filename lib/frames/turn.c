/* SPDX-License-Identifier: BSD-2-Clause */
/* turn.c - hands a turn from thread to thread by an eventfd. */
#include "frames/turn.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"

int turn_open(struct turn *t)
{
	t->fd = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
	return t->fd < 0 ? -errno : 0;
}

void turn_close(struct turn *t)
{
	fd_close(&t->fd);
}

/* Of several threads that try, one succeeds. */
static bool try_take(struct turn *t)
{
	uint64_t one;

	return read(t->fd, &one, sizeof(one)) == sizeof(one);
}

int turn_take(struct turn *t, uint64_t deadline_ns)
{
	struct pollfd p = {.fd = t->fd, .events = POLLIN};

	while (!try_take(t)) {
		uint64_t now = clock_now();
		struct timespec left;

		if (now >= deadline_ns)
			return -ETIMEDOUT;
		left = clock_timespec(deadline_ns - now);
		if (ppoll(&p, 1, &left, NULL) < 0)
			return -errno;
	}
	return 0;
}

void turn_end(struct turn *t)
{
	static const uint64_t one = 1;
	ssize_t n = write(t->fd, &one, sizeof(one));

	(void)n; /* cannot overflow: it holds 0 while a thread has the turn */
}
