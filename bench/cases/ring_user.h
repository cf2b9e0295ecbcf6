/* SPDX-License-Identifier: BSD-2-Clause */
/* ring_user.h - the user's end of rings in memory: this library, or libxdp's functions. */
#ifndef ZCXSK_BENCH_RING_USER_H
#define ZCXSK_BENCH_RING_USER_H

#include "ring_memory.h"

enum { RING_BATCH_MAX = 1024 }; /* packets; the library's default limit in flight */

struct ring_user {
	const char *name; /* the engine's */
	/* Names of the two functions below, for callgrind. */
	const char *tx_name, *rx_name;
	/* frames: of the UMEM. Returns a handle, or NULL. */
	void *(*open)(struct ring_memory *memory, uint32_t frames);
	void (*close)(void *handle);
	/*
	 * One cycle: sends a batch (pool alloc, descriptor, submit, wakeup check,
	 * reap, pool free), or receives up to a batch (peek, read, refill, release).
	 * Returns how many packets.
	 */
	uint32_t (*tx)(void *handle, uint32_t batch);
	uint32_t (*rx)(void *handle, uint32_t batch);
};

extern const struct ring_user ring_user_zcxsk, ring_user_libxdp;

/*
 * The step of the library's clock at each read; 0 = the real clock. Under callgrind a
 * packet takes so long that with the real clock every tail would be due.
 */
extern uint64_t ring_clock_step_ns;

/* Makes the compiler keep the reads of received packets. */
extern uint64_t ring_bytes_seen;

#endif
