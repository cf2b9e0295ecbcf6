/* SPDX-License-Identifier: BSD-2-Clause */
/* ring_memory.c - the memory of the rings. */
#include "ring_memory.h"

#include <stdbool.h>
#include <string.h>

static bool make_ring(struct ring_shared *ring, uint32_t size, size_t entry)
{
	size_t bytes = size * entry;

	if (bytes < RING_CACHE_LINE)
		bytes = RING_CACHE_LINE;
	ring->entries = aligned_alloc(RING_CACHE_LINE, bytes);
	if (!ring->entries)
		return false;
	memset(ring->entries, 0, bytes);
	ring->size = size;
	ring->mask = size - 1;
	return true;
}

struct ring_memory *ring_memory_make(uint32_t size)
{
	struct ring_memory *m = aligned_alloc(RING_APART, sizeof(*m));

	if (!m)
		return NULL;
	memset(m, 0, sizeof(*m));
	if (make_ring(&m->fill, size, sizeof(uint64_t)) &&
	    make_ring(&m->completion, size, sizeof(uint64_t)) &&
	    make_ring(&m->rx, size, sizeof(struct xdp_desc)) &&
	    make_ring(&m->tx, size, sizeof(struct xdp_desc)))
		return m;
	ring_memory_free(m);
	return NULL;
}

void ring_memory_free(struct ring_memory *m)
{
	if (!m)
		return;
	free(m->fill.entries);
	free(m->completion.entries);
	free(m->rx.entries);
	free(m->tx.entries);
	free(m);
}
