/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring_count.h - instructions of the ring cycles, counted by callgrind: the bench
 * runs itself under valgrind with an internal command.
 */
#ifndef ZCXSK_BENCH_RING_COUNT_H
#define ZCXSK_BENCH_RING_COUNT_H

#include <stdbool.h>

#include "case.h"
#include "ring_user.h"

#define RING_COUNT_COMMAND "count-ring-cycle"

/*
 * Counts the instructions per packet of the user's end, without the simulated
 * kernel. 0 or -errno with `why` filled; -ENOENT: valgrind is not installed.
 */
int ring_count(const struct plan *plan, const struct ring_user *user, bool receive, uint32_t batch,
	       double *instructions, char *why);

/* Runs cycles without measuring. argv[0] is the command. Returns the exit status. */
int ring_count_main(int argc, char **argv);

#endif
