/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sweep.h - one question put to all engines, in all modes, batch and packet
 * sizes of the plan. Those that are compared have their turns interleaved.
 */
#ifndef ZCXSK_BENCH_SWEEP_H
#define ZCXSK_BENCH_SWEEP_H

#include "runner.h"

/* One engine in one mode with one batch and packet size. */
struct entry {
	const struct sweep *sweep;
	const struct plan *plan;
	const struct engine *engine;
	struct engine_setup setup;
	char name[RESULT_WORD]; /* of the case in the results */
	uint32_t parameter;
};

struct sweep {
	const char *name;
	const char *only;	    /* the one engine that is asked, NULL = all */
	const char *kick;	    /* the kick policy, NULL = the default */
	bool gaps;		    /* find the longest gaps */
	uint64_t rate;		    /* packets a second, 0 = the plan's */
	uint32_t ring_size, frames; /* 0 = the engine's default */
	uint32_t parameter;	    /* as in struct series */
	bool (*can)(const struct engine *engine);
	/* 0 or -errno with `why` filled; what it finds it puts into the results. */
	int (*turn)(const struct entry *entry, char *why);
};

/*
 * How many turns, and taking them. Several sweeps are run as one, so that they
 * can be compared with each other. 0, or -errno after what failed was said.
 */
uint32_t sweep_turns(const struct plan *plan, const struct sweep *sweeps, uint32_t count);
int sweep_run(const struct plan *plan, const struct sweep *sweeps, uint32_t count);

/* Adds a reading. `mode` is the one that it really was in. */
void sweep_add(const struct entry *entry, const char *mode, const char *metric, const char *unit,
	       double value);
/* Adds the rate and what a packet cost. False for a turn without a packet. */
bool sweep_add_turn(const struct entry *entry, const struct engine_turn *turn);

#endif
