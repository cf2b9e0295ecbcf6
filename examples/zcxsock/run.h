/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run.h - the state of one run. The loops call run_goes_on() once per burst, which
 * reads the clock only every RUN_BURSTS_PER_LOOK bursts.
 */
#ifndef ZCXSOCK_RUN_H
#define ZCXSOCK_RUN_H

#include <signal.h>

#include "clock.h"
#include "endpoint.h"
#include "live.h"
#include "tokens.h"

enum {
	/* Bursts between two checks of the clock: some milliseconds of a busy loop. */
	RUN_BURSTS_PER_LOOK = 64,
};

/* Longest sleep in the kernel; intervals and the end are late by at most this. */
#define RUN_WAIT_NS (UINT64_C(20) * NS_PER_MS)

struct run {
	const struct options *options;
	struct endpoints endpoints;

	/* Written by the loops. */
	uint64_t packets;
	uint64_t bytes;
	uint64_t not_sent; /* fwd: packets dropped because the TX ring was full */
	int failure;	   /* negative errno that ended the run, or 0 */

	struct live live;	  /* rx and fwd */
	struct tokens tokens;	  /* tx */
	uint64_t stalls_reported; /* number of the last reported stall */
	bool in_down, out_down;	  /* whether the link was down at the last look */
	bool rebuild_due;	  /* after a stall; done when the loop holds no frame */

	uint32_t looks_in; /* bursts until the clock is checked */
	uint64_t start_ns;
	uint64_t stop_ns;      /* when it ended or is to end; UINT64_MAX = never */
	uint64_t next_line_ns; /* UINT64_MAX = no progress lines */
	uint64_t line_ns;      /* when the last line was printed */
	uint64_t line_packets; /* counters at that time */
	uint64_t line_bytes;
	const char *ended_by; /* "signal", "duration", "count", "unconfirmed" or "error" */
};

/* Set by SIGINT and SIGTERM, or if the terminal is gone. Sleeping calls return -EINTR. */
extern volatile sig_atomic_t run_signalled;

void run_catch_signals(const struct options *o);
void run_begin(struct run *r, double interval_s);

/* Checks the clock, the sockets and the signals. False if the run is over. */
bool run_look(struct run *r);

/* Call once per burst. */
static inline bool run_goes_on(struct run *r)
{
	if (ZCXSK_LIKELY(--r->looks_in && !run_signalled))
		return true;
	return run_look(r);
}

/* Makes the next run_goes_on() check the clock, because time has passed in a wait. */
static inline void run_look_soon(struct run *r)
{
	r->looks_in = 1;
}

/* Packets that may still be handled, at most max. */
static inline uint32_t run_allowance(const struct run *r, uint32_t max)
{
	uint64_t count = r->options->count;

	return count && count - r->packets < max ? (uint32_t)(count - r->packets) : max;
}

/*
 * Handles the result of a library wait: waits while the link is down, reports a
 * stall, and ends the run on any lasting error.
 */
void run_after_wait(struct run *r, int result);

/*
 * Call when the loop holds no frame: rebuilds the socket if a stall requires it.
 * True if it did.
 */
bool run_rebuild(struct run *r);

/* The three commands. They return when the run is over. */
void run_rx(struct run *r);
void run_tx(struct run *r);
void run_fwd(struct run *r);

#endif
