/* SPDX-License-Identifier: BSD-2-Clause */
/* wait.c - sleeps in ticks until an event, the watchdog or the deadline. */
#include "datapath/wait.h"

#include <errno.h>
#include <poll.h>

#include "datapath/completion.h"
#include "datapath/fill.h"
#include "datapath/kick.h"
#include "datapath/watchdog.h"
#include "base/clock.h"
#include "datapath/kernel_calls.h"

/*
 * Ticks after which link and device are asked for where no change of them is
 * told, doubling. The last one is
 * half of the second in which a program is to hear of a removed card.
 */
#define TICK_FIRST_NS 1000000ull
#define TICK_LAST_NS 500000000ull
/*
 * Last of the ticks in which an idle receiver looks whether the driver wants
 * frames: it may say so a moment after it found none and they were posted.
 */
#define SETTLED_NS 64000000ull
/* First look after frames where no watchdog says so: a refused kick is repeated. */
#define LOOK_FIRST_NS 100000ull
/*
 * Shortest first look of a wait for frames. No event tells of these, and a device
 * that is done before the sleeper wakes stands idle for the rest of the sleep. A
 * timer may be late by 50 us anyway, and costs some us itself.
 */
#define LOOK_LEAST_NS 20000ull
/*
 * Shortest sleep where room in the TX ring is due anyway: it takes a device
 * some 100 us to 2 ms to empty half a ring, and a timer that is set and runs out
 * meanwhile costs more than the event.
 */
#define EVENT_TICK_NS 1000000ull

static uint64_t look_most(const struct zcxsk_socket *s)
{
	return s->watchdog.first_ns ? s->watchdog.first_ns : LOOK_FIRST_NS;
}

struct wait wait_start_rx(struct zcxsk_socket *s, uint64_t timeout_ns)
{
	return (struct wait){
		.deadline_ns = clock_after(kernel_clock(s), timeout_ns),
		/*
		 * A timer that is due first of all is dear to set, and not only in a guest.
		 * What is known to be wrong is no news to be woken by: it is asked after.
		 */
		.tick_ns = fill_lasted(s) && !s->status ? 2 * SETTLED_NS : TICK_FIRST_NS,
		.look_ns = look_most(s),
	};
}

struct wait wait_start_tx(const struct zcxsk_socket *s, uint64_t timeout_ns)
{
	uint64_t look = look_most(s);

	if (s->wait.first_sleep_ns && s->wait.first_sleep_ns < look)
		look = s->wait.first_sleep_ns;
	return (struct wait){
		.deadline_ns = clock_after(kernel_clock(s), timeout_ns),
		.tick_ns = TICK_LAST_NS,
		.look_ns = look,
		.for_frames = true,
	};
}

/*
 * An idle receiver is woken by packets and by changes of its interface, and
 * needs no more ticks where both are told. One that is short of frames to post
 * is to look for them, and one whose link is down is to say so.
 */
static bool all_is_told(const struct wait *w, const struct zcxsk_socket *s, short events)
{
	return events & POLLIN && w->tick_ns > SETTLED_NS && s->wait.link_fd >= 0 &&
	       !fill_owed(s) && s->status != -ENETDOWN;
}

/* How long nothing needs to be looked after but the events. */
static uint64_t quiet_time(const struct wait *w, const struct zcxsk_socket *s, short events,
			   uint64_t now)
{
	uint64_t look = w->look_ns, due = watchdog_due(s);

	if (!tx_unkicked(s) && !(s->watchdog.first_ns && tx_awaited(s)))
		return all_is_told(w, s, events) ? UINT64_MAX : w->tick_ns;
	if (due > now && due - now < look)
		look = due - now;
	if (events & POLLOUT && look < EVENT_TICK_NS && !watchdog_careful(s))
		look = EVENT_TICK_NS;
	return look < w->tick_ns ? look : w->tick_ns;
}

static uint64_t twice(uint64_t ns, uint64_t most)
{
	return ns < most / 2 ? ns * 2 : most;
}

/*
 * How long the first sleep of the next wait for frames is to be, by what this one
 * found at its end: nothing, a part, or all, in which case the device stood idle.
 */
static void learn_look(struct zcxsk_socket *s, uint64_t slept_ns, uint32_t home)
{
	uint64_t most = look_most(s);

	if (!home)
		s->wait.first_sleep_ns = twice(slept_ns, most);
	else if (!tx_awaited(s))
		s->wait.first_sleep_ns =
			slept_ns / 2 > LOOK_LEAST_NS ? slept_ns / 2 : LOOK_LEAST_NS;
}

/* Takes home what has come while the wait slept. How many frames. */
static uint32_t take_home(struct wait *w, struct zcxsk_socket *s, uint64_t slept_ns)
{
	uint32_t home = comp_reap(s);

	if (w->for_frames && slept_ns <= look_most(s))
		learn_look(s, slept_ns, home);
	if (!home)
		w->look_ns = twice(w->look_ns, s->watchdog.last_ns);
	watchdog_look(s);
	return home;
}

/* Nothing has happened that the kernel tells of. */
static int after_tick(struct wait *w, struct zcxsk_socket *s, uint64_t slept_ns)
{
	int rc;

	w->tick_ns = twice(w->tick_ns, TICK_LAST_NS);
	/* Frames that come home tell that device and link are there. */
	if (s->has_tx && take_home(w, s, slept_ns) && w->for_frames && s->status != -ENETDOWN)
		return 0;
	rc = kick_check_device(s);
	return !rc && w->for_frames ? watchdog_tell(s) : rc;
}

int wait_sleep(struct wait *w, struct zcxsk_socket *s, short events)
{
	uint64_t now, sleep;
	uint32_t home;
	int n;

	kick_flush(s);
	/* What that kick brings must not pass for an interrupt's work. */
	home = s->has_tx ? comp_reap(s) : 0;
	now = kernel_clock(s);
	if (now >= w->deadline_ns)
		return -ETIMEDOUT;
	if (home && w->for_frames)
		return 0;
	sleep = quiet_time(w, s, events, now);
	if (sleep > w->deadline_ns - now)
		sleep = w->deadline_ns - now;
	s->count.waits++;
	n = kernel_sleep(s, events, sleep);
	if (n < 0)
		return n;
	return n ? 0 : after_tick(w, s, sleep);
}
