/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * descriptors.h - the loops over a burst, struct zcxsk_loops: they copy and check
 * descriptors, and compare completions with the packets sent. They do not branch per
 * packet: the OR of all values has no bit above the limit if all are valid. If the
 * limit is not a power of two, a bias raises it to one.
 *
 * A failed check may be a false alarm; the caller then checks each packet separately.
 */
#ifndef ZCXSK_LIB_DATAPATH_DESCRIPTORS_H
#define ZCXSK_LIB_DATAPATH_DESCRIPTORS_H

#include "datapath/socket.h"

/*
 * The loop bodies are so short that loop overhead would be a third of the work. They are
 * unrolled by this many packets; the remainder is handled one by one.
 */
#define BULK_GROUP 8u

extern const struct zcxsk_loops bulk_words, bulk_biased_words;

/* The loops that are fastest for long bursts on this machine, with these bounds. */
const struct zcxsk_loops *bulk_best(const struct zcxsk_bounds *b);

/* The bounds of a UMEM of `size` bytes with frames of `frame_size`. */
static inline struct zcxsk_bounds bounds_of(uint64_t size, uint32_t frame_size)
{
	uint64_t span = size > 1 ? 1ull << (64 - __builtin_clzll(size - 1)) : 1;

	return (struct zcxsk_bounds){size, ~(span - 1), span - size, frame_size,
				     ~(uint64_t)(frame_size - 1)};
}

/*
 * Not 0 if an address is outside the UMEM, given the OR of all addresses and the OR of all
 * with the bias added. If adding it wrapped, the address has its highest bit set. This is
 * a macro because GCC does not inline functions across different target attributes.
 */
#define BOUNDS_OUTSIDE(b, addr, biased) (((addr)&1ull << 63) | ((biased) & (b)->outside_mask))

/*
 * Whether a received packet ends outside the UMEM (then a difference is negative) or has
 * flags. It may start anywhere in a frame and cross its end: that is up to the kernel.
 */
#define BULK_OUTSIDE(b, addr, length)                                                              \
	((int64_t)((addr) | ((b)->size - (addr) - (length))) < 0 || (length) >> 32)

/* The loops for less than a group. Inlined they would take registers from the others. */
__attribute__((noinline)) uint64_t few_post(uint64_t *addrs, const struct zcxsk_packet *packets,
					    uint32_t n, const struct zcxsk_bounds *b);
__attribute__((noinline)) uint64_t few_copy(struct zcxsk_packet *to,
					    const struct zcxsk_packet *from, uint32_t n,
					    const struct zcxsk_bounds *b);
__attribute__((noinline)) uint64_t few_match_completions(uint64_t *frames, const uint64_t *addrs,
							 const struct zcxsk_packet *sent,
							 uint32_t n, uint64_t frame_mask);
__attribute__((noinline)) uint64_t few_recycle(struct zcxsk_packet *packets, const uint64_t *addrs,
					       const struct zcxsk_packet *sent, uint32_t n,
					       uint64_t frame_mask, uint32_t len);
__attribute__((noinline)) void few_init_packets(struct zcxsk_packet *packets,
						const uint64_t *frames, uint32_t n, uint32_t len);
__attribute__((noinline)) uint64_t few_frame_addresses(uint64_t *frames,
						       const struct zcxsk_packet *packets,
						       uint32_t n, const struct zcxsk_bounds *b);

#endif
