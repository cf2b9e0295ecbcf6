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

/* Takes up to max sent packets and completes them. Returns how many. */
static inline uint32_t ring_memory_complete(struct ring_memory *m, uint32_t max)
{
	uint32_t consumer = m->tx.consumer, producer = m->completion.producer;
	uint32_t n = __atomic_load_n(&m->tx.producer, __ATOMIC_ACQUIRE) - consumer;
	uint32_t room = m->completion.size -
			(producer - __atomic_load_n(&m->completion.consumer, __ATOMIC_ACQUIRE));
	const struct xdp_desc *sent = m->tx.entries;
	uint64_t *done = m->completion.entries;

	if (n > max)
		n = max;
	if (n > room)
		n = room;
	for (uint32_t i = 0; i < n; i++)
		done[(producer + i) & m->completion.mask] = sent[(consumer + i) & m->tx.mask].addr;
	__atomic_store_n(&m->tx.consumer, consumer + n, __ATOMIC_RELEASE);
	__atomic_store_n(&m->completion.producer, producer + n, __ATOMIC_RELEASE);
	return n;
}

/* Receives a packet into each of up to max posted frames. Returns how many. */
static inline uint32_t ring_memory_deliver(struct ring_memory *m, uint32_t max)
{
	uint32_t consumer = m->fill.consumer, producer = m->rx.producer;
	uint32_t n = __atomic_load_n(&m->fill.producer, __ATOMIC_ACQUIRE) - consumer;
	uint32_t room =
		m->rx.size - (producer - __atomic_load_n(&m->rx.consumer, __ATOMIC_ACQUIRE));
	const uint64_t *frames = m->fill.entries;
	struct xdp_desc *received = m->rx.entries;

	if (n > max)
		n = max;
	if (n > room)
		n = room;
	for (uint32_t i = 0; i < n; i++)
		received[(producer + i) & m->rx.mask] = (struct xdp_desc){
			.addr = frames[(consumer + i) & m->fill.mask], .len = RING_PACKET};
	__atomic_store_n(&m->fill.consumer, consumer + n, __ATOMIC_RELEASE);
	__atomic_store_n(&m->rx.producer, producer + n, __ATOMIC_RELEASE);
	return n;
}

#endif
