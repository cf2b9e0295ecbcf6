/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * case.h - a question that the bench answers: tx, rx, fwd, latency, ... Each is
 * a subcommand. It measures all engines in every round and adds its readings to
 * the results.
 */
#ifndef ZCXSK_BENCH_CASE_H
#define ZCXSK_BENCH_CASE_H

#include "engine.h"
#include "place.h"
#include "result.h"

struct sweep; /* sweep.h */

/* The user's request, the same for all cases. */
struct plan {
	struct place *place; /* NULL for cases that need none */
	/* The place of the cases that only send, see case_run(); NULL = `place`. */
	struct place *sink;
	struct results *results;
	const char *modes[4];	  /* ends with NULL; empty = the best */
	uint32_t batches[8];	  /* ends with 0; never empty */
	uint32_t packet_sizes[8]; /* ends with 0; never empty */
	uint32_t rounds;
	uint64_t turn_ns;
	uint64_t rate;		/* packets a second, 0 = as fast as possible */
	bool engine_wanted[16]; /* by index in engines[] */
	bool spin, busy_poll;
	bool quick;
	const char *program; /* path of the running bench, to run itself again */
};

/* The options that need a place. */
#define NEEDS_PLACE_OPTIONS                                                                        \
	"veth guest guest-kernel interface peer yes-default-route mode packet-size rate spin "     \
	"busy-poll"

struct bench_case {
	const char *name;
	const char *words; /* one line of help */
	bool needs_place, only_sends;
	const char *ignores; /* options that do not apply, separated by spaces; may be NULL */
	/* A case that is a single sweep has no functions of its own. */
	const struct sweep *sweep;
	/* The number of turns, for the progress line. */
	uint32_t (*turns)(const struct plan *plan);
	/* 0, or -errno after it reported the reason on stderr. */
	int (*run)(const struct plan *plan);
};

extern const struct bench_case case_ring, case_tx, case_rx, case_fwd, case_latency, case_recover,
	case_wake, case_cpu, case_scale, case_matrix, case_handoff;

/* All of them, in the order of the help; ends with NULL. */
extern const struct bench_case *const all_cases[];
uint32_t case_turns(const struct bench_case *what, const struct plan *plan);
/*
 * Runs a case at its place, which is the sink for a case that only sends. Cases
 * that run others call this.
 */
int case_run(const struct bench_case *what, const struct plan *plan);
/* True unless the user excluded this engine. */
bool plan_wants(const struct plan *plan, const char *engine);
/* The length of a list that ends with 0. */
uint32_t plan_count(const uint32_t *numbers);
/* The same plan with one packet at a time, whatever batches were requested. */
struct plan plan_single(const struct plan *plan);

/* Progress with the remaining time, on a terminal or every few seconds. */
void progress_start(const char *what, uint32_t turns);
void progress_turn(const char *engine);
void progress_end(void);
/* A line on stderr that does not get mixed up with the progress line. */
void progress_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void progress_catch_signals(void);
/* The signal that asked for the end, 0 = none. */
int progress_signal(void);
/* True after SIGINT or SIGTERM: finish the turn, then sum up. */
bool stop_requested(void);

#endif
