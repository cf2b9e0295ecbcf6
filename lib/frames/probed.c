/* SPDX-License-Identifier: BSD-2-Clause */
/* probed.c - keeps a record of each queue that the library has probed lately. */
#include "frames/probed.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/minmax.h"

static bool is_over(const struct probed *r)
{
	return !r->running && clock_now() >= r->until_ns;
}

static void forget_old(struct zcxsk_pool *p)
{
	struct probed **at = &p->probed, *r;

	while ((r = *at)) {
		if (is_over(r)) {
			*at = r->next;
			free(r);
		} else {
			at = &r->next;
		}
	}
}

static struct probed *find(const struct zcxsk_pool *p, const struct queue_id *queue)
{
	struct probed *r = p->probed;

	while (r && queue && !queue_is_same(&r->queue, queue))
		r = r->next;
	return r;
}

static struct probed *add(struct zcxsk_pool *p, const struct queue_id *queue)
{
	struct probed *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->queue = *queue;
	r->next = p->probed;
	p->probed = r;
	return r;
}

bool probed_begin(struct zcxsk_pool *p, const struct queue_id *queue)
{
	struct probed *r;

	pthread_mutex_lock(&p->lock);
	forget_old(p);
	r = find(p, queue);
	if (!r)
		r = add(p, queue);
	if (r)
		r->running++;
	pthread_mutex_unlock(&p->lock);
	return r;
}

void probed_end(struct zcxsk_pool *p, const struct queue_id *queue, uint64_t until_ns)
{
	struct probed *r;

	pthread_mutex_lock(&p->lock);
	r = find(p, queue);
	r->running--;
	r->until_ns = max_u64(r->until_ns, until_ns);
	pthread_mutex_unlock(&p->lock);
}

bool probed_occupies(struct zcxsk_pool *p, const struct queue_id *queue)
{
	bool found;

	pthread_mutex_lock(&p->lock);
	forget_old(p);
	found = find(p, queue);
	pthread_mutex_unlock(&p->lock);
	return found;
}

void probed_free(struct zcxsk_pool *p)
{
	for (struct probed *r = p->probed, *next; r; r = next) {
		next = r->next;
		free(r);
	}
}
