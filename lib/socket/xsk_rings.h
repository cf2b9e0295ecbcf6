/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xsk_rings.h - creates rings in the kernel, maps them, and sets up our views of them.
 * A mapping keeps its base and length for unmapping.
 */
#ifndef ZCXSK_LIB_SOCKET_XSK_RINGS_H
#define ZCXSK_LIB_SOCKET_XSK_RINGS_H

#include <linux/if_xdp.h>
#include <stdint.h>
#include <sys/types.h>
#include <zcxsk/kernel.h>
#include <zcxsk/ring.h>

#include "datapath/socket.h"

/* A ring from a caller-supplied kernel: it has memory and a valid size. */
bool ring_is_valid(const struct zcxsk_kernel_ring *ring);

/* Sets the size of a ring (XDP_RX_RING ...). 0 or -errno. */
int ring_create(int fd, int option, uint32_t entries);

/* Reads the offsets of the parts of each ring in its mapping. 0 or -errno. */
int ring_offsets(int fd, struct xdp_mmap_offsets *offsets);

/* Maps one ring with as many entries as it was created with. 0 or -errno. */
int ring_map(struct zcxsk_kernel_ring *ring, struct ring_mapping *m, int fd, off_t page_offset,
	     const struct xdp_ring_offset *offset, uint32_t entries, size_t entry_size);

/* Our view of a new ring, as its producer or its consumer. */
struct zcxsk_ring_prod ring_view_prod(const struct zcxsk_kernel_ring *ring);
struct zcxsk_ring_cons ring_view_cons(const struct zcxsk_kernel_ring *ring);

/* Unmaps a ring; does nothing if it is not mapped. */
void ring_unmap(struct ring_mapping *m);

/* n rounded up to a power of two; n between 1 and 2^31. */
uint32_t ring_round_up(uint32_t n);

#endif
