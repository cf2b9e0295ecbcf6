/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runner.h - rounds: each contender has one turn in every round. The order alternates
 * from round to round, so that a drift of the machine affects all of them alike.
 */
#ifndef ZCXSK_BENCH_RUNNER_H
#define ZCXSK_BENCH_RUNNER_H

#include "case.h"

struct contender {
	const char *engine; /* for the progress line and messages */
	void *context;
	/*
	 * Measures, and adds a reading to its series. 0 or -errno with `why` filled;
	 * then it has no further turns. -EOPNOTSUPP, -ENOENT and -ENETUNREACH mean
	 * that it is not possible here, which is not a failure.
	 */
	int (*turn)(const struct plan *plan, void *context, char *why);
	int ret; /* of its last turn; set by runner_run() */
};

/*
 * Runs plan->rounds rounds on the place's processor, until stop_requested(). Reports
 * failures on stderr and skips those contenders from then on. 0, or the -errno of
 * the first failure if no contender succeeded.
 */
int runner_run(const struct plan *plan, const char *what, struct contender *contenders, size_t n);

#endif
