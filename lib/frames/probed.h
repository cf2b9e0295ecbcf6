/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probed.h - queues that the library itself has occupied for a moment, to learn whether they
 * are free. The kernel releases a queue late, so that the library's own next bind may find it
 * busy: it goes on trying, whatever the application's patience.
 */
#ifndef ZCXSK_LIB_FRAMES_PROBED_H
#define ZCXSK_LIB_FRAMES_PROBED_H

#include "frames/left_behind.h"

struct probed {
	struct probed *next;
	struct queue_id queue;
	uint32_t running;  /* probes that are bound now, or about to be */
	uint64_t until_ns; /* by then the kernel has released the last one */
};

/* Before a probe of the queue. False if out of memory: then there must be none. */
bool probed_begin(struct zcxsk_pool *p, const struct queue_id *queue);

/* After it; until_ns: when the kernel has released it, 0 = it was not bound. */
void probed_end(struct zcxsk_pool *p, const struct queue_id *queue, uint64_t until_ns);

/* Whether a probe may still occupy the queue; queue = NULL: any queue. */
bool probed_occupies(struct zcxsk_pool *p, const struct queue_id *queue);

/* Forgets everything. */
void probed_free(struct zcxsk_pool *p);

#endif
