/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sweep.h - runs one measurement on all engines, in all modes, batch and packet
 * sizes of the plan. The turns that are compared are interleaved.
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
	const char *kick;   /* the kick policy, NULL = the default */
	bool gaps;	    /* find the longest gaps */
	uint64_t rate;	    /* packets a second, 0 = the plan's */
	uint32_t ring_size; /* 0 = the engine's default */
	uint32_t parameter; /* as in struct series */
	bool (*can)(const struct engine *engine);
	/* Adds its readings to the results. 0 or -errno with `why` filled. */
	int (*turn)(const struct entry *entry, char *why);
};

/*
 * The number of turns, and running them. Several sweeps run as one, so that they
 * can be compared with each other. 0, or -errno after reporting the failure.
 */
uint32_t sweep_turns(const struct plan *plan, const struct sweep *sweeps, uint32_t count);
int sweep_run(const struct plan *plan, const struct sweep *sweeps, uint32_t count);

/*
 * The same with each way of waiting, unless the user chose one: sleeping until the
 * kernel wakes the thread, busy polling if the case has that, spinning. waits_list()
 * fills the plans and returns how many there are.
 */
enum { WAITS = 3 };
uint32_t waits_list(const struct plan *plan, bool busy_poll, struct plan plans[WAITS]);
uint32_t waits_turns(const struct plan *plan, bool busy_poll, const struct sweep *sweep);
int waits_run(const struct plan *plan, bool busy_poll, const struct sweep *sweep);

/* The sweep of tx, for the cases that vary it. */
extern const struct sweep sweep_tx;
bool can_send(const struct engine *engine);

/* Adds a reading. `mode` is the actual one. */
void sweep_add(const struct entry *entry, const char *mode, const char *metric, const char *unit,
	       double value);
/* Adds the rate and the cost of a packet. False for a turn without packets. */
bool sweep_add_turn(const struct entry *entry, const struct engine_turn *turn);

/*
 * Sorts the times and adds their quantiles, PREFIX_p50 and so on, in ns. UINT64_MAX
 * stands for a lost packet; PREFIX_lost is the share of these. False if all were lost.
 */
bool sweep_add_times(const struct entry *entry, const char *mode, const char *prefix,
		     uint64_t *times_ns, uint32_t count);

#endif
