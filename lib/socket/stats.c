/* SPDX-License-Identifier: BSD-2-Clause */
/* stats.c - reads the counters of a socket and locates its frames, from any thread. */
#include <zcxsk/stats.h>

#include <errno.h>
#include <sys/socket.h>

#include "base/compat.h"
#include "base/opts.h"
#include "datapath/socket.h"
#include "datapath/totals.h"
#include "frames/pool.h"
#include "socket/stats.h"

/*
 * A reader that is interrupted adds numbers of different times. It repeats the reading if more
 * frames than this have moved meanwhile, as often as this.
 */
#define MOVED_FRAMES 64u
#define READINGS 8u

/* 0 to most: numbers of different times may differ by less or more. */
static uint64_t within(uint64_t n, uint64_t most)
{
	if ((int64_t)n < 0)
		return 0;
	return n < most ? n : most;
}

/* Entries between two indices of a ring, of which the kernel or the owner may move one. */
static uint64_t between(uint32_t producer, uint32_t consumer, uint64_t most)
{
	return within((uint64_t)(int64_t)(int32_t)(producer - consumer), most);
}

static uint64_t in_ring_cons(const struct zcxsk_ring_cons *r, uint64_t most)
{
	return between(NUMBER_READ(*r->producer), NUMBER_READ(r->cached_cons), most);
}

/* Including entries that are not submitted yet. */
static uint64_t in_ring_prod(const struct zcxsk_ring_prod *r, uint64_t most)
{
	return between(NUMBER_READ(r->cached_prod), NUMBER_READ(*r->consumer), most);
}

/*
 * The kernel publishes late what it took from a ring, so the rings may seem to hold more than the
 * socket has there.
 */
static void locate_rx(const struct zcxsk_socket *s, uint64_t posted, struct zcxsk_stats *st)
{
	st->in_rx_ring = s->has_rx ? in_ring_cons(&s->fast.rx, posted) : 0;
	st->in_fill_ring = in_ring_prod(&s->fast.fill, posted - st->in_rx_ring);
	st->in_kernel_rx = posted - st->in_rx_ring - st->in_fill_ring;
}

static void locate_tx(const struct zcxsk_socket *s, uint64_t out, struct zcxsk_stats *st)
{
	st->in_completion_ring = in_ring_cons(&s->fast.comp, out);
	st->in_tx_ring = s->has_tx ? in_ring_prod(&s->fast.tx, out - st->in_completion_ring) : 0;
	st->in_kernel_tx = out - st->in_completion_ring - st->in_tx_ring;
}

void stats_locate(const struct zcxsk_socket *s, struct zcxsk_stats *st)
{
	const struct zcxsk_fast *h = &s->fast;
	uint64_t filled = totals_filled(s), consumed = totals_consumed(s), sent = totals_sent(s);
	uint64_t returned = filled - st->fill_frames + NUMBER_READ(s->cache_returned);
	uint64_t own = NUMBER_READ(s->setup.own.posted);

	st->rx_packets = totals_received(s);
	st->rx_bytes = NUMBER_READ(h->rx_bytes);
	st->tx_packets = sent - st->self_test_packets;
	st->tx_bytes = NUMBER_READ(h->tx_bytes);
	st->tx_kicks_saved = NUMBER_READ(h->tx_kicks_saved);
	st->fill_frames = filled;
	st->frames = s->umem->frames;
	locate_rx(s, within(filled - consumed - st->rx_abandoned - own, st->frames), st);
	st->in_lost = NUMBER_READ(s->out.strays.lost);
	locate_tx(s, within(sent - st->tx_completed - st->tx_abandoned - st->in_lost, st->frames),
		  st);
	st->in_application = (int64_t)(st->rx_packets + NUMBER_READ(h->tx_allocated) + own -
				       st->tx_packets - returned) +
			     cache_held(s->cache, s);
	st->in_cache = NUMBER_READ(s->cache->stack.count);
	st->in_pool = zcxsk_pool_available(s->pool);
}

/* ---- from another thread ---------------------------------------------------- */

/* After `size` every field is a number of 64 bits. */
static void read_counters(const struct zcxsk_socket *s, struct zcxsk_stats *st)
{
	const uint64_t *from = &s->count.rx_packets;
	uint64_t *to = &st->rx_packets;

	for (size_t i = 0; i < STATS_NUMBERS; i++)
		to[i] = NUMBER_READ(from[i]);
}

/* Grows by one for each frame that passes a ring. */
static uint64_t movement(const struct zcxsk_socket *s)
{
	return totals_filled(s) + totals_consumed(s) + totals_sent(s);
}

static void read_together(const struct zcxsk_socket *s, struct zcxsk_stats *st)
{
	uint64_t before = movement(s), after;

	for (unsigned i = 0; i < READINGS; i++, before = after) {
		read_counters(s, st);
		stats_locate(s, st);
		after = movement(s);
		if (after - before <= MOVED_FRAMES)
			break;
	}
}

/* Adds the kernel's counters to those of the socket's earlier queues. */
static int add_kernel(const struct zcxsk_socket *s, struct zcxsk_stats *st)
{
	const struct zcxsk_stats *earlier = &s->readers.earlier;
	struct xdp_statistics k = {0};
	socklen_t length = sizeof(k);

	/* Older kernels fill fewer fields; the others stay zero. */
	if (s->fd >= 0 && getsockopt(s->fd, SOL_XDP, XDP_STATISTICS, &k, &length))
		return -errno;
	st->kernel_rx_dropped = earlier->kernel_rx_dropped + k.rx_dropped;
	st->kernel_rx_invalid_descs = earlier->kernel_rx_invalid_descs + k.rx_invalid_descs;
	st->kernel_tx_invalid_descs = earlier->kernel_tx_invalid_descs + k.tx_invalid_descs;
	st->kernel_rx_ring_full = earlier->kernel_rx_ring_full + k.rx_ring_full;
	st->kernel_rx_fill_ring_empty_descs =
		earlier->kernel_rx_fill_ring_empty_descs + k.rx_fill_ring_empty_descs;
	st->kernel_tx_ring_empty_descs =
		earlier->kernel_tx_ring_empty_descs + k.tx_ring_empty_descs;
	return 0;
}

static void copy_kernel(struct zcxsk_stats *to, const struct zcxsk_stats *from)
{
	size_t at = offsetof(struct zcxsk_stats, kernel_rx_dropped);

	memcpy((char *)to + at, (const char *)from + at, sizeof(*to) - at);
}

void stats_pause(struct zcxsk_socket *s)
{
	struct zcxsk_stats st;

	read_together(s, &st);
	pthread_mutex_lock(&s->readers.lock);
	/* Without an answer of the kernel its counters stay those of the last pause. */
	if (add_kernel(s, &st))
		copy_kernel(&st, &s->readers.kept);
	s->readers.kept = st;
	s->readers.paused = true;
	pthread_mutex_unlock(&s->readers.lock);
}

void stats_end_queue(struct zcxsk_socket *s)
{
	pthread_mutex_lock(&s->readers.lock);
	s->readers.earlier = s->readers.kept;
	pthread_mutex_unlock(&s->readers.lock);
}

void stats_resume(struct zcxsk_socket *s)
{
	pthread_mutex_lock(&s->readers.lock);
	s->readers.paused = false;
	pthread_mutex_unlock(&s->readers.lock);
}

int stats_read(struct zcxsk_socket *s, struct zcxsk_stats *st)
{
	int ret = 0;

	pthread_mutex_lock(&s->readers.lock);
	if (s->readers.paused) {
		*st = s->readers.kept;
	} else {
		read_together(s, st);
		ret = add_kernel(s, st);
	}
	pthread_mutex_unlock(&s->readers.lock);
	return ret;
}

int zcxsk_socket_read_stats(struct zcxsk_socket *s, struct zcxsk_stats *stats)
{
	struct zcxsk_stats st = {0};
	int ret;

	if (!s || !stats)
		return -EINVAL;
	if (fork_check(&s->setup.fork))
		return -EOWNERDEAD;
	ret = stats_read(s, &st);
	pthread_mutex_lock(&s->readers.lock);
	if (!s->setup.simulated)
		missed_update(&s->readers.missed);
	st.device_rx_missed = s->readers.missed.sum;
	pthread_mutex_unlock(&s->readers.lock);
	return ret ? ret : opts_answer(stats, &st, sizeof(st));
}
