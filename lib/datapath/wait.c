/* SPDX-License-Identifier: BSD-2-Clause */
/* wait.c - sleeps in ticks until an event, the watchdog or the deadline. */
#include "datapath/wait.h"

#include "datapath/one_thread.h"

#include <errno.h>
#include <poll.h>

#include "base/minmax.h"
#include "datapath/completion.h"
#include "datapath/fill.h"
#include "datapath/kick.h"
#include "datapath/link.h"
#include "datapath/siblings.h"
#include "datapath/strays.h"
#include "datapath/watchdog.h"
#include "base/clock.h"
#include "datapath/kernel_calls.h"

/*
 * Ticks, doubling, after which link and device are checked if no event reports their changes.
 * The last one is half of the second within which a program must learn of a removed device.
 */
#define TICK_FIRST_NS 1000000ull
#define TICK_LAST_NS 500000000ull
/*
 * Longest tick in which an idle receiver checks whether the driver needs a wakeup for frames:
 * it may set the flag just after it found none and they were posted.
 */
#define FILL_CHECK_LAST_NS 64000000ull
/* First check of frames in flight without a watchdog: a refused kick is repeated. */
#define POLL_DEFAULT_NS 100000ull
/*
 * Shortest first sleep of a wait for frames. No event reports completions, and a device that
 * is done early idles until the sleep ends. But timers may be 50 us late, and cost some us
 * themselves.
 */
#define POLL_MIN_NS 20000ull
/*
 * Shortest sleep for room in the TX ring, which an event reports: a device takes some 100 us
 * to 2 ms to empty half a ring, and a timer that expires meanwhile costs more than the event.
 */
#define EVENT_SLEEP_MIN_NS 1000000ull

static uint64_t poll_max_ns(const struct zcxsk_socket *s)
{
	return s->watchdog.first_ns ? s->watchdog.first_ns : POLL_DEFAULT_NS;
}

struct wait wait_start_rx(struct zcxsk_socket *s, uint64_t timeout_ns)
{
	return (struct wait){
		.deadline_ns = clock_after(kernel_clock(s), timeout_ns),
		/*
		 * Arming a timer that becomes the earliest one pending is expensive, not only in a
		 * guest. A fault that is already known causes no wake-up, so its end has to be
		 * polled for.
		 */
		.tick_ns = fill_stayed_nonempty(s) && !s->status ? 2 * FILL_CHECK_LAST_NS
								 : TICK_FIRST_NS,
		.poll_ns = poll_max_ns(s),
		.siblings = true,
		.for_packets = true,
		.link_down = link_is_down(s),
	};
}

/* The first sleep of a wait for completions. */
static uint64_t first_sleep(const struct zcxsk_socket *s)
{
	uint64_t learned = s->wait.first_sleep_ns, most = poll_max_ns(s);

	return learned ? min_u64(learned, most) : most;
}

struct wait wait_start_tx(const struct zcxsk_socket *s, uint64_t timeout_ns)
{
	return (struct wait){
		.deadline_ns = clock_after(kernel_clock(s), timeout_ns),
		.tick_ns = TICK_LAST_NS,
		.poll_ns = first_sleep(s),
		.for_frames = true,
	};
}

struct wait wait_start_frame(const struct zcxsk_socket *s, uint64_t timeout_ns)
{
	struct wait w = wait_start_tx(s, timeout_ns);

	w.siblings = true;
	return w;
}

/* Frames that siblings have in flight end the wait. */
static bool awaits_siblings(const struct wait *w, const struct zcxsk_socket *s)
{
	return w->for_frames && w->siblings && siblings_in_flight(s);
}

/*
 * An idle receiver is woken by packets and interface changes, and needs no ticks if both are
 * reported. If it is short of frames to post it must check for them, unless they wake it.
 */
static bool events_suffice(const struct wait *w, const struct zcxsk_socket *s, short events)
{
	return events & POLLIN && w->tick_ns > FILL_CHECK_LAST_NS && link_is_watched(s) &&
	       (!fill_owed(s) || (s->starving.waiting && s->starving.fd >= 0));
}

/* Nothing moves while the link is down, and its return will be reported. */
static bool only_link_matters(const struct wait *w, const struct zcxsk_socket *s)
{
	return w->for_packets && s->status == -ENETDOWN && link_return_is_reported(s);
}

/* With nothing awaited: missing completions may still come, and are given up in time. */
static uint64_t idle_time(const struct wait *w, const struct zcxsk_socket *s, short events,
			  uint64_t now)
{
	uint64_t due = strays_due(s), idle;

	if ((w->for_frames && outstanding_count(s)) || awaits_siblings(w, s))
		idle = min_u64(w->poll_ns, w->tick_ns);
	else
		idle = events_suffice(w, s, events) ? UINT64_MAX : w->tick_ns;
	return due > now ? min_u64(idle, due - now) : idle;
}

/* How long to sleep: how long nothing but the events needs attention. */
static uint64_t sleep_time(const struct wait *w, const struct zcxsk_socket *s, short events,
			   uint64_t now)
{
	uint64_t poll = w->poll_ns, due = watchdog_due(s);

	if (only_link_matters(w, s) && !awaits_siblings(w, s))
		return UINT64_MAX;
	/* Without an event, completions have to be polled for. */
	if (!tx_unkicked(s) && !((s->watchdog.first_ns || !events) && tx_awaited(s)))
		return idle_time(w, s, events, now);
	if (due > now)
		poll = min_u64(poll, due - now);
	if (events & POLLOUT && poll < EVENT_SLEEP_MIN_NS && !watchdog_distrusts_interrupts(s))
		poll = EVENT_SLEEP_MIN_NS;
	return min_u64(poll, w->tick_ns);
}

static uint64_t double_up_to(uint64_t ns, uint64_t most)
{
	return ns < most / 2 ? ns * 2 : most;
}

/*
 * Learns the first sleep of the next wait for frames from what this one found when it ended:
 * no completion, some, or all, in which case the device idled.
 */
static void learn_first_sleep(const struct wait *w, struct zcxsk_socket *s, uint64_t slept_ns,
			      uint32_t completed)
{
	uint64_t most = poll_max_ns(s);

	if (!completed)
		s->wait.first_sleep_ns = double_up_to(slept_ns, most);
	else if (!tx_awaited(s) && !awaits_siblings(w, s))
		s->wait.first_sleep_ns = max_u64(slept_ns / 2, POLL_MIN_NS);
}

/*
 * Completions are polled for often only if somebody waits for their frames, or a refused kick
 * has to be repeated.
 */
static uint64_t longest_poll(const struct wait *w, const struct zcxsk_socket *s)
{
	bool often = tx_unkicked(s) || (tx_awaited(s) && (w->for_frames || fill_owed(s)));

	return often || awaits_siblings(w, s) ? s->watchdog.last_ns : TICK_LAST_NS;
}

/* Reaps the completions that end the wait. Returns their number. */
static uint32_t reap(const struct wait *w, struct zcxsk_socket *s)
{
	uint32_t completed = s->has_tx ? comp_reap(s) : 0;

	return w->for_frames && w->siblings ? completed + siblings_reclaim(s) : completed;
}

static uint32_t reap_after_sleep(struct wait *w, struct zcxsk_socket *s, uint64_t slept_ns)
{
	uint32_t completed = reap(w, s);

	if (w->for_frames && slept_ns <= poll_max_ns(s))
		learn_first_sleep(w, s, slept_ns, completed);
	if (!completed)
		w->poll_ns = double_up_to(w->poll_ns, longest_poll(w, s));
	watchdog_check(s);
	return completed;
}

/* The sleep ended without an event. */
static int after_tick(struct wait *w, struct zcxsk_socket *s, uint64_t slept_ns)
{
	int ret;

	w->tick_ns = double_up_to(w->tick_ns, TICK_LAST_NS);
	/* Completions show that device and link are up. */
	if (reap_after_sleep(w, s, slept_ns) && w->for_frames && s->status != -ENETDOWN)
		return 0;
	ret = kick_check_device(s);
	/* A receiver waits for the link, too. */
	if (w->for_packets && ret == -ENETDOWN)
		return 0;
	if (ret || !w->for_frames)
		return ret;
	return tx_unattached(s) ? -EUNATCH : watchdog_status(s);
}

/* The link was down during this wait, and is up again. */
static bool link_returned(struct wait *w, const struct zcxsk_socket *s)
{
	bool was_down = w->link_down;

	w->link_down = link_is_down(s);
	return was_down && !w->link_down;
}

static int at_deadline(const struct wait *w, const struct zcxsk_socket *s)
{
	return w->for_packets && link_is_down(s) ? -ENETDOWN : -ETIMEDOUT;
}

int wait_sleep(struct wait *w, struct zcxsk_socket *s, short events)
{
	uint64_t now, sleep;
	uint32_t completed;
	bool entered;
	int n, ret;

	if (s->dead)
		return -ENXIO;
	kick_flush(s);
	/* Completions caused by that kick must not be credited to an interrupt. */
	completed = reap(w, s);
	now = kernel_clock(s);
	if (strays_any(s))
		strays_check(s, now);
	if (now >= w->deadline_ns)
		return at_deadline(w, s);
	if (completed && w->for_frames)
		return 0;
	sleep = min_u64(sleep_time(w, s, events, now), w->deadline_ns - now);
	COUNT(s, waits, 1);
	entered = one_thread_enter(s, CALL_WAIT);
	n = kernel_sleep(s, events, sleep);
	one_thread_leave(s, entered);
	if (n < 0)
		return n;
	if (s->wait.link_ready)
		link_check(s);
	ret = n ? 0 : after_tick(w, s, sleep);
	if (s->dead)
		return -ENXIO;
	return !ret && w->for_packets && link_returned(w, s) ? WAIT_LINK_UP : ret;
}

/*
 * The floor refuses the packets that are there. Frames come back by completions, or, if the
 * pool has other caches, from other threads.
 */
static int wait_for_frames(struct wait *w, struct zcxsk_socket *s)
{
	bool from_others = !outstanding_count(s) && !siblings_in_flight(s);
	int ret;

	if (from_others && !(s->starving.waiting && starving_can_end(s->pool)))
		return -ENOBUFS;
	if (!w->for_frames)
		w->poll_ns = first_sleep(s);
	w->for_frames = true;
	kernel_wait_for_frames(s, true);
	ret = wait_sleep(w, s, 0);
	kernel_wait_for_frames(s, false);
	return from_others && ret == -ETIMEDOUT ? -ENOBUFS : ret;
}

int wait_to_receive(struct wait *w, struct zcxsk_socket *s)
{
	if (fill_refuses(s))
		return wait_for_frames(w, s);
	w->for_frames = false;
	if (s->has_tx)
		comp_reap(s);
	return wait_sleep(w, s, POLLIN);
}
