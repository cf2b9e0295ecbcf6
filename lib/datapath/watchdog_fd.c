/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watchdog_fd.c - tail time and watchdog for an owner that sleeps in its own event loop: one
 * timer descriptor, armed while anything is in flight.
 */
#include "datapath/watchdog_fd.h"

#include <zcxsk/watchdog.h>

#include <errno.h>

#include "base/fd.h"
#include "base/minmax.h"
#include "datapath/fill.h"
#include "datapath/outstanding.h"
#include "datapath/kick.h"
#include "datapath/watchdog.h"
#include "base/clock.h"
#include "datapath/kernel_calls.h"

/*
 * Longest interval while completions keep arriving: the owner is awake anyway then, and a
 * thousand checks a second cost little. A loss at the end of such a flow is found that much
 * later.
 */
#define PAUSE_MAX_NS 1000000ull

static void arm_at(struct zcxsk_socket *s, uint64_t due_ns)
{
	if (due_ns == UINT64_MAX)
		return;
	s->timer.due_ns = due_ns;
	kernel_timer_set(s->timer.fd, due_ns);
}

/* True if nothing will be due: no tail time is running, and the watchdog has nothing to watch. */
static bool nothing_due(const struct zcxsk_socket *s)
{
	return s->dead || !(tx_awaited(s) || tail_start(s));
}

static uint64_t tail_due(const struct zcxsk_socket *s)
{
	uint64_t start_ns = tail_start(s);

	return start_ns ? start_ns + s->kick.tail_ns : UINT64_MAX;
}

void timer_arm(struct zcxsk_socket *s)
{
	uint64_t first = s->watchdog.first_ns, due = UINT64_MAX;

	if (nothing_due(s))
		return;
	if (s->timer.due_ns && s->timer.due_ns <= tail_due(s))
		return;
	if (first) {
		due = clock_after(kernel_clock(s), first);
		s->timer.pause_ns = first;
	}
	arm_at(s, min_u64(due, tail_due(s)));
}

/*
 * When to check next. Each interval is twice the previous one: without completions up to the
 * watchdog's longest interval, while completions keep arriving up to PAUSE_MAX_NS. After a
 * forced kick that helped it starts from the shortest.
 */
static uint64_t next_check(struct zcxsk_socket *s)
{
	struct timer *t = &s->timer;
	uint64_t longest = s->watchdog.last_ns, due;

	if (!s->watchdog.first_ns)
		return UINT64_MAX;
	if (t->seen != s->count.tx_completed)
		longest = min_u64(longest, PAUSE_MAX_NS);
	t->pause_ns = t->pause_ns < longest / 2 ? t->pause_ns * 2 : longest;
	if (t->recovered != s->count.tx_recovered || t->pause_ns < s->watchdog.first_ns)
		t->pause_ns = s->watchdog.first_ns;
	t->seen = s->count.tx_completed;
	t->recovered = s->count.tx_recovered;
	due = clock_after(kernel_clock(s), t->pause_ns);
	return min_u64(due, watchdog_due(s));
}

int zcxsk_watchdog_fd(struct zcxsk_socket *s)
{
	if (!s || !s->has_tx)
		return socket_refuses(s);
	if (s->setup.simulated)
		return -EOPNOTSUPP;
	if (s->timer.fd < 0) {
		int fd = kernel_timer_open();

		if (fd < 0)
			return fd;
		s->timer.fd = fd;
		outstanding_recompute(s);
		timer_arm(s);
	}
	return s->timer.fd;
}

/* Rearms the timer while anything is in flight. */
static void rearm(struct zcxsk_socket *s)
{
	uint64_t check, tail = tail_due(s);

	if (s->timer.fd < 0 || nothing_due(s))
		return;
	check = next_check(s);
	arm_at(s, min_u64(check, tail));
}

int zcxsk_watchdog_run(struct zcxsk_socket *s)
{
	if (!s || !s->has_tx)
		return socket_refuses(s);
	if (s->timer.fd >= 0)
		kernel_timer_clear(s->timer.fd);
	s->timer.due_ns = 0;
	fill_reap(s);
	kick_tail(s);
	watchdog_check(s);
	rearm(s);
	if (s->dead)
		return -ENXIO;
	return s->status == -ENETDOWN ? -ENETDOWN : watchdog_take_stall(s);
}

void timer_init(struct zcxsk_socket *s)
{
	s->timer.fd = -1;
}

void timer_close(struct zcxsk_socket *s)
{
	fd_close(&s->timer.fd);
}
