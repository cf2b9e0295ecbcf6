/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring_user.h - the user's end of rings in memory, by this library and by a
 * loop on libxdp's ring functions.
 */
#ifndef ZCXSK_BENCH_RING_USER_H
#define ZCXSK_BENCH_RING_USER_H

#include "ring_memory.h"

enum { RING_BATCH_MAX = 1024 }; /* packets; the library has no more than that out by default */

struct ring_user {
	const char *name; /* the engine's */
	/* Names of the two functions below, for callgrind. */
	const char *tx_name, *rx_name;
	/* frames: of the UMEM. A handle, or NULL. */
	void *(*open)(struct ring_memory *memory, uint32_t frames);
	void (*close)(void *handle);
	/*
	 * One cycle: a batch out (pool alloc, descriptor, submit, wake check,
	 * reap, pool free), or up to a batch in (peek, read, refill, release).
	 * Returns how many packets.
	 */
	uint32_t (*tx)(void *handle, uint32_t batch);
	uint32_t (*rx)(void *handle, uint32_t batch);
};

extern const struct ring_user ring_user_zcxsk, ring_user_libxdp;

/*
 * By how much the library's clock goes on at each look; 0 = the real clock. Under
 * callgrind a packet takes so long that by the real one every tail would be due.
 */
extern uint64_t ring_clock_step_ns;

/* Somebody has to look at the packets that came in. */
extern uint64_t ring_bytes_seen;

#endif
