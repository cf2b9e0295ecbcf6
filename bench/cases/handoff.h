/* SPDX-License-Identifier: BSD-2-Clause */
/* handoff.h - ways to pass packets from one thread to another. */
#ifndef ZCXSK_BENCH_HANDOFF_H
#define ZCXSK_BENCH_HANDOFF_H

#include <stdint.h>
#include <zcxsk/packet.h>

enum {
	HANDOFF_ENTRIES = 1024,	  /* capacity of each; the library's default */
	HANDOFF_BATCH_MAX = 1024, /* packets; the capacity */
};

struct handoff_way {
	const char *engine;
	/* A handle, or NULL. */
	void *(*open)(void);
	void (*close)(void *handle);
	/*
	 * push() sleeps until it pushed all n packets, pop() until it popped 1 to max.
	 * Both return early after handoff_patience_ns, so that a thread can end.
	 */
	uint32_t (*push)(void *handle, const struct zcxsk_packet *packets, uint32_t n);
	uint32_t (*pop)(void *handle, struct zcxsk_packet *packets, uint32_t max);
};

extern const struct handoff_way handoff_zcxsk, handoff_mutex;

/* The longest sleep of a push or pop, ns. */
extern const uint64_t handoff_patience_ns;

#endif
