/* SPDX-License-Identifier: BSD-2-Clause */
/* child.h - runs other programs: the report, and the bench in a guest. */
#ifndef ZCXSK_BENCH_CHILD_H
#define ZCXSK_BENCH_CHILD_H

#include "json.h"
#include "options.h"

/*
 * Runs words[0] and waits for it. Its output goes to standard error, or nowhere if
 * `quiet`. Passes SIGINT and SIGTERM on to a child that is not quiet, which then
 * cleans up. Returns the exit status, or -errno; -ENOENT: it is not installed.
 */
int child_run(char *const words[], bool quiet);
/* Runs zcxsk-bench-report, installed beside the bench, on a result. As child_run(). */
int child_report(const char *result, const char *folder);
/* Boots the virtual machine of the source tree and runs the bench in it. 0 or -errno. */
int guest_measure(const struct options *options, struct results *results, json_t **machine);

#endif
