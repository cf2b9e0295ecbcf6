/* SPDX-License-Identifier: BSD-2-Clause */
/* watchdog.h - recovers completions that do not arrive. */
#ifndef ZCXSK_LIB_DATAPATH_WATCHDOG_H
#define ZCXSK_LIB_DATAPATH_WATCHDOG_H

#include <errno.h>

#include "base/clock.h"
#include "base/minmax.h"
#include "datapath/outstanding.h"
#include "datapath/socket.h"

/* Takes the intervals from the options. */
void watchdog_init(struct zcxsk_socket *s);

/* Nothing is in flight any more. */
void watchdog_reset(struct zcxsk_socket *s);

/*
 * Checks the frames in flight, after a reap: reads the clock, forces a kick if no frame has
 * completed for long enough, and gives up frames whose completions are missing.
 */
void watchdog_check(struct zcxsk_socket *s);

/* One packet is in flight, and the device has taken it. */
static inline bool watchdog_awaits_one(const struct zcxsk_socket *s)
{
	return outstanding_window(s) == 1 && !zcxsk_ring_prod_pending(&s->fast.tx);
}

/* When the next check is due if nothing completes before; UINT64_MAX: not known yet. */
static inline uint64_t watchdog_due(const struct zcxsk_socket *s)
{
	const struct watchdog *w = &s->watchdog;

	if (!w->since_ns || w->seen != s->count.tx_completed)
		return UINT64_MAX;
	if (!watchdog_awaits_one(s))
		return w->next_ns;
	return min_u64(w->next_ns, clock_after(w->since_ns, s->out.strays.lost_ns));
}

/* Interrupts were lost recently: waits must not rely on them. */
static inline bool watchdog_distrusts_interrupts(const struct zcxsk_socket *s)
{
	return s->watchdog.distrust;
}

/* A stall was detected and nothing has completed since. */
static inline bool watchdog_stalled(const struct zcxsk_socket *s)
{
	return s->watchdog.stalled && s->watchdog.seen == s->count.tx_completed;
}

/* For calls that wait for frames: -ETIME while a stall lasts, else 0. */
static inline int watchdog_status(const struct zcxsk_socket *s)
{
	return ZCXSK_UNLIKELY(watchdog_stalled(s)) ? -ETIME : 0;
}

#endif
