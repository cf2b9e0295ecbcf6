/* SPDX-License-Identifier: BSD-2-Clause */
/* eventcount.c - the eventfd, the word beside it, and the fences between them. */
#include "frames/eventcount.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"

int eventcount_open(struct eventcount *b)
{
	b->armed = 0;
	b->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return b->fd < 0 ? -errno : 0;
}

void eventcount_close(struct eventcount *b)
{
	if (b->fd >= 0)
		close(b->fd);
	b->fd = -1;
}

void eventcount_arm(struct eventcount *b)
{
	uint64_t times;
	ssize_t n = read(b->fd, &times, sizeof(times));

	(void)n; /* nothing there: it has not rung */
	__atomic_store_n(&b->armed, 1, __ATOMIC_RELAXED);
	/* BELL-W: pairs with the fence in eventcount_ring. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void eventcount_strike(struct eventcount *b)
{
	static const uint64_t once = 1;
	ssize_t n;

	/* Only one of several ringers writes. */
	if (!__atomic_exchange_n(&b->armed, 0, __ATOMIC_RELAXED))
		return;
	n = write(b->fd, &once, sizeof(once));
	(void)n; /* it cannot overflow: it is read before it is armed */
}

int eventcount_sleep(const struct eventcount *b, uint64_t deadline_ns)
{
	struct pollfd p = {.fd = b->fd, .events = POLLIN};
	uint64_t now = clock_now(), left = deadline_ns > now ? deadline_ns - now : 0;
	struct timespec t = clock_timespec(left);
	int n = ppoll(&p, 1, &t, NULL);

	if (n < 0)
		return -errno;
	return n ? 0 : -ETIMEDOUT;
}
