/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * case.h - a question that the bench answers: tx, rx, fwd, latency, ... Each is
 * a subcommand; it measures in rounds, all engines in each, and puts what it
 * found into the results.
 */
#ifndef ZCXSK_BENCH_CASE_H
#define ZCXSK_BENCH_CASE_H

#include "engine.h"
#include "place.h"
#include "result.h"

/* What the user asked for, the same for all cases. */
struct plan {
	struct place *place; /* NULL for cases that need none */
	/* Where cases that only send are run, see case_run(); NULL = at `place` as well. */
	struct place *sink;
	struct results *results;
	const char *modes[4];	  /* ends with NULL; empty = the best */
	uint32_t batches[8];	  /* ends with 0; never empty */
	uint32_t packet_sizes[8]; /* ends with 0; never empty */
	uint32_t rounds;
	uint64_t turn_ns;
	uint64_t rate;		/* packets a second, 0 = as fast as it goes */
	bool engine_wanted[16]; /* by index in engines[] */
	bool spin, busy_poll;
	bool quick;
	const char *program; /* path of the running bench, to run itself again */
};

struct bench_case {
	const char *name;
	const char *words; /* one line of help */
	bool needs_place;
	/* How many turns it will take, for the progress line. */
	uint32_t (*turns)(const struct plan *plan);
	/* 0, or -errno after it has said why on stderr. */
	int (*run)(const struct plan *plan);
};

extern const struct bench_case case_ring, case_tx, case_rx, case_fwd, case_latency, case_recover,
	case_wake, case_cpu, case_scale, case_matrix, case_handoff;

/* All of them, in the order of the help; ends with NULL. */
const struct bench_case *const *all_cases(void);
/*
 * Runs a case where it belongs: one that only sends at the plan's sink if there
 * is one. Cases that run others call this.
 */
int case_run(const struct bench_case *what, const struct plan *plan);
/* True when the user has not left this engine out. */
bool plan_wants(const struct plan *plan, const char *engine);

/* Progress with the remaining time, on a terminal or once in some seconds. */
void progress_start(const char *what, uint32_t turns);
void progress_turn(const char *engine);
void progress_end(void);
/* A line on stderr that does not get mixed up with the progress line. */
void progress_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* True after SIGINT or SIGTERM: finish the turn, then sum up. */
bool stop_requested(void);

#endif
