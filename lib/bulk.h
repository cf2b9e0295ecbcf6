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

/* What n descriptors amount to; a descriptor is an address and a length with flags above it. */
struct survey {
	uint64_t addr;	 /* OR of the addresses */
	uint64_t biased; /* OR of the addresses and the bias */
	uint64_t length; /* OR of lengths - 1, with the flags */
	uint64_t bytes;	 /* sum of the lengths; right when they are */
};

/*
 * The bodies are a handful of instructions, of which the counting would be a
 * third. They go in groups of so many packets, where it no longer shows, and one
 * by one at the end.
 */
#define BULK_GROUP 8u

/* The loops, for one kind of machine. */
struct bulk {
	/* Copies n descriptors. bias: from the UMEM's size to a power of two. */
	void (*copy)(struct survey *v, struct zcxsk_packet *to, const struct zcxsk_packet *from,
		     uint32_t n, uint64_t bias);
	/*
	 * Takes n completions as frames: each address without its offset.
	 * Returns the bits in which any differs from what was sent.
	 */
	uint64_t (*land)(uint64_t *frames, const uint64_t *addrs, const struct zcxsk_packet *sent,
			 uint32_t n, uint64_t frame_mask);
	/* The same, as empty packets. */
	uint64_t (*recycle)(struct zcxsk_packet *packets, const uint64_t *addrs,
			    const struct zcxsk_packet *sent, uint32_t n, uint64_t frame_mask);
	/* Makes empty packets of n frames. */
	void (*empty)(struct zcxsk_packet *packets, const uint64_t *frames, uint32_t n);
	/* Takes n packets' frames. Of *v only the addresses. */
	void (*release)(struct survey *v, uint64_t *frames, const struct zcxsk_packet *packets,
			uint32_t n, uint64_t frame_mask, uint64_t bias);
};

extern const struct bulk bulk_words;

/* The fastest for long bursts on this machine. */
const struct bulk *bulk_best(void);

/* Wide registers do not pay for a few. */
static inline const struct bulk *bulk_for(const struct zcxsk_socket *s, uint32_t n)
{
	return n < BULK_GROUP ? &bulk_words : s->bulk;
}

/* The power of two that the UMEM's size is rounded up to. */
static inline uint64_t bulk_span(const struct zcxsk_socket *s)
{
	return 1ull << (64 - __builtin_clzll(s->umem_size - 1));
}

static inline uint64_t bulk_bias(const struct zcxsk_socket *s)
{
	return bulk_span(s) - s->umem_size;
}

/*
 * All addresses are inside the UMEM. The bias may have wrapped an address round
 * to a small one; the address itself then has its highest bit set.
 */
static inline bool survey_inside(const struct survey *v, const struct zcxsk_socket *s)
{
	return !(v->addr >> 63) && v->biased < bulk_span(s);
}

/* All packets have a length, no longer than a frame, and no flags. */
static inline bool survey_lengths(const struct survey *v, const struct zcxsk_socket *s)
{
	return v->length < s->frame_size;
}

/*
 * Besides, all packets lie in one frame. The largest offset and length of all
 * are taken, rather than each one's own.
 */
static inline bool survey_shapes(const struct survey *v, const struct zcxsk_socket *s)
{
	return survey_lengths(v, s) &&
	       (v->biased & (s->frame_size - 1)) + v->length < s->frame_size;
}

#endif
