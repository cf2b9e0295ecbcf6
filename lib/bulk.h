/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bulk.h - the loops over a burst: descriptors copied and checked, completions
 * compared with what was sent. No branch a packet: a value that is right has no
 * bits above a limit, and so has the OR of all of them; where a limit is no power
 * of two, a bias makes it one.
 *
 * What they do not find right may still be: then each is looked at by itself.
 */
#ifndef ZCXSK_LIB_BULK_H
#define ZCXSK_LIB_BULK_H

#include "handle.h"

/*
 * The bodies are a handful of instructions, of which the counting would be a
 * third. They go in groups of so many packets, where it no longer shows, and one
 * by one at the end.
 */
#define BULK_GROUP 8u

/* The loops, for one kind of machine, and for UMEMs with a bias or without. */
struct bulk {
	/*
	 * Copies n descriptors, all of them. Returns their bytes, at least 1; 0 when
	 * one of them may not be right. The largest offset in a frame and the largest length of
	 * all are taken together for that, rather than each packet's own.
	 */
	uint64_t (*copy)(struct zcxsk_packet *to, const struct zcxsk_packet *from, uint32_t n,
			 const struct bounds *b);
	/*
	 * Takes n completions as frames: each address without its offset.
	 * Returns the bits in which any differs from what was sent.
	 */
	uint64_t (*land)(uint64_t *frames, const uint64_t *addrs, const struct zcxsk_packet *sent,
			 uint32_t n, uint64_t frame_mask);
	/* The same, as packets of that length. */
	uint64_t (*recycle)(struct zcxsk_packet *packets, const uint64_t *addrs,
			    const struct zcxsk_packet *sent, uint32_t n, uint64_t frame_mask,
			    uint32_t len);
	/* Makes packets of that length of n frames. */
	void (*dress)(struct zcxsk_packet *packets, const uint64_t *frames, uint32_t n,
		      uint32_t len);
	/* Takes n packets' frames. Returns bits that are set when one is outside the UMEM. */
	uint64_t (*strip)(uint64_t *frames, const struct zcxsk_packet *packets, uint32_t n,
			  const struct bounds *b);
};

extern const struct bulk bulk_words, bulk_biased_words;

/* The fastest for long bursts on this machine, for such a UMEM. */
const struct bulk *bulk_best(const struct bounds *b);

/* Bounds of a UMEM of `size` bytes in frames of `frame_size`. */
static inline struct bounds bounds_of(uint64_t size, uint32_t frame_size)
{
	uint64_t span = size > 1 ? 1ull << (64 - __builtin_clzll(size - 1)) : 1;

	return (struct bounds){size, ~(span - 1), span - size, frame_size,
			       ~(uint64_t)(frame_size - 1)};
}

/*
 * Two macros, since an inline function is not inlined where other registers are
 * allowed than its own.
 *
 * Bits that are set when an address is outside, by the OR of addresses and of
 * those with the bias added. The bias may have wrapped an address round to a
 * small one; the address itself then has its highest bit set.
 */
#define BOUNDS_OUTSIDE(b, addr, biased) (((addr)&1ull << 63) | ((biased) & (b)->over))

/* Length and flags as one number: a flag makes it larger than any frame. */
#define BULK_LENGTH(p) ((p)->len | (uint64_t)(p)->flags << 32)

/* A place in the UMEM and a length, all of it in one frame, and no flags. */
static inline bool bounds_hold(const struct bounds *b, const struct zcxsk_packet *p)
{
	return p->addr < b->size &&
	       BULK_LENGTH(p) - 1 < b->frame_size - (p->addr & (b->frame_size - 1));
}

/* The same for less than a group, one by one. */
uint64_t few_copy(struct zcxsk_packet *to, const struct zcxsk_packet *from, uint32_t n,
		  const struct bounds *b);
uint64_t few_land(uint64_t *frames, const uint64_t *addrs, const struct zcxsk_packet *sent,
		  uint32_t n, uint64_t frame_mask);
uint64_t few_strip(uint64_t *frames, const struct zcxsk_packet *packets, uint32_t n,
		   const struct bounds *b);

static inline uint64_t bulk_copy(const struct zcxsk_socket *s, struct zcxsk_packet *to,
				 const struct zcxsk_packet *from, uint32_t n)
{
	return n < BULK_GROUP ? few_copy(to, from, n, &s->bounds)
			      : s->bulk->copy(to, from, n, &s->bounds);
}

static inline uint64_t bulk_land(const struct zcxsk_socket *s, uint64_t *frames,
				 const uint64_t *addrs, const struct zcxsk_packet *sent, uint32_t n)
{
	return n < BULK_GROUP ? few_land(frames, addrs, sent, n, s->bounds.frame_mask)
			      : s->bulk->land(frames, addrs, sent, n, s->bounds.frame_mask);
}

static inline uint64_t bulk_strip(const struct zcxsk_socket *s, uint64_t *frames,
				  const struct zcxsk_packet *packets, uint32_t n)
{
	return n < BULK_GROUP ? few_strip(frames, packets, n, &s->bounds)
			      : s->bulk->strip(frames, packets, n, &s->bounds);
}

#endif
