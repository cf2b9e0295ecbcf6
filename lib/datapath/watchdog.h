/* SPDX-License-Identifier: BSD-2-Clause */
/* watchdog.h - recovers completions that do not arrive. */
#ifndef ZCXSK_LIB_DATAPATH_WATCHDOG_H
#define ZCXSK_LIB_DATAPATH_WATCHDOG_H

#include "datapath/outstanding.h"
#include "datapath/socket.h"

/* Takes the intervals from the options. */
void watchdog_init(struct zcxsk_socket *s);

/* Nothing is in flight any more. */
void watchdog_reset(struct zcxsk_socket *s);

/*
 * Checks the frames in flight, after a reap: reads the clock, and forces a kick if no frame
 * has completed for long enough.
 */
void watchdog_check(struct zcxsk_socket *s);

/* Returns -ETIME once for each stall that still lasts, else 0. */
int watchdog_take_stall(struct zcxsk_socket *s);

/* When a kick will be forced if nothing completes before; UINT64_MAX: not known yet. */
static inline uint64_t watchdog_due(const struct zcxsk_socket *s)
{
	bool silent = s->watchdog.since_ns && s->watchdog.seen == s->count.tx_completed;

	return silent ? s->watchdog.next_ns : UINT64_MAX;
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

#endif
