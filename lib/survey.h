/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * survey.h - checks a whole burst of descriptors while it is copied, without a
 * branch a packet. A value that is right has no bits above a limit; so has the
 * OR of all of them. Where a limit is no power of two, a bias makes it one.
 *
 * What the survey does not find right may still be: then each is looked at.
 */
#ifndef ZCXSK_LIB_SURVEY_H
#define ZCXSK_LIB_SURVEY_H

#include "handle.h"
#include "lanes.h"

struct survey {
	lanes bias;   /* added to each: address to the end of a power of two, length - 1 */
	lanes raw;    /* OR of the descriptors */
	lanes biased; /* OR of them with the bias */
	lanes sum;    /* of them with the bias */
};

/* The power of two that the UMEM's size is rounded up to, for the bias. */
static inline uint64_t survey_span(const struct zcxsk_socket *s)
{
	return 1ull << (64 - __builtin_clzll(s->umem_size - 1));
}

static inline struct survey survey_start(const struct zcxsk_socket *s)
{
	return (struct survey){.bias = {survey_span(s) - s->umem_size, UINT64_MAX}};
}

/* Copies a descriptor and takes it into account. */
static inline void survey_one(struct survey *v, struct zcxsk_packet *to,
			      const struct zcxsk_packet *from)
{
	lanes p = lanes_load(from);

	lanes_store(to, p);
	v->raw |= p;
	p += v->bias;
	v->biased |= p;
	v->sum += p;
}

static inline void survey_copy(struct survey *v, struct zcxsk_packet *to,
			       const struct zcxsk_packet *from, uint32_t n)
{
	struct survey local = *v;

	for (uint32_t groups = n / GROUP; groups--; to += GROUP, from += GROUP)
		UNROLLED
	for (uint32_t i = 0; i < GROUP; i++)
		survey_one(&local, to + i, from + i);
	for (n %= GROUP; n--; to++, from++)
		survey_one(&local, to, from);
	*v = local;
}

/*
 * All addresses are inside the UMEM. The bias may have wrapped an address round
 * to a small one; the address itself then has its highest bit set.
 */
static inline bool survey_inside(const struct survey *v, const struct zcxsk_socket *s)
{
	return !(v->raw[0] >> 63) && v->biased[0] < survey_span(s);
}

/* All packets have a length, no longer than a frame, and no flags. */
static inline bool survey_lengths(const struct survey *v, const struct zcxsk_socket *s)
{
	return v->biased[1] < s->frame_size;
}

/*
 * All packets have a length, lie in one frame and have no flags. For the first
 * and the last byte in one frame the largest offset and length of all are taken,
 * rather than each one's own.
 */
static inline bool survey_shapes(const struct survey *v, const struct zcxsk_socket *s)
{
	uint64_t offset = v->biased[0] & (s->frame_size - 1);

	return survey_lengths(v, s) && offset + v->biased[1] < s->frame_size;
}

/* Bytes in all n of them; right when all shapes are. */
static inline uint64_t survey_bytes(const struct survey *v, uint32_t n)
{
	return v->sum[1] + n;
}

#endif
