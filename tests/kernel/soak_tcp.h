/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak_tcp.h - the kernel's own TCP session on the same card, through the whole soak: each
 * end sends bytes that follow from their position, and checks those of the other.
 */
#ifndef ZCXSK_TESTS_SOAK_TCP_H
#define ZCXSK_TESTS_SOAK_TCP_H

#include <pthread.h>

#include "soak_card.h"

struct soak_tcp {
	int ends[2]; /* near, far */
	atomic_bool stop;
	_Atomic uint64_t sent[2], got[2]; /* bytes */
	struct soak_tcp_job {
		struct soak_tcp *tcp;
		unsigned end;
		pthread_t thread;
	} writers[2], readers[2];
};

void soak_tcp_start(struct soak_tcp *tcp, const struct soak_cards *cards);
/* Ends both directions; fails the test unless every byte that was sent has arrived. */
void soak_tcp_end(struct soak_tcp *tcp);

#endif
