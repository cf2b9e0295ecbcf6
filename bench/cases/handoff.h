/* SPDX-License-Identifier: BSD-2-Clause */
/* handoff.h - ways to pass packets from one thread to another. */
#ifndef ZCXSK_BENCH_HANDOFF_H
#define ZCXSK_BENCH_HANDOFF_H

#include <stdint.h>
#include <zcxsk/packet.h>

enum {
	HANDOFF_ENTRIES = 1024,	  /* room in each; the library's default */
	HANDOFF_BATCH_MAX = 1024, /* packets; what goes in at once */
};

struct handoff_way {
	const char *engine;
	/* A handle, or NULL. */
	void *(*open)(void);
	void (*close)(void *handle);
	/*
	 * All of n packets, sleeping for room, and 1 to max of them, sleeping for
	 * the first; or 0 after a while, so that a thread sees that it is to end.
	 */
	uint32_t (*push)(void *handle, const struct zcxsk_packet *packets, uint32_t n);
	uint32_t (*pop)(void *handle, struct zcxsk_packet *packets, uint32_t max);
};

extern const struct handoff_way handoff_zcxsk, handoff_mutex;

/* How long a push or pop sleeps at most, ns. */
extern const uint64_t handoff_patience_ns;

#endif
