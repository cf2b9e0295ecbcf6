/* SPDX-License-Identifier: BSD-2-Clause */
/* plain_socket.c - a socket over plain memory; the test plays the kernel's part. */
#include "plain_socket.h"

#include <stdlib.h>

#include "datapath/descriptors.h"
#include "datapath/fill.h"
#include "datapath/kernel_calls.h"
#include "datapath/kick.h"
#include "datapath/outstanding.h"
#include "datapath/service.h"
#include "datapath/timer.h"
#include "datapath/totals.h"
#include "socket/stats.h"
#include "socket/xsk_rings.h"

#define LOST_NS 2000000000u /* ns; the default */
#define COPY_THRESHOLD 256u /* bytes; the default */

static struct zcxsk_kernel_ring shared(struct plain_ring *r)
{
	return (struct zcxsk_kernel_ring){
		.producer = &r->producer,
		.consumer = &r->consumer,
		.flags = &r->flags,
		.entries = r->entries,
		.size = PLAIN_RING,
	};
}

struct zcxsk_ring_prod plain_prod(struct plain_ring *r)
{
	struct zcxsk_kernel_ring ring = shared(r);

	return ring_view_prod(&ring);
}

struct zcxsk_ring_cons plain_cons(struct plain_ring *r)
{
	struct zcxsk_kernel_ring ring = shared(r);

	return ring_view_cons(&ring);
}

static void start_before_wrap(struct plain_ring *r)
{
	for (uint32_t i = 0; i < PLAIN_RING; i++)
		r->beyond[i].len = 60;
	r->producer = PLAIN_START;
	r->consumer = PLAIN_START;
}

void plain_open(struct plain_socket *p, uint32_t pool_flags)
{
	struct zcxsk_umem_opts u;
	struct zcxsk_pool_opts o;

	memset(p, 0, sizeof(*p));
	start_before_wrap(&p->rx);
	start_before_wrap(&p->fill);
	start_before_wrap(&p->tx);
	start_before_wrap(&p->comp);
	zcxsk_umem_opts_init(&u);
	u.frames = PLAIN_FRAMES;
	zcxsk_pool_opts_init(&o);
	o.flags = pool_flags;
	if (zcxsk_umem_create(&p->s.umem, &u, NULL) ||
	    zcxsk_pool_create(&p->s.pool, p->s.umem, &o, NULL) ||
	    zcxsk_cache_create(&p->s.cache, p->s.pool, NULL))
		abort();
	p->s.fast.rx = plain_cons(&p->rx);
	p->s.fast.fill = plain_prod(&p->fill);
	p->s.fast.tx = plain_prod(&p->tx);
	p->s.fast.comp = plain_cons(&p->comp);
	p->s.frame_size = p->s.umem->frame_size;
	p->s.has_rx = p->s.has_tx = true;
	p->s.mode = ZCXSK_MODE_ZERO_COPY;
	p->s.kernel = kernel_calls;
	p->s.kernel.context = &p->s;
	p->s.fast.bounds = bounds_of(p->s.umem->size, p->s.frame_size);
	p->s.fast.loops = bulk_best(&p->s.fast.bounds);
	p->s.checked = p->s.watched = p->s.pool->ledger;
	p->s.fast.stack = p->s.checked ? &p->s.empty_stack : &p->s.cache->stack;
	fill_init(&p->s, PLAIN_RING);
	kernel_start_events(&p->s);
	events_init(&p->s.events);
	timer_init(&p->s);
	service_init(&p->s);
	p->s.fd = -1; /* a kick fails with EBADF, which is counted */
	p->s.setup.opts.kick_policy = ZCXSK_KICK_BURST;
	p->s.setup.opts.lost_ns = LOST_NS;
	p->s.setup.opts.copy_threshold = COPY_THRESHOLD;
	if (outstanding_init(&p->s, PLAIN_RING, PLAIN_RING))
		abort();
	kick_init(&p->s);
	outstanding_start(&p->s);
	kick_start(&p->s, p->s.fast.tx.cached_prod);
	totals_restart(&p->s, &p->s.totals);
	fill_start(&p->s);
}

void plain_close(struct plain_socket *p)
{
	outstanding_free(&p->s);
	if (zcxsk_cache_destroy(p->s.cache) || zcxsk_pool_destroy(p->s.pool) ||
	    zcxsk_umem_destroy(p->s.umem))
		abort();
}

uint32_t plain_kernel_sends(struct plain_socket *p, uint32_t n)
{
	uint64_t *done = (uint64_t *)p->comp.entries;
	uint32_t sent = 0;

	for (; sent < n && p->tx.consumer != p->tx.producer; sent++) {
		struct xdp_desc *d = &p->tx.entries[p->tx.consumer++ % PLAIN_RING];

		done[p->comp.producer++ % PLAIN_RING] = d->addr;
	}
	return sent;
}

uint32_t plain_kernel_receives(struct plain_socket *p, uint32_t n, uint32_t len)
{
	const uint64_t *frames = (const uint64_t *)p->fill.entries;
	uint32_t got = 0;

	for (; got < n && p->fill.consumer != p->fill.producer; got++) {
		uint64_t offset = p->s.frame_size - 1; /* the kernel clears it, too */
		uint64_t frame = frames[p->fill.consumer++ % PLAIN_RING] & ~offset;

		p->rx.entries[p->rx.producer++ % PLAIN_RING] = (struct xdp_desc){
			.addr = frame + ZCXSK_XDP_HEADROOM,
			.len = len,
		};
	}
	return got;
}

int64_t plain_in_application(struct plain_socket *p)
{
	struct zcxsk_stats st = p->s.count;

	stats_locate(&p->s, &st);
	return st.in_application;
}

uint64_t plain_accounted(struct plain_socket *p)
{
	struct zcxsk_stats st = p->s.count;

	stats_locate(&p->s, &st);
	return st.in_fill_ring + st.in_kernel_rx + st.in_rx_ring + st.in_tx_ring + st.in_kernel_tx +
	       st.in_completion_ring + st.in_lost + (uint64_t)st.in_application + st.in_cache +
	       st.in_pool;
}
