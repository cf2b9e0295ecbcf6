/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flooded.h - a turn in which the far end sends as fast as it can.
 */
#ifndef ZCXSK_BENCH_FLOODED_H
#define ZCXSK_BENCH_FLOODED_H

#include "sweep.h"

/* An engine's receive or forward. */
typedef int move_fn(const struct engine_setup *setup, uint64_t ns, struct engine_turn *turn,
		    char *why);

/*
 * One turn of `move`. What was offered is told too: where an engine is as fast
 * as the sender, its rate is the sender's. 0 or -errno with `why` filled.
 */
int flooded_turn(const struct entry *entry, move_fn *move, char *why);

#endif
