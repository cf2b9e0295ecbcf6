/* SPDX-License-Identifier: BSD-2-Clause */
/* bell.c - the eventfd, the word beside it, and the fences between them. */
#include "bell.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "wake.h"

#define NS_PER_S 1000000000u

int bell_open(struct bell *b)
{
	b->armed = 0;
	b->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return b->fd < 0 ? -errno : 0;
}

void bell_close(struct bell *b)
{
	if (b->fd >= 0)
		close(b->fd);
	b->fd = -1;
}

void bell_arm(struct bell *b)
{
	uint64_t times;
	ssize_t n = read(b->fd, &times, sizeof(times));

	(void)n; /* nothing there: it has not rung */
	__atomic_store_n(&b->armed, 1, __ATOMIC_RELAXED);
	/* BELL-W: pairs with the fence in bell_ring. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void bell_strike(struct bell *b)
{
	static const uint64_t once = 1;
	ssize_t n;

	/* Only one of several ringers writes. */
	if (!__atomic_exchange_n(&b->armed, 0, __ATOMIC_RELAXED))
		return;
	n = write(b->fd, &once, sizeof(once));
	(void)n; /* it cannot overflow: it is read before it is armed */
}

int bell_sleep(const struct bell *b, uint64_t deadline_ns)
{
	struct pollfd p = {.fd = b->fd, .events = POLLIN};
	uint64_t now = wake_now(), left = deadline_ns > now ? deadline_ns - now : 0;
	struct timespec t = {(time_t)(left / NS_PER_S), (long)(left % NS_PER_S)};
	int n = ppoll(&p, 1, &t, NULL);

	if (n < 0)
		return -errno;
	return n ? 0 : -ETIMEDOUT;
}
