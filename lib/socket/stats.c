/* SPDX-License-Identifier: BSD-2-Clause */
/* stats.c - reads the counters of a socket and locates its frames. */
#include <zcxsk/stats.h>

#include <errno.h>
#include <sys/socket.h>

#include "base/compat.h"
#include "base/minmax.h"
#include "datapath/fill.h"
#include "datapath/outstanding.h"
#include "datapath/socket.h"
#include "socket/stats.h"
#include "base/opts.h"

/* Locates the frames by the indices that both sides publish. */
void stats_locate(const struct zcxsk_socket *s, struct zcxsk_stats *st)
{
	const struct zcxsk_fast *h = &s->fast;
	int32_t owed_to_us = (int32_t)fill_posted(s);
	uint64_t posted = owed_to_us > 0 ? (uint64_t)owed_to_us : 0;
	uint64_t out = outstanding_count(s);

	st->rx_packets = fill_received(s);
	st->rx_bytes = h->rx_bytes;
	st->tx_packets = h->tx_packets;
	st->tx_bytes = h->tx_bytes;
	st->tx_kicks_saved = h->tx_kicks_saved;
	st->fill_frames += fill_returned(s);

	/* The kernel publishes its progress late, and may add entries: each frame counts once. */
	st->in_rx_ring = min_u64(s->has_rx ? zcxsk_ring_cons_ready(&s->fast.rx) : 0, posted);
	st->in_fill_ring = min_u64(zcxsk_ring_prod_pending(&s->fast.fill) + fill_unsubmitted(s),
				   posted - st->in_rx_ring);
	st->in_kernel_rx = posted - st->in_fill_ring - st->in_rx_ring;

	st->in_completion_ring = min_u64(zcxsk_ring_cons_ready(&s->fast.comp), out);
	st->in_tx_ring = min_u64(s->has_tx ? zcxsk_ring_prod_pending(&s->fast.tx) : 0,
				 out - st->in_completion_ring);
	st->in_kernel_tx = out - st->in_tx_ring - st->in_completion_ring;

	/* One counter has 32 bits; the difference is correct for less than 2^31 frames. */
	st->in_application =
		(int32_t)(uint32_t)(fill_received(s) + h->tx_allocated - h->tx_packets -
				    fill_returned(s) - s->cache_returned);
	st->in_cache = s->cache->stack.count;
	st->in_pool = zcxsk_pool_available(s->pool);
	st->frames = s->umem->frames;
}

static int read_kernel(const struct zcxsk_socket *s, struct zcxsk_stats *st)
{
	struct xdp_statistics k = {0};
	socklen_t length = sizeof(k);

	/* Older kernels fill fewer fields; the others stay zero. */
	if (getsockopt(s->fd, SOL_XDP, XDP_STATISTICS, &k, &length))
		return -errno;
	st->kernel_rx_dropped = k.rx_dropped;
	st->kernel_rx_invalid_descs = k.rx_invalid_descs;
	st->kernel_tx_invalid_descs = k.tx_invalid_descs;
	st->kernel_rx_ring_full = k.rx_ring_full;
	st->kernel_rx_fill_ring_empty_descs = k.rx_fill_ring_empty_descs;
	st->kernel_tx_ring_empty_descs = k.tx_ring_empty_descs;
	return 0;
}

int zcxsk_socket_read_stats(struct zcxsk_socket *s, struct zcxsk_stats *stats)
{
	struct zcxsk_stats st;
	int ret;

	if (!s || !stats)
		return -EINVAL;
	if (fork_check(&s->setup.fork))
		return -EOWNERDEAD;
	st = s->count;
	stats_locate(s, &st);
	ret = s->fd < 0 ? 0 : read_kernel(s, &st);
	return ret ? ret : opts_answer(stats, &st, sizeof(st));
}
