/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring_memory.h - four rings in memory and a simulated kernel, which completes what
 * is sent and receives into posted frames. As in the kernel's rings, each index has
 * its own cache line and a spare one, since some processors prefetch the next line.
 */
#ifndef ZCXSK_BENCH_RING_MEMORY_H
#define ZCXSK_BENCH_RING_MEMORY_H

#include <linux/if_xdp.h>
#include <stdint.h>
#include <stdlib.h>

enum {
	RING_CACHE_LINE = 64, /* bytes; of x86-64 and of most arm64 */
	RING_APART = 128,     /* bytes between two indexes */
	RING_PACKET = 60,     /* bytes; nothing reads the packets */
};

struct ring_shared {
	_Alignas(RING_APART) uint32_t producer;
	_Alignas(RING_APART) uint32_t consumer;
	_Alignas(RING_APART) uint32_t flags;
	_Alignas(RING_APART) void *entries; /* uint64_t or struct xdp_desc */
	uint32_t size, mask;
};

struct ring_memory {
	struct ring_shared fill, completion, rx, tx;
};

/* size: entries of each, a power of two. NULL if out of memory. */
struct ring_memory *ring_memory_make(uint32_t size);
void ring_memory_free(struct ring_memory *memory);

/* The entries that can move from one ring to the other, at most max. */
static inline uint32_t ring_movable(const struct ring_shared *from, const struct ring_shared *to,
				    uint32_t max)
{
	uint32_t n = __atomic_load_n(&from->producer, __ATOMIC_ACQUIRE) - from->consumer;
	uint32_t room =
		to->size - (to->producer - __atomic_load_n(&to->consumer, __ATOMIC_ACQUIRE));

	n = n < max ? n : max;
	return n < room ? n : room;
}

static inline void ring_publish(struct ring_shared *from, struct ring_shared *to, uint32_t n)
{
	__atomic_store_n(&from->consumer, from->consumer + n, __ATOMIC_RELEASE);
	__atomic_store_n(&to->producer, to->producer + n, __ATOMIC_RELEASE);
}

/* Completes up to max sent packets. Returns how many. */
static inline uint32_t ring_memory_complete(struct ring_memory *m, uint32_t max)
{
	uint32_t consumer = m->tx.consumer, producer = m->completion.producer;
	uint32_t n = ring_movable(&m->tx, &m->completion, max);
	const struct xdp_desc *sent = m->tx.entries;
	uint64_t *done = m->completion.entries;

	for (uint32_t i = 0; i < n; i++)
		done[(producer + i) & m->completion.mask] = sent[(consumer + i) & m->tx.mask].addr;
	ring_publish(&m->tx, &m->completion, n);
	return n;
}

/* Receives a packet into each of up to max posted frames. Returns how many. */
static inline uint32_t ring_memory_deliver(struct ring_memory *m, uint32_t max)
{
	uint32_t consumer = m->fill.consumer, producer = m->rx.producer;
	uint32_t n = ring_movable(&m->fill, &m->rx, max);
	const uint64_t *frames = m->fill.entries;
	struct xdp_desc *received = m->rx.entries;

	for (uint32_t i = 0; i < n; i++)
		received[(producer + i) & m->rx.mask] = (struct xdp_desc){
			.addr = frames[(consumer + i) & m->fill.mask], .len = RING_PACKET};
	ring_publish(&m->fill, &m->rx, n);
	return n;
}

#endif
