/* SPDX-License-Identifier: BSD-2-Clause */
/* xsk_rings.c - creates rings in the kernel, maps and unmaps them. */
#include "socket/xsk_rings.h"

#include <errno.h>
#include <sys/mman.h>

#include "base/compat.h"
#include "socket/plan.h"

uint32_t ring_round_up(uint32_t n)
{
	return n <= 1 ? 1 : 1u << (32 - __builtin_clz(n - 1));
}

bool ring_is_valid(const struct zcxsk_kernel_ring *r)
{
	return r->producer && r->consumer && r->flags && r->entries && r->size &&
	       r->size <= PLAN_RING_MAX && !(r->size & (r->size - 1));
}

int ring_create(int fd, int option, uint32_t entries)
{
	int value = (int)entries;

	return setsockopt(fd, SOL_XDP, option, &value, sizeof(value)) ? -errno : 0;
}

int ring_offsets(int fd, struct xdp_mmap_offsets *offsets)
{
	socklen_t length = sizeof(*offsets);

	if (getsockopt(fd, SOL_XDP, XDP_MMAP_OFFSETS, offsets, &length))
		return -errno;
	/* Kernels before 5.4 return a shorter struct without the flags. */
	return length == sizeof(*offsets) ? 0 : -EOPNOTSUPP;
}

int ring_map(struct zcxsk_kernel_ring *ring, struct ring_mapping *m, int fd, off_t page_offset,
	     const struct xdp_ring_offset *offset, uint32_t entries, size_t entry_size)
{
	size_t length = offset->desc + entries * entry_size;
	unsigned char *base = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
				   fd, page_offset);

	if (base == MAP_FAILED)
		return -errno;
	/* A child that inherits the mapping would keep the queue busy. */
	madvise(base, length, MADV_DONTFORK);
	m->base = base;
	m->length = length;
	*ring = (struct zcxsk_kernel_ring){
		.producer = (uint32_t *)(base + offset->producer),
		.consumer = (uint32_t *)(base + offset->consumer),
		.flags = (uint32_t *)(base + offset->flags),
		.entries = base + offset->desc,
		.size = entries,
	};
	return 0;
}

struct zcxsk_ring_prod ring_view_prod(const struct zcxsk_kernel_ring *ring)
{
	return (struct zcxsk_ring_prod){
		.cached_prod = *ring->producer,
		.cached_cons = *ring->consumer + ring->size,
		.mask = ring->size - 1,
		.size = ring->size,
		.producer = ring->producer,
		.consumer = ring->consumer,
		.entries = ring->entries,
		.flags = ring->flags,
	};
}

struct zcxsk_ring_cons ring_view_cons(const struct zcxsk_kernel_ring *ring)
{
	return (struct zcxsk_ring_cons){
		.cached_prod = *ring->producer,
		.cached_cons = *ring->consumer,
		.mask = ring->size - 1,
		.size = ring->size,
		.producer = ring->producer,
		.consumer = ring->consumer,
		.entries = ring->entries,
		.flags = ring->flags,
	};
}

void ring_unmap(struct ring_mapping *m)
{
	if (m->base)
		munmap(m->base, m->length);
	m->base = NULL;
	m->length = 0;
}
