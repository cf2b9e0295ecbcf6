/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handoff_mutex.c - the usual alternative: a circular array under a mutex, with a
 * condition variable for each side, locked once per batch.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "handoff.h"
#include "meter.h"

const struct engine engine_mutex_queue = {.name = "mutex-queue",
					  .words = "queue under a mutex, only for handoff"};

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t not_empty, not_full;
	uint32_t first, count;
	struct zcxsk_packet entries[HANDOFF_ENTRIES];
};

static void *queue_open(void)
{
	struct queue *q = calloc(1, sizeof(*q));
	pthread_condattr_t monotonic;

	if (!q)
		return NULL;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&q->not_empty, &monotonic);
	pthread_cond_init(&q->not_full, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_mutex_init(&q->lock, NULL);
	return q;
}

static void queue_close(void *handle)
{
	struct queue *q = handle;

	pthread_cond_destroy(&q->not_empty);
	pthread_cond_destroy(&q->not_full);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

/* False after handoff_patience_ns. */
static bool sleep_on(struct queue *q, pthread_cond_t *what)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec += (long)handoff_patience_ns;
	if (t.tv_nsec >= (long)NS_PER_S) {
		t.tv_nsec -= (long)NS_PER_S;
		t.tv_sec++;
	}
	return !pthread_cond_timedwait(what, &q->lock, &t);
}

/* Copies in at most two runs. */
static void copy_in(struct queue *q, const struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t at = (q->first + q->count) % HANDOFF_ENTRIES, run = HANDOFF_ENTRIES - at;

	run = run < n ? run : n;
	memcpy(q->entries + at, packets, run * sizeof(*packets));
	memcpy(q->entries, packets + run, (n - run) * sizeof(*packets));
	q->count += n;
}

static uint32_t queue_push(void *handle, const struct zcxsk_packet *packets, uint32_t n)
{
	struct queue *q = handle;
	uint32_t pushed = 0;

	pthread_mutex_lock(&q->lock);
	while (pushed < n) {
		uint32_t room = HANDOFF_ENTRIES - q->count;

		if (!room) {
			if (sleep_on(q, &q->not_full))
				continue;
			break;
		}
		room = room < n - pushed ? room : n - pushed;
		copy_in(q, packets + pushed, room);
		pushed += room;
		pthread_cond_signal(&q->not_empty);
	}
	pthread_mutex_unlock(&q->lock);
	return pushed;
}

static uint32_t queue_pop(void *handle, struct zcxsk_packet *packets, uint32_t max)
{
	struct queue *q = handle;
	uint32_t n, run;

	pthread_mutex_lock(&q->lock);
	while (!q->count)
		if (!sleep_on(q, &q->not_empty))
			break;
	n = q->count < max ? q->count : max;
	run = HANDOFF_ENTRIES - q->first;
	run = run < n ? run : n;
	memcpy(packets, q->entries + q->first, run * sizeof(*packets));
	memcpy(packets + run, q->entries, (n - run) * sizeof(*packets));
	q->first = (q->first + n) % HANDOFF_ENTRIES;
	q->count -= n;
	if (n)
		pthread_cond_signal(&q->not_full);
	pthread_mutex_unlock(&q->lock);
	return n;
}

const struct handoff_way handoff_mutex = {.engine = "mutex-queue",
					  .open = queue_open,
					  .close = queue_close,
					  .push = queue_push,
					  .pop = queue_pop};
