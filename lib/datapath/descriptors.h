/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * descriptors.h - the loops over a burst, struct zcxsk_loops: descriptors copied and
 * checked, completions compared with what was sent. No branch a packet: a value
 * that is right has no bits above a limit, and so has the OR of all of them; where a
 * limit is no power of two, a bias makes it one.
 *
 * What they do not find right may still be: then each is looked at by itself.
 */
#ifndef ZCXSK_LIB_DATAPATH_DESCRIPTORS_H
#define ZCXSK_LIB_DATAPATH_DESCRIPTORS_H

#include "datapath/socket.h"

/*
 * The bodies are a handful of instructions, of which the counting would be a
 * third. They go in groups of so many packets, where it no longer shows, and one
 * by one at the end.
 */
#define BULK_GROUP 8u

extern const struct zcxsk_loops bulk_words, bulk_biased_words;

/* The fastest for long bursts on this machine, for such a UMEM. */
const struct zcxsk_loops *bulk_best(const struct zcxsk_bounds *b);

/* Bounds of a UMEM of `size` bytes in frames of `frame_size`. */
static inline struct zcxsk_bounds bounds_of(uint64_t size, uint32_t frame_size)
{
	uint64_t span = size > 1 ? 1ull << (64 - __builtin_clzll(size - 1)) : 1;

	return (struct zcxsk_bounds){size, ~(span - 1), span - size, frame_size,
				     ~(uint64_t)(frame_size - 1)};
}

/*
 * Bits that are set when an address is outside, by the OR of addresses and of
 * those with the bias added. The bias may have wrapped an address round to a
 * small one; the address itself then has its highest bit set. A macro, since an
 * inline function is not inlined where other registers are allowed than its own.
 */
#define BOUNDS_OUTSIDE(b, addr, biased) (((addr)&1ull << 63) | ((biased) & (b)->over))

/*
 * Whether a received packet reaches out of the UMEM, by a sign, or has flags. Anywhere in a frame:
 * the kernel has its ways.
 */
#define BULK_OUTSIDE(b, addr, length)                                                              \
	((int64_t)((addr) | ((b)->size - (addr) - (length))) < 0 || (length) >> 32)

/* The loops for less than a group, one by one. Never inlined: they would take registers. */
__attribute__((noinline)) uint64_t few_post(uint64_t *addrs, const struct zcxsk_packet *packets,
					    uint32_t n, const struct zcxsk_bounds *b);
__attribute__((noinline)) uint64_t few_copy(struct zcxsk_packet *to,
					    const struct zcxsk_packet *from, uint32_t n,
					    const struct zcxsk_bounds *b);
__attribute__((noinline)) uint64_t few_land(uint64_t *frames, const uint64_t *addrs,
					    const struct zcxsk_packet *sent, uint32_t n,
					    uint64_t frame_mask);
__attribute__((noinline)) uint64_t few_recycle(struct zcxsk_packet *packets, const uint64_t *addrs,
					       const struct zcxsk_packet *sent, uint32_t n,
					       uint64_t frame_mask, uint32_t len);
__attribute__((noinline)) void few_dress(struct zcxsk_packet *packets, const uint64_t *frames,
					 uint32_t n, uint32_t len);
__attribute__((noinline)) uint64_t few_strip(uint64_t *frames, const struct zcxsk_packet *packets,
					     uint32_t n, const struct zcxsk_bounds *b);

#endif
