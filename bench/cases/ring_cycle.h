/* SPDX-License-Identifier: BSD-2-Clause */
/* ring_cycle.h - the time that a cycle takes, in one thread or across two processors. */
#ifndef ZCXSK_BENCH_RING_CYCLE_H
#define ZCXSK_BENCH_RING_CYCLE_H

#include <stdbool.h>

#include "ring_user.h"

enum {
	RING_ENTRIES = 2048,		/* of each ring; the library's default */
	RING_FRAMES = 4 * RING_ENTRIES, /* the library's default */
	RING_SETS_MAX = 64,
};

struct ring_setup {
	uint32_t batch;
	uint32_t entries; /* of each ring; 0 = RING_ENTRIES */
	uint32_t frames;  /* 0 = RING_FRAMES, or twice the entries if that is more */
	uint32_t sets;	  /* of rings, served in turn like queues; 0 = 1 */
	bool receive;
	int kernel_cpu; /* a thread there simulates the kernel; -1 = this thread does */
};

/*
 * Runs cycles for about ns nanoseconds. With kernel_cpu -1 it times only the user's
 * end. 0 or -errno with `why` filled.
 */
int ring_cycle_time(const struct ring_user *user, const struct ring_setup *setup, uint64_t ns,
		    double *ns_per_packet, char *why);

#endif
