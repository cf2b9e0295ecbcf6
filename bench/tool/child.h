/* SPDX-License-Identifier: BSD-2-Clause */
/* child.h - runs another program. */
#ifndef ZCXSK_BENCH_CHILD_H
#define ZCXSK_BENCH_CHILD_H

#include <stdbool.h>

/*
 * Runs words[0] and waits for it. Its output goes to standard error, or nowhere if
 * `quiet`. Passes SIGINT and SIGTERM on to a child that is not quiet, which then
 * cleans up. Returns the exit status, or -errno; -ENOENT: it is not installed.
 */
int child_run(char *const words[], bool quiet);
/* Runs zcxsk-bench-report, installed beside the bench, on a result. As child_run(). */
int child_report(const char *result, const char *folder);

#endif
