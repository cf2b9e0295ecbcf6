/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rings.c - the kernel's end of the four rings, with the kernel's memory orderings.
 * zcxsk/ring.h describes their partners.
 */
#include <errno.h>
#include <stdlib.h>

#include "sim/state.h"

/* bytes_each is the size of an entry. */
static struct sim_ring *make(const struct zcxsk_sim *sim, uint32_t size, size_t bytes_each)
{
	struct sim_ring *r = calloc(1, sizeof(*r) + size * bytes_each);

	if (!r)
		return NULL;
	r->size = size;
	r->producer = r->consumer = r->next = r->seen = sim->opts.first_index;
	return r;
}

int sim_rings_make(struct zcxsk_sim *sim)
{
	const struct zcxsk_sim_opts *o = &sim->opts;
	struct sim_ring *rings[4] = {
		make(sim, o->rx_ring_size, sizeof(struct xdp_desc)),
		make(sim, o->tx_ring_size, sizeof(struct xdp_desc)),
		make(sim, o->fill_ring_size, sizeof(uint64_t)),
		make(sim, o->completion_ring_size, sizeof(uint64_t)),
	};

	if (!rings[0] || !rings[1] || !rings[2] || !rings[3]) {
		sim_rings_free(rings);
		return -ENOMEM;
	}
	sim->rx = rings[0];
	sim->tx = rings[1];
	sim->fill = rings[2];
	sim->comp = rings[3];
	/* A kernel creates the TX ring with the flag set. */
	sim_ring_set_flag(sim->tx, true);
	return 0;
}

void sim_rings_free(struct sim_ring *const rings[4])
{
	for (unsigned i = 0; i < 4; i++)
		free(rings[i]);
}

static struct zcxsk_kernel_ring view(struct sim_ring *r)
{
	return (struct zcxsk_kernel_ring){
		.producer = &r->producer,
		.consumer = &r->consumer,
		.flags = &r->flags,
		.entries = r->entries,
		.size = r->size,
	};
}

struct zcxsk_kernel_rings sim_rings_view(const struct zcxsk_sim *sim)
{
	return (struct zcxsk_kernel_rings){
		.fill = view(sim->fill),
		.completion = view(sim->comp),
		.rx = view(sim->rx),
		.tx = view(sim->tx),
	};
}

uint32_t sim_ring_ready(struct sim_ring *r)
{
	/* C of the kernel: pairs with FILL-B and TX-B. */
	r->seen = __atomic_load_n(&r->producer, __ATOMIC_ACQUIRE);
	return r->seen - r->next;
}

void sim_ring_publish_taken(struct sim_ring *r)
{
	/* D of the kernel: pairs with FILL-A and TX-A. */
	__atomic_store_n(&r->consumer, r->next, __ATOMIC_RELEASE);
}

uint32_t sim_ring_room(const struct sim_ring *r)
{
	/* A of the kernel: pairs with RX-D and COMP-D. */
	return r->size - (r->next - __atomic_load_n(&r->consumer, __ATOMIC_ACQUIRE));
}

void sim_ring_publish_written(struct sim_ring *r)
{
	/* B of the kernel: pairs with RX-C and COMP-C. */
	__atomic_store_n(&r->producer, r->next, __ATOMIC_RELEASE);
}

void sim_ring_set_flag(struct sim_ring *r, bool need_wakeup)
{
	__atomic_store_n(&r->flags, need_wakeup ? XDP_RING_NEED_WAKEUP : 0u, __ATOMIC_SEQ_CST);
}

bool sim_ring_flag(const struct sim_ring *r)
{
	return __atomic_load_n(&r->flags, __ATOMIC_RELAXED) & XDP_RING_NEED_WAKEUP;
}

struct xdp_desc *sim_ring_desc(struct sim_ring *r, uint32_t index)
{
	return (struct xdp_desc *)r->entries + (index & (r->size - 1));
}

uint64_t *sim_ring_addr(struct sim_ring *r, uint32_t index)
{
	return r->entries + (index & (r->size - 1));
}
