/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watchdog.c - forced kicks while frames are out and none comes home, and the
 * word of a stall when these do not help. It runs only where the owner's calls
 * have nothing better to do: short of room, waiting, or by the timer.
 */
#include "datapath/watchdog.h"

#include <zcxsk/watchdog.h>

#include <errno.h>

#include "datapath/completion.h"
#include "base/opts.h"
#include "datapath/kick.h"
#include "datapath/kernel_calls.h"

/*
 * Looks without a loss until waits rely on interrupts again. With a lost one
 * among them the longer sleep of EVENT_TICK_NS is met once in so many waits.
 */
#define CAREFUL_LOOKS 64u
/* Looks without a futile kick until a more impatient interval is tried again. */
#define CALM_LOOKS 256u
/* Factor for the time that a slow device is given: four steps to the longest. */
#define MORE_PATIENT 4u
/* Frames brought by one forced kick: half of what the driver takes in a pass. */
#define MANY_AT_ONCE 32u

void watchdog_init(struct zcxsk_socket *s)
{
	const struct zcxsk_socket_opts *o = &s->setup.opts;

	s->watchdog.first_ns = o->watchdog_first_ns == UINT64_MAX ? 0 : o->watchdog_first_ns;
	s->watchdog.last_ns = o->watchdog_last_ns;
	s->watchdog.stall_ns = o->stall_ns;
	s->watchdog.base_ns = s->watchdog.first_ns;
	s->watchdog.interval_ns = s->watchdog.first_ns;
}

void watchdog_rest(struct zcxsk_socket *s)
{
	s->watchdog.since_ns = 0;
	s->watchdog.interval_ns = s->watchdog.base_ns;
	s->watchdog.futile = false;
	s->watchdog.stalled = false;
}

static void start_interval(struct zcxsk_socket *s, uint64_t now)
{
	struct watchdog *w = &s->watchdog;

	w->seen = s->count.tx_completed;
	w->since_ns = now;
	w->interval_ns = w->base_ns;
	w->next_ns = now + w->base_ns;
	w->futile = false;
	w->stalled = false;
}

static void more_impatient(struct watchdog *w)
{
	w->calm = 0;
	w->base_ns = w->base_ns / 2 > w->first_ns ? w->base_ns / 2 : w->first_ns;
}

/*
 * Completions came by themselves. When they did so after a kick that brought
 * nothing, the device is slow and not stuck, and is given more time before the
 * first kick from now on.
 */
static void learn(struct watchdog *w)
{
	if (w->futile) {
		w->calm = 0;
		w->base_ns = w->base_ns < w->last_ns / MORE_PATIENT ? w->base_ns * MORE_PATIENT
								    : w->last_ns;
	} else if (++w->calm == CALM_LOOKS) {
		more_impatient(w);
	}
	if (w->careful)
		w->careful--;
}

/*
 * In the copy modes frames come home when the kernel is done with its copies:
 * a kick can only help with what it has not taken.
 */
static bool kick_may_help(const struct zcxsk_socket *s)
{
	return s->mode == ZCXSK_MODE_ZERO_COPY || zcxsk_ring_prod_pending(&s->fast.tx);
}

/*
 * What a forced kick has brought. Many at once had been done for a while: the
 * interrupt is lost, and the device may be kicked soon from now on. Few may
 * have been done just now.
 */
static void recovered(struct zcxsk_socket *s, uint64_t now, uint32_t home)
{
	struct watchdog *w = &s->watchdog;

	s->count.tx_recovered++;
	if (home >= MANY_AT_ONCE)
		w->base_ns = w->first_ns;
	more_impatient(w);
	w->careful = CAREFUL_LOOKS;
	start_interval(s, now);
}

static void force(struct zcxsk_socket *s, uint64_t now)
{
	struct watchdog *w = &s->watchdog;
	uint64_t silence = now - w->since_ns;
	uint32_t home;

	if (kick_may_help(s)) {
		kick_force(s);
		home = comp_reap(s);
		if (home) {
			recovered(s, now, home);
			return;
		}
		w->futile = true;
	}
	w->interval_ns = w->interval_ns < w->last_ns / 2 ? w->interval_ns * 2 : w->last_ns;
	w->next_ns = now + w->interval_ns;
	/* A link that is down is told by its own errno, and nobody's stall. */
	if (s->status == -ENETDOWN)
		w->since_ns = now; /* and its silence ends when it is up again */
	if (w->stalled || silence < w->stall_ns || s->status == -ENETDOWN)
		return;
	w->stalled = w->untold = true;
	s->count.tx_stalls++;
}

/* True when completions have come since the last look. */
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
		s->count.tx_silence_max_ns = now - w->since_ns;
	return false;
}

/* Off, or with nothing to look after: what gathers is the tail's business. */
static bool at_rest(struct zcxsk_socket *s)
{
	if (!s->watchdog.first_ns || s->dead)
		return true;
	if (tx_awaited(s))
		return false;
	if (s->watchdog.since_ns)
		learn(&s->watchdog);
	watchdog_rest(s);
	return true;
}

void watchdog_look(struct zcxsk_socket *s)
{
	uint64_t now;

	if (at_rest(s))
		return;
	now = kernel_clock(s);
	if (!note_progress(s, now) && now >= s->watchdog.next_ns)
		force(s, now);
}

int watchdog_tell(struct zcxsk_socket *s)
{
	if (ZCXSK_LIKELY(!s->watchdog.untold))
		return 0;
	s->watchdog.untold = false;
	return watchdog_stalled(s) ? -ETIME : 0;
}

int zcxsk_watchdog_read_stall(struct zcxsk_socket *s, struct zcxsk_stall *stall)
{
	struct zcxsk_stall answer = {0};
	struct zcxsk_packet oldest;

	if (!s || !stall)
		return -EINVAL;
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
