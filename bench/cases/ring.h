/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring.h - cycles on rings in memory, by this library and by libxdp's functions: their
 * time, and their instructions, for which the bench runs itself under callgrind.
 */
#ifndef ZCXSK_BENCH_RING_H
#define ZCXSK_BENCH_RING_H

#include <stdbool.h>

#include "case.h"
#include "ring_memory.h"

enum {
	RING_BATCH_MAX = 1024,		/* packets; the library's default limit in flight */
	RING_ENTRIES = 2048,		/* of each ring; the library's default */
	RING_FRAMES = 4 * RING_ENTRIES, /* the library's default */
	RING_SETS_MAX = 64,
	RING_USERS = 2,
};

#define RING_COUNT_COMMAND "count-ring-cycle" /* internal */

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
extern const struct ring_user *const ring_users[RING_USERS];

/*
 * The step of the library's clock at each read; 0 = the real clock. Under callgrind a
 * packet takes so long that with the real clock every tail would be due.
 */
extern uint64_t ring_clock_step_ns;

/* Makes the compiler keep the reads of received packets. */
extern uint64_t ring_bytes_seen;

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

/*
 * Counts the instructions per packet of the user's end, without the simulated
 * kernel. 0 or -errno with `why` filled; -ENOENT: valgrind is not installed.
 */
int ring_count(const struct plan *plan, const struct ring_user *user, bool receive, uint32_t batch,
	       double *instructions, char *why);

/* Runs cycles without measuring. argv[0] is the command. Returns the exit status. */
int ring_count_main(int argc, char **argv);

#endif
