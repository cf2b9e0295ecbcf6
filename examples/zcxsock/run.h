/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run.h - one run of a command: what it has done so far and when it ends. The
 * loops ask run_goes_on() once a burst; the clock is read only now and then.
 */
#ifndef ZCXSOCK_RUN_H
#define ZCXSOCK_RUN_H

#include <signal.h>

#include "clock.h"
#include "endpoint.h"
#include "live.h"
#include "tokens.h"

enum {
	/* Bursts between two looks at the clock: some milliseconds of a busy loop. */
	RUN_BURSTS_PER_LOOK = 64,
};

/* Longest sleep in the kernel, so that intervals and ends are not late by more. */
#define RUN_WAIT_NS (UINT64_C(20) * NS_PER_MS)

struct run {
	const struct options *options;
	struct endpoints endpoints;

	/* Written by the loops. */
	uint64_t packets;
	uint64_t bytes;
	uint64_t not_sent; /* fwd: packets given up because the way out was full */
	int failure;	   /* negative errno that ended the run, or 0 */

	struct live live;     /* rx and fwd */
	struct tokens tokens; /* tx */
	uint64_t stalls_told; /* number of the last stall that was told */
	bool rebuild_due;     /* after a stall; once no frame is held */

	uint32_t looks_in; /* bursts until the next look at the clock */
	uint64_t start_ns;
	uint64_t stop_ns;      /* when it ended, else when it shall end; UINT64_MAX = never */
	uint64_t next_line_ns; /* UINT64_MAX = no progress lines */
	uint64_t line_ns;      /* when the last line was printed */
	uint64_t line_packets; /* counters at that time */
	uint64_t line_bytes;
	const char *ended_by; /* "signal", "duration", "count", "unconfirmed" or "error" */
};

/* Set by SIGINT and SIGTERM, or where there is nobody left to send them; sleeping calls come back
 * with -EINTR. */
extern volatile sig_atomic_t run_signalled;

void run_catch_signals(const struct options *o);
void run_begin(struct run *r, double interval_s);

/* Looks at the clock, the sockets and the signals. False when the run is over. */
bool run_look(struct run *r);

/* Asked once a burst. */
static inline bool run_goes_on(struct run *r)
{
	if (ZCXSK_LIKELY(--r->looks_in && !run_signalled))
		return true;
	return run_look(r);
}

/* The next run_goes_on() shall look, since time has passed in a wait. */
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
 * What a wait of the library came back with. Errors that pass are waited out, a
 * stall is told and answered as the user wants, the others end the run.
 */
void run_after_wait(struct run *r, int result);

/*
 * Where a loop holds no frame: rebuilds the socket if a stall asked for it.
 * True when it did.
 */
bool run_rebuild(struct run *r);

/* The three commands; they return when the run is over. */
void run_rx(struct run *r);
void run_tx(struct run *r);
void run_fwd(struct run *r);

#endif
