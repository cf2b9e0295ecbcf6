/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak_far.h - the far end of the soak: the kernel's UDP sockets there, which send numbered
 * packets to the near card and check those that arrive from it.
 */
#ifndef ZCXSK_TESTS_SOAK_FAR_H
#define ZCXSK_TESTS_SOAK_FAR_H

#include <pthread.h>

#include "prng.h"
#include "soak_card.h"

#define SOAK_FLOWS 16u /* enough for a hash to reach each of four queues */

struct soak_far {
	int flows[SOAK_FLOWS], sink;
	struct prng prng;
	atomic_bool stop;
	_Atomic uint64_t sent, reflected;
	_Atomic uint64_t got[SOAK_QUEUES]; /* from each queue */
	_Atomic uint64_t seen[SOAK_SEEN], seen_reflected[SOAK_SEEN];
	pthread_t sender, receiver;
};

void soak_far_start(struct soak_far *far, const struct soak_cards *cards, uint64_t seed);
void soak_far_stop(struct soak_far *far);

#endif
