/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring_count.h - instructions of the ring cycles, counted by callgrind: the
 * bench runs itself under valgrind with a command that is not for people.
 */
#ifndef ZCXSK_BENCH_RING_COUNT_H
#define ZCXSK_BENCH_RING_COUNT_H

#include <stdbool.h>

#include "case.h"
#include "ring_user.h"

#define RING_COUNT_COMMAND "count-ring-cycle"

/*
 * Instructions that the user's end spends on a packet; the stand-in for the
 * kernel is not counted. 0 or -errno with `why` filled (200 bytes); -ENOENT:
 * there is no valgrind.
 */
int ring_count(const struct plan *plan, const struct ring_user *user, bool receive, uint32_t batch,
	       double *instructions, char *why);

/* argv[0] is the command. Runs cycles and measures nothing. The exit status. */
int ring_count_main(int argc, char **argv);

#endif
