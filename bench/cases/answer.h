/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * answer.h - the far end sends back what it gets, from a processor of its own. In
 * a veth pair an echo in XDP is there before the call that sent has come back, so
 * that nobody would ever wait for it.
 */
#ifndef ZCXSK_BENCH_ANSWER_H
#define ZCXSK_BENCH_ANSWER_H

#include "place.h"

struct answer;

/* False where the two ends have one processor, and the echo in XDP has to do. */
bool answer_is_possible(const struct place *place);
/*
 * Starts a thread that spins on the far end, which must be free (FAR_PASSES). Not
 * to be closed when it fails. 0 or -errno with `why` filled.
 */
int answer_open(struct answer **answer, const struct place *place, char *why);
void answer_close(struct answer *answer);

#endif
