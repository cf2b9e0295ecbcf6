/* SPDX-License-Identifier: BSD-2-Clause */
/* ringmap.c - rings: created in the kernel, mapped, unmapped. */
#include "ringmap.h"

#include <errno.h>
#include <sys/mman.h>

#include "compat.h"

uint32_t ring_round_up(uint32_t n)
{
	return n <= 1 ? 1 : 1u << (32 - __builtin_clz(n - 1));
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
	/* A shorter answer has no flags member: a kernel before 5.4. */
	return length == sizeof(*offsets) ? 0 : -EOPNOTSUPP;
}

/* Where the four shared parts of one mapped ring are. */
struct parts {
	uint32_t *producer;
	uint32_t *consumer;
	uint32_t *flags;
	void *entries;
};

static int map(struct parts *parts, struct ring_mapping *m, int fd, off_t page_offset,
	       const struct xdp_ring_offset *offset, size_t bytes)
{
	size_t length = offset->desc + bytes;
	unsigned char *base = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
				   fd, page_offset);

	if (base == MAP_FAILED)
		return -errno;
	/* A child that inherits the mapping would keep the queue occupied. */
	madvise(base, length, MADV_DONTFORK);
	m->base = base;
	m->length = length;
	parts->producer = (uint32_t *)(base + offset->producer);
	parts->consumer = (uint32_t *)(base + offset->consumer);
	parts->flags = (uint32_t *)(base + offset->flags);
	parts->entries = base + offset->desc;
	return 0;
}

int ring_map_prod(struct zcxsk_ring_prod *r, struct ring_mapping *m, int fd, off_t page_offset,
		  const struct xdp_ring_offset *offset, uint32_t entries, size_t entry_size)
{
	struct parts p;
	int rc = map(&p, m, fd, page_offset, offset, entries * entry_size);

	if (!rc)
		*r = (struct zcxsk_ring_prod){
			.cached_prod = *p.producer,
			.cached_cons = *p.consumer + entries,
			.mask = entries - 1,
			.size = entries,
			.producer = p.producer,
			.consumer = p.consumer,
			.entries = p.entries,
			.flags = p.flags,
		};
	return rc;
}

int ring_map_cons(struct zcxsk_ring_cons *r, struct ring_mapping *m, int fd, off_t page_offset,
		  const struct xdp_ring_offset *offset, uint32_t entries, size_t entry_size)
{
	struct parts p;
	int rc = map(&p, m, fd, page_offset, offset, entries * entry_size);

	if (!rc)
		*r = (struct zcxsk_ring_cons){
			.cached_prod = *p.producer,
			.cached_cons = *p.consumer,
			.mask = entries - 1,
			.size = entries,
			.producer = p.producer,
			.consumer = p.consumer,
			.entries = p.entries,
			.flags = p.flags,
		};
	return rc;
}

void ring_unmap(struct ring_mapping *m)
{
	if (m->base)
		munmap(m->base, m->length);
	m->base = NULL;
	m->length = 0;
}
