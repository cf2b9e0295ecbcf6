/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * meter.h - the clock of a turn: when it is over, how fast to go, and the
 * longest gap between two signs of progress.
 */
#ifndef ZCXSK_BENCH_METER_H
#define ZCXSK_BENCH_METER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine.h"

#define NS_PER_S UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_US UINT64_C(1000)

/* Batches between two looks at the clock: it costs as much as a packet in a ring. */
enum { METER_STRIDE = 32 };

enum {
	/* For a queue that a socket before has not released yet, and between two tries. */
	BUSY_MS = 3000,
	BUSY_SLEEP_MS = 10,
	WAIT_MS = 100,	 /* longest sleep for packets or room; bounds how late an end is seen */
	DRAIN_MS = 1000, /* for the last frames to come home */
};

struct meter {
	uint64_t start_ns, end_ns;
	uint64_t cpu_start_ns;
	uint64_t rate;	/* packets a second, 0 = as fast as it goes */
	uint64_t paced; /* packets since the start, with a rate */
	uint64_t progress_ns, gap_ns;
	const struct engine_setup *setup;
	uint32_t unseen; /* batches until the next look */
	bool spin, gaps;
};

uint64_t meter_now_ns(void);

/* Calls setup->ready and starts the clock. */
void meter_start(struct meter *meter, const struct engine_setup *setup, uint64_t ns, uint64_t rate);
/* False when the clock has run out, or the user wants to stop. */
bool meter_look(struct meter *meter);
/* How long it is until n more packets are due; 0 = now, and they are counted. */
uint64_t meter_early_ns(struct meter *meter, uint32_t n);
/* Passes that time, asleep or spinning as the setup says; never beyond the end. */
void meter_pass(struct meter *meter, uint64_t ns);
/* n packets that were due could not be sent yet; looks at the clock soon. */
void meter_defer(struct meter *meter, uint32_t n);
/* Frames came home: ends the gap, where gaps are looked for. */
void meter_progress(struct meter *meter);
/* Frames go out while none was: a gap may start. */
void meter_depart(struct meter *meter);
/* Writes what the clocks say into *turn; calls setup->over. */
void meter_stop(struct meter *meter, struct engine_turn *turn);

/* The same as meter_look(), at every METER_STRIDEth call. */
static inline bool meter_goes_on(struct meter *meter)
{
	if (meter->unseen--)
		return true;
	return meter_look(meter);
}

/* Nothing moved: the next meter_goes_on() looks at the clock. */
static inline void meter_look_soon(struct meter *meter)
{
	meter->unseen = 0;
}

#endif
