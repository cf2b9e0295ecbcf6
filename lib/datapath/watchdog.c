/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watchdog.c - forces kicks while frames are in flight and none completes, and reports a stall
 * if these do not help. It runs only when the owner has nothing better to do: short of room,
 * waiting, or woken by the timer.
 */
#include "datapath/watchdog.h"

#include <zcxsk/watchdog.h>

#include <errno.h>

#include "base/minmax.h"
#include "datapath/completion.h"
#include "base/opts.h"
#include "datapath/kick.h"
#include "datapath/link.h"
#include "datapath/events.h"
#include "datapath/kernel_calls.h"
#include "datapath/strays.h"
#include "base/clock.h"

/*
 * Checks without a lost interrupt until waits rely on interrupts again. If interrupts keep
 * getting lost, only one wait in this many sleeps as long as EVENT_SLEEP_MIN_NS.
 */
#define DISTRUST_CHECKS 64u
/* A shorter interval is tried after this many checks in a row without a useless kick. */
#define UNAIDED_CHECKS 256u
/* Factor by which a slow device gets more time: four steps to the longest interval. */
#define SLOW_FACTOR 4u
/* A forced kick that brought nothing is repeated when the silence is this many times as long. */
#define KICK_GROWTH 100u
/* But after this time at most: without an interrupt, nothing else may end the silence. */
#define KICK_DISTANCE_MAX_NS 1000000000ull
/* Frames recovered by one forced kick: half of what the driver takes in a pass. */
#define LOST_INTERRUPT_FRAMES 32u

void watchdog_init(struct zcxsk_socket *s)
{
	const struct zcxsk_socket_opts *o = &s->setup.opts;

	s->watchdog.first_ns = o->watchdog_first_ns == UINT64_MAX ? 0 : o->watchdog_first_ns;
	s->watchdog.last_ns = o->watchdog_last_ns;
	s->watchdog.stall_ns = o->stall_ns;
	s->watchdog.base_ns = s->watchdog.first_ns;
	s->watchdog.interval_ns = s->watchdog.first_ns;
}

void watchdog_reset(struct zcxsk_socket *s)
{
	s->watchdog.since_ns = 0;
	s->watchdog.interval_ns = s->watchdog.base_ns;
	s->watchdog.useless_kicks = 0;
	s->watchdog.stalled = false;
}

static void start_interval(struct zcxsk_socket *s, uint64_t now)
{
	struct watchdog *w = &s->watchdog;

	w->seen = s->count.tx_completed;
	w->since_ns = now;
	w->interval_ns = w->base_ns;
	w->next_ns = now + w->base_ns;
	w->useless_kicks = 0;
	w->useless_ns = now;
	w->stalled = false;
}

static void shorten_base(struct watchdog *w)
{
	w->unaided = 0;
	w->base_ns = max_u64(w->base_ns / 2, w->first_ns);
}

/*
 * Completions arrived without a kick. If a forced kick before them was useless, the device is
 * slow and not stuck: from now on it gets more time before the first kick.
 */
static void learn(struct watchdog *w)
{
	if (w->useless_kicks) {
		w->unaided = 0;
		w->base_ns = w->base_ns < w->last_ns / SLOW_FACTOR ? w->base_ns * SLOW_FACTOR
								   : w->last_ns;
	} else if (++w->unaided == UNAIDED_CHECKS) {
		shorten_base(w);
	}
	if (w->distrust)
		w->distrust--;
}

/*
 * In the copy modes frames complete when the kernel is done with its copies: a kick helps only
 * with frames that it has not taken.
 */
static bool kick_may_help(const struct zcxsk_socket *s)
{
	return s->mode == ZCXSK_MODE_ZERO_COPY || zcxsk_ring_prod_pending(&s->fast.tx);
}

/*
 * A forced kick brought completions. Many at once were done for a while: an interrupt was
 * lost, and the first kick may come earlier from now on. A few may have completed just now.
 */
static void kick_recovered(struct zcxsk_socket *s, uint64_t now, uint32_t completed)
{
	struct watchdog *w = &s->watchdog;

	COUNT(s, tx_recovered, 1);
	if (completed >= LOST_INTERRUPT_FRAMES)
		w->base_ns = w->first_ns;
	shorten_base(w);
	w->distrust = DISTRUST_CHECKS;
	start_interval(s, now);
}

/*
 * After a forced kick that brought nothing. If interrupts were lost recently, the distance
 * doubles up to last_ns. Otherwise another kick soon would be wasted. One always comes before a
 * stall is declared, and during a stall the queue may come back.
 */
static uint64_t next_kick(struct watchdog *w, uint64_t now, bool refused)
{
	uint64_t silence = now - w->since_ns,
		 distance = min_u64(silence * (KICK_GROWTH - 1), KICK_DISTANCE_MAX_NS);

	if (w->stalled)
		return now + min_u64(w->stall_ns, KICK_DISTANCE_MAX_NS);
	w->interval_ns = w->interval_ns < w->last_ns / 2 ? w->interval_ns * 2 : w->last_ns;
	if (w->distrust || refused)
		distance = w->interval_ns;
	return now + min_u64(distance, w->stall_ns - silence);
}

/* Returns false if the kick brought completions. */
static bool force_kick(struct zcxsk_socket *s, uint64_t now)
{
	uint32_t completed;

	if (!kick_may_help(s))
		return true;
	kick_force(s);
	completed = comp_reap(s);
	if (completed)
		kick_recovered(s, now, completed);
	else {
		s->watchdog.useless_kicks++;
		s->watchdog.useless_ns = now;
	}
	return !completed;
}

/* Declares a stall if one is due. */
static void judge(struct zcxsk_socket *s, uint64_t now)
{
	struct watchdog *w = &s->watchdog;
	uint64_t silence = now - w->since_ns;

	if (w->stalled || silence < w->stall_ns)
		return;
	w->stalled = true;
	COUNT(s, tx_stalls, 1);
	event_raise(s, ZCXSK_EVENT_STALL, silence);
}

static void force(struct zcxsk_socket *s, uint64_t now)
{
	struct watchdog *w = &s->watchdog;
	bool refused;

	if (!force_kick(s, now))
		return;
	/* The kernel refuses kicks of an interface that is down, but not of one without a carrier.
	 */
	if (now - w->since_ns >= w->stall_ns)
		link_check(s);
	refused = link_is_down(s) || tx_unattached(s);
	/* Both have an errno of their own, and are no stall. */
	if (refused)
		w->since_ns = now; /* the silence starts when they are over */
	else
		judge(s, now);
	w->next_ns = next_kick(w, now, refused);
}

/* The one packet in flight is due to be given up. */
static bool last_is_lost(const struct zcxsk_socket *s, uint64_t now)
{
	return watchdog_awaits_one(s) && !link_is_down(s) &&
	       now - s->watchdog.since_ns >= s->out.strays.lost_ns;
}

/* A forced kick brought nothing although the device had the time for any packet. */
static bool was_kicked_late(const struct zcxsk_socket *s)
{
	const struct watchdog *w = &s->watchdog;

	return w->useless_ns - w->since_ns >= min_u64(w->stall_ns, s->out.strays.lost_ns);
}

/*
 * One packet was sent, the device took it, and nothing more was heard of it: it is lost. More
 * than one, or one in the TX ring, may be a dead queue, which stays stalled; if it was dead
 * for one packet, too, the next one shows that.
 */
static void give_up_last(struct zcxsk_socket *s, uint64_t now)
{
	if (kick_may_help(s) && !was_kicked_late(s))
		force(s, now);
	/* The kick may have completed it, or found the link down. */
	if (!last_is_lost(s, now))
		return;
	strays_give_up_last(s);
	watchdog_reset(s);
}

/* True if frames have completed since the last check. */
static bool note_progress(struct zcxsk_socket *s, uint64_t now)
{
	struct watchdog *w = &s->watchdog;

	if (!w->since_ns) {
		start_interval(s, now);
		return true;
	}
	if (w->seen != s->count.tx_completed) {
		learn(w);
		start_interval(s, now);
		return true;
	}
	if (now - w->since_ns > s->count.tx_silence_max_ns)
		NUMBER_SET(s->count.tx_silence_max_ns, now - w->since_ns);
	return false;
}

/* True if the watchdog is off or nothing is awaited; gathering descriptors have the tail time. */
static bool nothing_to_watch(struct zcxsk_socket *s)
{
	if (!s->watchdog.first_ns || s->dead)
		return true;
	if (tx_awaited(s))
		return false;
	if (s->watchdog.since_ns)
		learn(&s->watchdog);
	watchdog_reset(s);
	return true;
}

void watchdog_check(struct zcxsk_socket *s)
{
	uint64_t now;

	if (strays_any(s))
		strays_check(s, kernel_clock(s));
	if (nothing_to_watch(s))
		return;
	now = kernel_clock(s);
	if (note_progress(s, now))
		return;
	if (last_is_lost(s, now))
		give_up_last(s, now);
	else if (now >= s->watchdog.next_ns)
		force(s, now);
}

int zcxsk_watchdog_read_stall(struct zcxsk_socket *s, struct zcxsk_stall *stall)
{
	struct zcxsk_stall answer = {0};
	struct zcxsk_packet oldest;

	if (!s || !stall || socket_is_inherited(s))
		return socket_refuses(s);
	if (!watchdog_stalled(s))
		return -EAGAIN;
	if (outstanding_oldest(s, &oldest))
		answer.oldest_addr = oldest.addr;
	answer.age_ns = kernel_clock(s) - s->watchdog.since_ns;
	answer.frames = outstanding_count(s);
	answer.untaken = zcxsk_ring_prod_pending(&s->fast.tx);
	answer.count = s->count.tx_stalls;
	return opts_answer(stall, &answer, sizeof(answer));
}
