/* SPDX-License-Identifier: BSD-2-Clause */
/* watchdog.h - the safety net for completions that do not come. */
#ifndef ZCXSK_LIB_DATAPATH_WATCHDOG_H
#define ZCXSK_LIB_DATAPATH_WATCHDOG_H

#include "datapath/outstanding.h"
#include "datapath/socket.h"

/* Takes over the times from the options. */
void watchdog_init(struct zcxsk_socket *s);

/* All that was out is accounted for. */
void watchdog_rest(struct zcxsk_socket *s);

/*
 * Looks after what is out, after a reap: reads the clock, forces a kick if
 * nothing has come home for long enough.
 */
void watchdog_look(struct zcxsk_socket *s);

/* -ETIME once for each stall that is still on, else 0. */
int watchdog_tell(struct zcxsk_socket *s);

/* When a kick will be forced, if nothing comes before; UINT64_MAX: not yet known. */
static inline uint64_t watchdog_due(const struct zcxsk_socket *s)
{
	bool silent = s->watchdog.since_ns && s->watchdog.seen == s->count.tx_completed;

	return silent ? s->watchdog.next_ns : UINT64_MAX;
}

/* Interrupts were lost a while ago: waits should not rely on them. */
static inline bool watchdog_careful(const struct zcxsk_socket *s)
{
	return s->watchdog.careful;
}

/* A stall was told and nothing has come home since. */
static inline bool watchdog_stalled(const struct zcxsk_socket *s)
{
	return s->watchdog.stalled && s->watchdog.seen == s->count.tx_completed;
}

#endif
