/* SPDX-License-Identifier: BSD-2-Clause */
/* release.c - gets back the frames that the queues of closed sockets have. */
#include "socket/release.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/minmax.h"
#include "datapath/fill.h"
#include "datapath/outstanding.h"
#include "frames/left_behind.h"
#include "frames/pool.h"
#include "frames/probed.h"
#include "nic/netns.h"
#include "nic/queue_probe.h"

static struct queue_id queue_of(const struct zcxsk_socket *s)
{
	return (struct queue_id){s->setup.netns, s->setup.nic.ifindex, s->setup.queue};
}

/* ---- when ------------------------------------------------------------------ */

/* The same, and notes that the queue is busy now by our own doing. */
static int probe(struct zcxsk_pool *pool, const struct queue_id *q)
{
	int ret;

	if (!probed_begin(pool, q))
		return -ENOMEM;
	ret = queue_probe(q->netns, q->ifindex, q->queue);
	probed_end(pool, q, ret ? 0 : clock_deadline(RELEASE_NS));
	return ret == -ENODEV ? 0 : ret;
}

bool release_is_pending(const struct zcxsk_socket *s)
{
	struct queue_id q = queue_of(s);

	q.netns = netns_of(s->fd);
	return probed_occupies(s->pool, &q);
}

/* Probes the queues of closed sockets. Returns whether `own`, or if that is NULL any, is busy. */
static bool try_all(struct zcxsk_pool *pool, const struct queue_id *own)
{
	struct queue_id q;
	bool busy = false;
	uint32_t n = 0;

	while (left_find(pool, n, &q)) {
		int ret = probe(pool, &q);

		if (ret)
			n++;
		else
			left_release(pool, &q);
		busy |= ret == -EBUSY && (!own || queue_is_same(&q, own));
	}
	return busy;
}

void release_bound(struct zcxsk_socket *s)
{
	struct queue_id q;

	s->setup.netns = netns_of(s->fd);
	q = queue_of(s);
	if (q.netns)
		left_release(s->pool, &q);
}

static void await(struct zcxsk_pool *pool, const struct queue_id *own, uint64_t timeout_ns)
{
	uint64_t deadline = clock_deadline(timeout_ns);

	while (try_all(pool, own) && clock_now() < deadline)
		poll(NULL, 0, NIC_BUSY_PAUSE_MS);
}

void release_await(struct zcxsk_pool *pool, uint64_t timeout_ns)
{
	await(pool, NULL, timeout_ns);
}

void release_await_own(const struct zcxsk_socket *s, uint64_t timeout_ns)
{
	struct queue_id q = queue_of(s);

	await(s->pool, &q, timeout_ns);
}

/* ---- which ----------------------------------------------------------------- */

uint32_t release_list(const struct zcxsk_socket *s, uint64_t *frames)
{
	uint32_t n = 0;

	for (uint64_t i = 0; i < s->umem->frames; i++) {
		uint16_t at = ledger_place(s->pool, i);

		if (at == ledger_rx(s) || at == ledger_tx(s))
			frames[n++] = i * s->frame_size;
	}
	return n;
}

void release_posted(struct zcxsk_socket *s, uint32_t n)
{
	struct queue_id q = queue_of(s);
	uint64_t *frames = malloc(n * sizeof(*frames));

	for (uint32_t i = 0; frames && i < n; i++)
		frames[i] = *zcxsk_ring_fill_slot(&s->fast.fill, s->fast.fill.cached_prod - 1 - i);
	left_add(s->pool, &q, frames, n);
	free(frames);
}

/* Records the frames, by their addresses if these are known. */
static void leave(struct zcxsk_socket *s, const struct queue_id *q)
{
	uint64_t n = (uint64_t)fill_posted(s) + outstanding_count(s) + s->out.strays.lost;
	uint64_t *frames;

	if (s->setup.quarantine) {
		left_add(s->pool, q, s->setup.quarantine, s->setup.quarantine_count);
		return;
	}
	/* It never had a queue; its number in the ledger may be that of another socket. */
	if (!n)
		return;
	frames = s->pool->ledger ? malloc(s->umem->frames * sizeof(*frames)) : NULL;
	if (frames)
		n = release_list(s, frames);
	left_add(s->pool, q, frames, min_u64(n, s->umem->frames));
	free(frames);
}

/* Frames in the rings of the program are among those that the application has. */
static void leave_own(struct zcxsk_socket *s, const struct queue_id *q)
{
	uint64_t *held = s->pool->ledger ? malloc(s->umem->frames * sizeof(*held)) : NULL;
	uint64_t n = 0;

	for (uint64_t i = 0; held && i < s->umem->frames; i++)
		if (ledger_place(s->pool, i) == PLACE_APPLICATION)
			held[n++] = i * s->frame_size;
	if (held)
		left_add_among(s->pool, q, held, n, min_u64(n, s->setup.own.left));
	else
		left_add(s->pool, q, NULL, min_u64(s->setup.own.left, s->umem->frames));
	free(held);
}

void release_leave(struct zcxsk_socket *s)
{
	struct queue_id q = queue_of(s);

	if (!s->cache || s->setup.owns_memory)
		return;
	cache_flush(s->cache);
	leave(s, &q);
	if (s->setup.own.left)
		leave_own(s, &q);
	if (s->setup.simulated)
		left_release(s->pool, &q);
	else
		release_await_own(s, min_u64(s->setup.opts.busy_timeout_ns, RELEASE_NS));
}

void release_try(struct zcxsk_cache *c)
{
	if (!left_count(c->pool))
		return;
	cache_flush(c);
	try_all(c->pool, NULL);
}
