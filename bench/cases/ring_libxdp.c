/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring_libxdp.c - cycles on libxdp's ring functions with an array as the stack of
 * free frames, as its documentation and examples teach.
 */
#include <string.h>
#include <xdp/xsk.h>

#include "ring.h"

enum { FRAME_SIZE = 2048 }; /* bytes */

struct loop {
	struct xsk_ring_prod fill, tx;
	struct xsk_ring_cons completion, rx;
	uint32_t free_count;
	uint32_t kicks; /* that a real kernel would need */
	uint64_t free_frames[];
};

static void set_prod(struct xsk_ring_prod *ring, struct ring_shared *shared)
{
	*ring = (struct xsk_ring_prod){.cached_cons = shared->size,
				       .mask = shared->mask,
				       .size = shared->size,
				       .producer = &shared->producer,
				       .consumer = &shared->consumer,
				       .ring = shared->entries,
				       .flags = &shared->flags};
}

static void set_cons(struct xsk_ring_cons *ring, struct ring_shared *shared)
{
	*ring = (struct xsk_ring_cons){.mask = shared->mask,
				       .size = shared->size,
				       .producer = &shared->producer,
				       .consumer = &shared->consumer,
				       .ring = shared->entries,
				       .flags = &shared->flags};
}

static void *open_libxdp(struct ring_memory *m, uint32_t frames)
{
	struct loop *l = calloc(1, sizeof(*l) + frames * sizeof(l->free_frames[0]));
	uint32_t at, n;

	if (!l)
		return NULL;
	set_prod(&l->fill, &m->fill);
	set_prod(&l->tx, &m->tx);
	set_cons(&l->completion, &m->completion);
	set_cons(&l->rx, &m->rx);
	for (uint32_t i = 0; i < frames; i++)
		l->free_frames[l->free_count++] = (uint64_t)i * FRAME_SIZE;
	n = xsk_ring_prod__reserve(&l->fill, m->fill.size, &at);
	for (uint32_t i = 0; i < n; i++)
		*xsk_ring_prod__fill_addr(&l->fill, at + i) = l->free_frames[--l->free_count];
	xsk_ring_prod__submit(&l->fill, n);
	return l;
}

__attribute__((noinline)) uint32_t ring_tx_libxdp(void *handle, uint32_t batch);
__attribute__((noinline)) uint32_t ring_rx_libxdp(void *handle, uint32_t batch);

uint32_t ring_tx_libxdp(void *handle, uint32_t batch)
{
	struct loop *l = handle;
	uint32_t at, n = xsk_ring_cons__peek(&l->completion, batch, &at);

	for (uint32_t i = 0; i < n; i++)
		l->free_frames[l->free_count++] = *xsk_ring_cons__comp_addr(&l->completion, at + i);
	if (n)
		xsk_ring_cons__release(&l->completion, n);
	if (l->free_count < batch || xsk_ring_prod__reserve(&l->tx, batch, &at) != batch)
		return 0;
	for (uint32_t i = 0; i < batch; i++) {
		struct xdp_desc *d = xsk_ring_prod__tx_desc(&l->tx, at + i);

		d->addr = l->free_frames[--l->free_count];
		d->len = RING_PACKET;
		d->options = 0;
	}
	xsk_ring_prod__submit(&l->tx, batch);
	if (xsk_ring_prod__needs_wakeup(&l->tx))
		l->kicks++;
	return batch;
}

/* Frames move from the RX ring directly into the fill ring, without the stack. */
uint32_t ring_rx_libxdp(void *handle, uint32_t batch)
{
	struct loop *l = handle;
	uint32_t from, to, n = xsk_ring_cons__peek(&l->rx, batch, &from);
	uint64_t bytes = 0;

	if (!n) {
		if (xsk_ring_prod__needs_wakeup(&l->fill))
			l->kicks++;
		return 0;
	}
	if (xsk_ring_prod__reserve(&l->fill, n, &to) != n) {
		xsk_ring_cons__cancel(&l->rx, n);
		return 0;
	}
	for (uint32_t i = 0; i < n; i++) {
		const struct xdp_desc *d = xsk_ring_cons__rx_desc(&l->rx, from + i);

		bytes += d->len;
		*xsk_ring_prod__fill_addr(&l->fill, to + i) = xsk_umem__extract_addr(d->addr);
	}
	ring_bytes_seen += bytes;
	xsk_ring_prod__submit(&l->fill, n);
	xsk_ring_cons__release(&l->rx, n);
	return n;
}

const struct ring_user ring_user_libxdp = {.name = "libxdp",
					   .tx_name = "ring_tx_libxdp",
					   .rx_name = "ring_rx_libxdp",
					   .open = open_libxdp,
					   .close = free,
					   .tx = ring_tx_libxdp,
					   .rx = ring_rx_libxdp};
