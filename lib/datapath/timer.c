/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timer.c - when the owner has to be woken because of frames in flight: one timer descriptor,
 * which is in the set of the service descriptor.
 */
#include "datapath/timer.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/minmax.h"
#include "datapath/kernel_calls.h"
#include "datapath/kick.h"
#include "datapath/link.h"
#include "datapath/outstanding.h"
#include "datapath/service.h"
#include "datapath/strays.h"
#include "datapath/watchdog.h"

/*
 * Longest interval while completions keep arriving: the owner is awake anyway then, and a
 * thousand checks a second cost little. A loss at the end of such a flow is found that much
 * later.
 */
#define PAUSE_MAX_NS 1000000ull
/* First interval without a watchdog. */
#define PAUSE_DEFAULT_NS 100000ull

static void arm_at(struct zcxsk_socket *s, uint64_t due_ns)
{
	if (due_ns == UINT64_MAX)
		return;
	s->timer.due_ns = due_ns;
	kernel_timer_set(s->timer.fd, due_ns);
}

static bool needs_completions(const struct zcxsk_socket *s)
{
	return service_needs_completions(s) || service_awaits_siblings(s);
}

/*
 * True if nothing will be due: no tail time is running, no frame has been kicked, and no
 * completion is missing.
 */
static bool nothing_due(const struct zcxsk_socket *s)
{
	return s->dead ||
	       !(tx_awaited(s) || tail_start(s) || strays_any(s) || service_awaits_siblings(s));
}

/* A refused kick is repeated by the checks, whose intervals grow. */
static uint64_t tail_due(const struct zcxsk_socket *s)
{
	uint64_t start_ns = tail_start(s);

	return start_ns && !tx_refused(s) ? start_ns + s->kick.tail_ns : UINT64_MAX;
}

static uint64_t first_pause(const struct zcxsk_socket *s)
{
	return s->watchdog.first_ns ? s->watchdog.first_ns : PAUSE_DEFAULT_NS;
}

/*
 * Frames in flight are checked for the watchdog, to repeat a kick, or because the owner needs
 * completions. If the link is down, its return is reported, and only siblings can help before.
 */
static bool has_checks(const struct zcxsk_socket *s)
{
	if (s->status == -ENETDOWN && link_return_is_reported(s))
		return service_awaits_siblings(s);
	return s->watchdog.first_ns || tx_refused(s) || needs_completions(s);
}

/*
 * The timer was armed when nothing was in flight, for completions that are missing, or during
 * a stall that is over: too late for frames sent since.
 */
static bool lacks_checks(const struct zcxsk_socket *s)
{
	return !s->timer.checks && (tx_awaited(s) || service_awaits_siblings(s)) && has_checks(s) &&
	       !watchdog_stalled(s);
}

void timer_arm(struct zcxsk_socket *s)
{
	uint64_t due = UINT64_MAX;

	if (nothing_due(s))
		return;
	if (s->timer.due_ns && s->timer.due_ns <= tail_due(s) && !lacks_checks(s))
		return;
	if (has_checks(s)) {
		s->timer.checks = true;
		s->timer.pause_ns = first_pause(s);
		due = clock_after(kernel_clock(s), s->timer.pause_ns);
	}
	arm_at(s, min_u64(due, tail_due(s)));
}

void timer_hurry(struct zcxsk_socket *s)
{
	uint64_t due = clock_after(kernel_clock(s), first_pause(s));

	if (!nothing_due(s) && (!s->timer.due_ns || s->timer.due_ns > due))
		arm_at(s, due);
}

/*
 * When to check next. Each interval is twice the previous one: without completions up to the
 * watchdog's longest interval, while completions keep arriving or are needed up to
 * PAUSE_MAX_NS. After a forced kick that helped it starts from the shortest.
 */
static uint64_t next_check(struct zcxsk_socket *s)
{
	struct timer *t = &s->timer;
	uint64_t longest = s->watchdog.last_ns, due;

	if (!has_checks(s) || !(tx_awaited(s) || needs_completions(s)))
		return UINT64_MAX;
	if (watchdog_stalled(s))
		longest = s->watchdog.stall_ns;
	if (t->seen != s->count.tx_completed || needs_completions(s))
		longest = min_u64(longest, PAUSE_MAX_NS);
	t->pause_ns = t->pause_ns < longest / 2 ? t->pause_ns * 2 : longest;
	if (t->recovered != s->count.tx_recovered || t->pause_ns < first_pause(s))
		t->pause_ns = first_pause(s);
	t->seen = s->count.tx_completed;
	t->recovered = s->count.tx_recovered;
	due = clock_after(kernel_clock(s), t->pause_ns);
	return min_u64(due, watchdog_due(s));
}

int timer_open(struct zcxsk_socket *s)
{
	int fd = kernel_timer_open();

	if (fd < 0)
		return fd;
	s->timer.fd = fd;
	/* From now on each call that sends has to arm it. */
	outstanding_recompute(s);
	timer_arm(s);
	return 0;
}

bool timer_expired(const struct zcxsk_socket *s)
{
	return s->timer.fd < 0 || (s->timer.due_ns && kernel_clock(s) >= s->timer.due_ns);
}

void timer_restart(struct zcxsk_socket *s)
{
	uint64_t due = UINT64_MAX;
	bool any = !nothing_due(s);

	if (s->timer.fd < 0)
		return;
	if (any)
		due = next_check(s);
	s->timer.checks = due != UINT64_MAX && !watchdog_stalled(s);
	if (any)
		due = min_u64(due, tail_due(s));
	due = min_u64(due, strays_due(s));
	s->timer.due_ns = 0;
	if (due == UINT64_MAX)
		kernel_timer_clear(s->timer.fd);
	else
		arm_at(s, due); /* it is not readable any more */
}

void timer_init(struct zcxsk_socket *s)
{
	s->timer.fd = -1;
}

void timer_close(struct zcxsk_socket *s)
{
	fd_close(&s->timer.fd);
	s->timer.due_ns = 0;
}
