/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * meter.h - the clock of a turn: when it is over, how fast to send, and the
 * longest gap between two completions.
 */
#ifndef ZCXSK_BENCH_METER_H
#define ZCXSK_BENCH_METER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine.h"

#define NS_PER_S UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_US UINT64_C(1000)

/* Batches between two clock reads: one costs as much as a packet in a ring. */
enum { METER_STRIDE = 32 };

enum {
	/* How long to retry while an earlier socket holds the queue, and between two tries. */
	BUSY_MS = 3000,
	BUSY_SLEEP_MS = 10,
	WAIT_MS = 100,	 /* longest sleep for packets or room; bounds how late a turn ends */
	DRAIN_MS = 1000, /* for the last completions */
};

struct meter {
	uint64_t start_ns, end_ns;
	uint64_t cpu_start_ns;
	uint64_t rate;	/* packets a second, 0 = as fast as it goes */
	uint64_t paced; /* packets since the start, with a rate */
	uint64_t progress_ns, gap_ns;
	const struct engine_setup *setup;
	uint32_t unseen; /* batches until the next clock read */
	bool spin, gaps;
};

uint64_t meter_now_ns(void);

/* Calls setup->ready and starts the clock. */
void meter_start(struct meter *meter, const struct engine_setup *setup, uint64_t ns, uint64_t rate);
/* False if the time is over, or the user wants to stop. */
bool meter_look(struct meter *meter);
/* The time until n more packets are due; 0 = now, and counts them as sent. */
uint64_t meter_early_ns(struct meter *meter, uint32_t n);
/* Sleeps for that time, but not past the end; returns at once if the setup spins. */
void meter_pass(struct meter *meter, uint64_t ns);
/* meter_early_ns() and meter_pass() in one; false if n packets are due now. */
bool meter_is_early(struct meter *meter, uint32_t n);
/* Takes back n packets that were due and could not be sent. */
void meter_defer(struct meter *meter, uint32_t n);
/* Records completions, which end a gap. */
void meter_progress(struct meter *meter);
/* Records a first frame in flight: a gap may start. */
void meter_depart(struct meter *meter);
/* Writes the times into *turn; calls setup->over. */
void meter_stop(struct meter *meter, struct engine_turn *turn);

/* Calls meter_look() every METER_STRIDEth time. */
static inline bool meter_goes_on(struct meter *meter)
{
	if (meter->unseen--)
		return true;
	return meter_look(meter);
}

/* Makes the next meter_goes_on() read the clock: nothing moved. */
static inline void meter_look_soon(struct meter *meter)
{
	meter->unseen = 0;
}

/* ---- round trips in sequence ------------------------------------------------------ */

enum {
	ECHO_MS = 200, /* an echo that takes longer is lost */
	LOST_MAX = 10, /* in a row; then the turn ends */
};

struct pings {
	uint64_t *round_trips_ns;
	uint32_t count, number; /* of the one in flight */
	uint32_t lost;		/* in a row */
	uint64_t start_ns, give_up_ns;
};

/* Marks all as lost. */
void pings_init(struct pings *pings, uint64_t *round_trips_ns, uint32_t count);
/* False if all were sent, too many were lost, or the user wants to stop. */
bool pings_go_on(const struct pings *pings);
/* Call it right before the next one is sent. */
void pings_start(struct pings *pings);
void pings_end(struct pings *pings, bool arrived);

#endif
