/* SPDX-License-Identifier: BSD-2-Clause */
/* eventcount.c - the out-of-line half of an eventcount: its eventfd. */
#include "frames/eventcount.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"

int eventcount_open(struct eventcount *e)
{
	e->armed = 0;
	e->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return e->fd < 0 ? -errno : 0;
}

void eventcount_close(struct eventcount *e)
{
	fd_close(&e->fd);
}

void eventcount_prepare(struct eventcount *e)
{
	uint64_t times;
	ssize_t n = read(e->fd, &times, sizeof(times));

	(void)n; /* EAGAIN: there was no earlier notification */
	__atomic_store_n(&e->armed, 1, __ATOMIC_RELAXED);
	/* EVENTCOUNT-W: pairs with the fence in eventcount_notify. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void eventcount_wake(struct eventcount *e)
{
	static const uint64_t once = 1;
	ssize_t n;

	/* Only one of several notifying threads writes. */
	if (!__atomic_exchange_n(&e->armed, 0, __ATOMIC_RELAXED))
		return;
	n = write(e->fd, &once, sizeof(once));
	(void)n; /* cannot overflow: eventcount_prepare() has emptied it */
}

int eventcount_wait(const struct eventcount *e, uint64_t deadline_ns)
{
	struct pollfd p = {.fd = e->fd, .events = POLLIN};
	uint64_t now = clock_now();
	struct timespec t;
	int n;

	/* Notifications that leave nothing for the waiter must not extend its wait. */
	if (now >= deadline_ns)
		return -ETIMEDOUT;
	t = clock_timespec(deadline_ns - now);
	n = ppoll(&p, 1, &t, NULL);
	if (n < 0)
		return -errno;
	return n ? 0 : -ETIMEDOUT;
}
