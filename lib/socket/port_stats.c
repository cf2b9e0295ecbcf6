/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * port_stats.c - adds up the counters of all sockets of a port, including those that
 * were closed by a change of the queues.
 */
#include "socket/port.h"

#include <errno.h>

#include "base/minmax.h"
#include "base/opts.h"
#include "frames/left_behind.h"
#include "frames/pool.h"
#include "datapath/socket.h"
#include "socket/stats.h"

static void add(struct zcxsk_stats *sum, const struct zcxsk_stats *part)
{
	uint64_t silence = max_u64(sum->tx_silence_max_ns, part->tx_silence_max_ns);
	const uint64_t *from = &part->rx_packets;
	uint64_t *to = &sum->rx_packets;

	for (size_t i = 0; i < STATS_NUMBERS; i++)
		to[i] += from[i];
	sum->tx_silence_max_ns = silence;
}

/* Clears the fields that belong to a cache or pool; each of those is added once. */
static void forget_shared(struct zcxsk_stats *st)
{
	st->in_cache = 0;
	st->in_pool = 0;
	st->frames = 0;
}

/* Clears the fields for where frames are: a closed socket has none. */
static void forget_places(struct zcxsk_stats *st)
{
	st->in_fill_ring = 0;
	st->in_kernel_rx = 0;
	st->in_rx_ring = 0;
	st->in_tx_ring = 0;
	st->in_kernel_tx = 0;
	st->in_completion_ring = 0;
	st->in_lost = 0;
	forget_shared(st);
}

static void keep_history(struct zcxsk_port *p, struct zcxsk_socket *s)
{
	struct zcxsk_stats st = {0};

	if (stats_read(s, &st))
		return;
	forget_places(&st);
	/* The caller's caches remain, and the next socket counts what was taken from them. */
	if (p->caches)
		st.in_application -= cache_held(s->cache, s);
	add(&p->history, &st);
}

void port_add_socket(struct zcxsk_port *p, struct zcxsk_socket *s)
{
	pthread_mutex_lock(&p->lock);
	p->queue[p->queues++].socket = s;
	pthread_mutex_unlock(&p->lock);
}

struct zcxsk_socket *port_take_socket(struct zcxsk_port *p)
{
	struct zcxsk_socket *s;

	pthread_mutex_lock(&p->lock);
	s = p->queue[--p->queues].socket;
	p->queue[p->queues].socket = NULL;
	keep_history(p, s);
	pthread_mutex_unlock(&p->lock);
	return s;
}

/* Whether no earlier socket has the same cache, or the same pool. */
static bool first_with_cache(const struct zcxsk_port *p, uint32_t q)
{
	for (uint32_t i = 0; i < q; i++)
		if (p->queue[i].socket->cache == p->queue[q].socket->cache)
			return false;
	return true;
}

static bool first_with_pool(const struct zcxsk_port *p, uint32_t q)
{
	for (uint32_t i = 0; i < q; i++)
		if (p->queue[i].socket->pool == p->queue[q].socket->pool)
			return false;
	return true;
}

static void add_shared(const struct zcxsk_port *p, uint32_t q, struct zcxsk_stats *sum)
{
	const struct zcxsk_socket *s = p->queue[q].socket;

	if (first_with_cache(p, q))
		sum->in_cache += zcxsk_cache_available(s->cache);
	if (!first_with_pool(p, q))
		return;
	sum->in_pool += zcxsk_pool_available(s->pool);
	sum->frames += s->umem->frames;
}

/* The caller holds the port's lock. */
static int add_all(const struct zcxsk_port *p, struct zcxsk_stats *sum)
{
	struct zcxsk_stats st = {0};

	*sum = p->history;
	for (uint32_t q = 0; q < p->queues; q++) {
		int ret = stats_read(p->queue[q].socket, &st);

		if (ret)
			return ret;
		forget_shared(&st);
		add(sum, &st);
		add_shared(p, q, sum);
	}
	/* Frames of closed sockets count as in the kernel, which may still have them. */
	for (const struct port_memory *m = p->memories; m; m = m->next)
		sum->in_kernel_rx += left_count(m->pool);
	return 0;
}

int zcxsk_port_read_stats(struct zcxsk_port *p, struct zcxsk_stats *stats)
{
	struct zcxsk_stats sum;
	int ret;

	if (!p || !stats)
		return -EINVAL;
	if (fork_check(&p->fork))
		return -EOWNERDEAD;
	pthread_mutex_lock(&p->lock);
	ret = add_all(p, &sum);
	missed_update(&p->missed);
	sum.device_rx_missed = p->missed.sum;
	pthread_mutex_unlock(&p->lock);
	return ret ? ret : opts_answer(stats, &sum, sizeof(sum));
}
