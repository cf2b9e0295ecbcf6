/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handoff_ways.c - the library's handoff, and the usual alternative: a circular array
 * under a mutex, with a condition variable for each side, locked once per batch.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zcxsk/zcxsk.h>

#include "handoff.h"
#include "meter.h"

/* ---- the library's handoff ------------------------------------------------------ */

/* The packets are not real frames, but a handoff needs a pool. */
struct zcxsk_way {
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_handoff *handoff;
};

static void way_close(void *handle)
{
	struct zcxsk_way *w = handle;
	struct zcxsk_packet rest[HANDOFF_BATCH_MAX];

	while (zcxsk_handoff_pop(w->handoff, rest, HANDOFF_BATCH_MAX))
		;
	zcxsk_handoff_destroy(w->handoff);
	zcxsk_pool_destroy(w->pool);
	zcxsk_umem_destroy(w->umem);
	free(w);
}

static void *way_open(void)
{
	struct zcxsk_handoff_opts opts;
	struct zcxsk_umem_opts memory;
	struct zcxsk_way *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	zcxsk_handoff_opts_init(&opts);
	opts.entries = HANDOFF_ENTRIES;
	zcxsk_umem_opts_init(&memory);
	memory.frames = 1;
	if (!zcxsk_umem_create(&w->umem, &memory, NULL) &&
	    !zcxsk_pool_create(&w->pool, w->umem, NULL, NULL) &&
	    !zcxsk_handoff_create(&w->handoff, w->pool, &opts, NULL))
		return w;
	way_close(w);
	return NULL;
}

static uint32_t way_push(void *handle, const struct zcxsk_packet *packets, uint32_t n)
{
	struct zcxsk_way *w = handle;
	uint32_t count;

	(void)!zcxsk_handoff_push_wait(w->handoff, packets, n, handoff_patience_ns, &count);
	return count;
}

static uint32_t way_pop(void *handle, struct zcxsk_packet *packets, uint32_t max)
{
	struct zcxsk_way *w = handle;
	uint32_t count;

	(void)!zcxsk_handoff_pop_wait(w->handoff, packets, max, handoff_patience_ns, &count);
	return count;
}

const struct handoff_way handoff_zcxsk = {
	.engine = "zcxsk", .open = way_open, .close = way_close, .push = way_push, .pop = way_pop};

/* ---- a queue under a mutex ------------------------------------------------------ */

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
