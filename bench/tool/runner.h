/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runner.h - rounds: each contender has one turn in every round, and who goes
 * first changes from round to round, so that a drift of the machine hits all of
 * them alike.
 */
#ifndef ZCXSK_BENCH_RUNNER_H
#define ZCXSK_BENCH_RUNNER_H

#include "case.h"
#include "fails.h"

struct contender {
	const char *engine; /* for the progress line and messages */
	void *context;
	/*
	 * One turn: measures, and adds a value to its series. 0 or -errno with
	 * `why` filled. After a failure it has no further turn; -EOPNOTSUPP,
	 * -ENOENT and -ENETUNREACH say that it is not possible here, which is no
	 * failure.
	 */
	int (*turn)(const struct plan *plan, void *context, char *why);
	int rc; /* of its last turn; set by runner_run() */
};

/*
 * Runs plan->rounds rounds, on the place's processor, until stop_requested().
 * What fails is said on stderr and left out from then on. 0, or the first
 * failure's -errno when none of the contenders came through.
 */
int runner_run(const struct plan *plan, const char *what, struct contender *contenders, size_t n);

#endif
