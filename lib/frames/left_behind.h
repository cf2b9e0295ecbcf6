/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * left_behind.h - frames that the queue of a closed socket still has. They return to the
 * pool once the kernel has released that queue and it is known which frames they are.
 *
 * Their number is known: posted or sent, and not returned. Which ones is known at once from
 * the ledger. Without it the candidates are all frames seen nowhere else since the socket
 * was closed, and those are the frames as soon as there are no more candidates than frames.
 */
#ifndef ZCXSK_LIB_FRAMES_LEFT_BEHIND_H
#define ZCXSK_LIB_FRAMES_LEFT_BEHIND_H

#include "frames/memory.h"

/* A queue of an interface. */
struct queue_id {
	uint64_t netns; /* the namespace's cookie; 0 = unknown */
	uint32_t ifindex;
	uint32_t queue;
};

static inline bool queue_is_same(const struct queue_id *a, const struct queue_id *b)
{
	return a->netns == b->netns && a->ifindex == b->ifindex && a->queue == b->queue;
}

struct left_behind {
	struct left_behind *next;
	struct queue_id queue;
	bool released;	     /* by the kernel */
	uint64_t count;	     /* frames */
	uint64_t candidates; /* bits that are set */
	uint64_t bits[];     /* by frame: it may be one of them */
};

/*
 * Records n frames of a closed socket, by their addresses, or, if `frames` is NULL, as any
 * that are not in the pool now. If memory is short, they are lost, and counted.
 */
void left_add(struct zcxsk_pool *p, const struct queue_id *queue, const uint64_t *frames,
	      uint64_t n);

/* Records n frames of a closed socket that are among these. */
void left_add_among(struct zcxsk_pool *p, const struct queue_id *queue, const uint64_t *among,
		    uint64_t count, uint64_t n);

/* The kernel has released the queue. */
void left_release(struct zcxsk_pool *p, const struct queue_id *queue);

/* The nth queue that is not known to be released; false if there is none. */
bool left_find(struct zcxsk_pool *p, uint32_t n, struct queue_id *queue);

/* Frames that are recorded or lost. */
uint64_t left_count(struct zcxsk_pool *p);

/*
 * Frames are seen elsewhere, on their way into the pool: returns to it what is known and
 * released then. The caller holds the lock.
 */
void left_exclude(struct zcxsk_pool *p, const uint64_t *frames, uint64_t n);

/* Marks, by frame number, the frames that are known. The caller holds the lock. */
void left_mark_known(const struct zcxsk_pool *p, uint8_t *marks);

/* Forgets everything. */
void left_free(struct zcxsk_pool *p);

#endif
