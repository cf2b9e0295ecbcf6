/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * descriptor_loops.h - the loops over a burst, written with GCC's vector types.
 * descriptors.c includes it once per instruction set: OF(name) is the name for that set,
 * and LANES the number of 64-bit words in a vector. A descriptor is two of them.
 */

typedef uint64_t OF(lanes) __attribute__((vector_size(8 * LANES)));
/* The same type in memory, where only the elements are aligned. */
typedef uint64_t OF(memory) __attribute__((vector_size(8 * LANES), aligned(8), may_alias));

#define LOAD(from) (*(const OF(memory) *)(from))
#define STORE(to, value) (*(OF(memory) *)(to) = (value))

/*
 * AT_LEAST(a, b): not less than a or b in each 32-bit half. It is their maximum if the
 * machine has such an instruction, which post needs, and else their OR.
 */
#if LANES == 4
#define EACH(a, b)                                                                                 \
	{                                                                                          \
		a, b, a, b                                                                         \
	}
/* One instruction each, within 128-bit halves. CROSSED puts addresses into this order. */
#define EVEN(of, and_of) __builtin_shufflevector(of, and_of, 0, 4, 2, 6)
#define ODD(of, and_of) __builtin_shufflevector(of, and_of, 1, 5, 3, 7)
#define TURNED(of) __builtin_shufflevector(of, of, 2, 3, 0, 1)
typedef int OF(halves) __attribute__((vector_size(8 * LANES)));
#define AT_LEAST(a, b) ((OF(lanes))__builtin_ia32_pmaxud256((OF(halves))(a), (OF(halves))(b)))
#define MOST_OF(most, some, more) AT_LEAST(AT_LEAST(most, some), more)
#define CROSSED(of) __builtin_shufflevector(of, of, 0, 2, 1, 3)
#define JOIN(operator, of, lane) (of[lane] operator of[lane + 2])
/*
 * With upper halves in use the SSE instructions that follow are several times as slow.
 * GCC moves vector code past __builtin_ia32_vzeroupper(), and inserts none before few_
 * calls. The scalar result passes through this one, so no vector is needed after it.
 */
#define LEAVE(result)                                                                              \
	__asm__ volatile("vzeroupper"                                                              \
			 : "+r"(result)                                                            \
			 :                                                                         \
			 : "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",       \
			   "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",    \
			   "xmm15")
#else
#define EACH(a, b)                                                                                 \
	{                                                                                          \
		a, b                                                                               \
	}
#define EVEN(of, and_of) __builtin_shufflevector(of, and_of, 0, 2)
#define ODD(of, and_of) __builtin_shufflevector(of, and_of, 1, 3)
#define TURNED(of) (of)
#ifdef __aarch64__
#define AT_LEAST(a, b) ((OF(lanes))vmaxq_u32(vreinterpretq_u32_u64(a), vreinterpretq_u32_u64(b)))
/* The maximum takes two cycles; this way only one of the two is on the critical path. */
#define MOST_OF(most, some, more) AT_LEAST(most, AT_LEAST(some, more))
#else
#define AT_LEAST(a, b) ((a) | (b))
#endif
#define CROSSED(of) (of)
#define JOIN(operator, of, lane) (of[lane])
#define LEAVE(result) ((void)0)
#endif

#if LANES == 4 || defined(__aarch64__)
static uint64_t OF(post)(uint64_t *addrs, const struct zcxsk_packet *p, uint32_t n,
			 const struct zcxsk_bounds *b);

/* Any number of packets that is not a multiple of a group. */
static __attribute__((noinline)) uint64_t OF(post_odd)(uint64_t *addrs,
						       const struct zcxsk_packet *p, uint32_t n,
						       const struct zcxsk_bounds *b)
{
	uint32_t rest = n % BULK_GROUP, whole = n - rest;
	uint64_t bytes, more;

	if (!whole)
		return few_post(addrs, p, n, b);
	bytes = OF(post)(addrs, p, whole, b);
	more = few_post(addrs + whole, p + whole, rest, b);
	return bytes && more ? bytes + more : 0;
}

/*
 * Stores the addresses in the order that costs least. The maxima of the address halves
 * form an address that is not less than any; in a UMEM of at most 4 GiB it is the largest.
 */
static inline ALWAYS uint64_t OF(post_groups)(uint64_t *addrs, const struct zcxsk_packet *p,
					      uint32_t n, const struct zcxsk_bounds *b)
{
	const struct zcxsk_packet *end = p + n;
	OF(lanes) most = {0}, sum = {0};
	uint64_t bytes;

	for (; p != end; p += BULK_GROUP, addrs += BULK_GROUP) {
		UNROLLED
		for (uint32_t i = 0; i < BULK_GROUP; i += LANES) {
			OF(lanes) some = LOAD(p + i), more = LOAD(p + i + LANES / 2);

			STORE(addrs + i, EVEN(some, more));
			most = MOST_OF(most, some, more);
			sum += some;
			sum += more;
		}
	}
	most = AT_LEAST(most, TURNED(most));
	bytes = BULK_OUTSIDE(b, most[0], most[1]) ? 0 : JOIN(+, sum, 1);
	LEAVE(bytes);
	return bytes;
}

static uint64_t OF(post)(uint64_t *addrs, const struct zcxsk_packet *p, uint32_t n,
			 const struct zcxsk_bounds *b)
{
	return n && n % BULK_GROUP == 0 ? OF(post_groups)(addrs, p, n, b)
					: OF(post_odd)(addrs, p, n, b);
}
#else /* without a maximum instruction two at a time are no faster */
#define post_words few_post
#endif

/*
 * Copies whole groups. Returns their bytes, or 0 if the check failed: it takes the OR of
 * the addresses, the OR of them with the bias added, and the largest length - 1 including
 * the flags. Without a bias the two ORs are the same.
 */
static inline ALWAYS uint64_t OF(copy_groups)(struct zcxsk_packet *to,
					      const struct zcxsk_packet *from, uint32_t n,
					      const struct zcxsk_bounds *b, bool has_bias)
{
	uint64_t bias = has_bias ? b->bias : 0, addr, length, over, bytes;
	OF(lanes) step = EACH(bias, UINT64_MAX), raw = {0}, biased = {0}, most = {0}, sum = {0};

	for (uint32_t groups = n / BULK_GROUP; groups--; to += BULK_GROUP, from += BULK_GROUP) {
		UNROLLED
		for (uint32_t i = 0; i < BULK_GROUP; i += LANES / 2) {
			OF(lanes) some = LOAD(from + i);

			STORE(to + i, some);
			if (has_bias)
				raw |= some;
			some += step;
			biased |= some;
			most = AT_LEAST(most, some);
			sum += some;
		}
	}
	over = JOIN(|, biased, 0);
	addr = has_bias ? JOIN(|, raw, 0) : over;
	most = AT_LEAST(most, TURNED(most));
	length = most[1];
	bytes = JOIN(+, sum, 1) + n; /* the lengths were reduced by 1 each */
	if (ZCXSK_UNLIKELY(BOUNDS_OUTSIDE(b, addr, over) || length >= b->frame_size ||
			   (over & (b->frame_size - 1)) + length >= b->frame_size))
		bytes = 0;
	LEAVE(bytes);
	return bytes;
}

/* Copies all packets, those after an invalid one as well. */
static inline ALWAYS uint64_t OF(copy_any)(struct zcxsk_packet *to, const struct zcxsk_packet *from,
					   uint32_t n, const struct zcxsk_bounds *b, bool has_bias)
{
	uint32_t rest = n % BULK_GROUP, whole = n - rest;
	uint64_t bytes, more;

	if (!whole)
		return few_copy(to, from, n, b);
	bytes = OF(copy_groups)(to, from, whole, b, has_bias);
	if (!rest)
		return bytes;
	more = few_copy(to + whole, from + whole, rest, b);
	return bytes && more ? bytes + more : 0;
}

static uint64_t OF(copy)(struct zcxsk_packet *to, const struct zcxsk_packet *from, uint32_t n,
			 const struct zcxsk_bounds *b)
{
	return OF(copy_any)(to, from, n, b, false);
}

static uint64_t OF(copy_biased)(struct zcxsk_packet *to, const struct zcxsk_packet *from,
				uint32_t n, const struct zcxsk_bounds *b)
{
	return OF(copy_any)(to, from, n, b, true);
}

static uint64_t OF(match_completions)(uint64_t *frames, const uint64_t *addrs,
				      const struct zcxsk_packet *sent, uint32_t n,
				      uint64_t frame_mask)
{
	OF(lanes) mask = EACH(frame_mask, frame_mask), differ = {0};
	uint64_t wrong;

	for (uint32_t groups = n / BULK_GROUP; groups--;
	     frames += BULK_GROUP, addrs += BULK_GROUP, sent += BULK_GROUP) {
		UNROLLED
		for (uint32_t i = 0; i < BULK_GROUP; i += LANES) {
			OF(lanes) some = LOAD(addrs + i);

			STORE(frames + i, some & mask);
			differ |= CROSSED(some) ^ EVEN(LOAD(sent + i), LOAD(sent + i + LANES / 2));
		}
	}
	wrong = JOIN(|, differ, 0) | JOIN(|, differ, 1);
	LEAVE(wrong);
	if (n % BULK_GROUP)
		wrong |= few_match_completions(frames, addrs, sent, n % BULK_GROUP, frame_mask);
	return wrong;
}

static uint64_t OF(recycle)(struct zcxsk_packet *packets, const uint64_t *addrs,
			    const struct zcxsk_packet *sent, uint32_t n, uint64_t frame_mask,
			    uint32_t len)
{
	OF(lanes) mask = EACH(frame_mask, frame_mask), length = EACH(len, len), differ = {0};
	uint64_t wrong;

	for (uint32_t groups = n / BULK_GROUP; groups--;
	     packets += BULK_GROUP, addrs += BULK_GROUP, sent += BULK_GROUP) {
		UNROLLED
		for (uint32_t i = 0; i < BULK_GROUP; i += LANES) {
			OF(lanes) some = CROSSED(LOAD(addrs + i));
			OF(lanes) frames = some & mask;

			STORE(packets + i, EVEN(frames, length));
			STORE(packets + i + LANES / 2, ODD(frames, length));
			differ |= some ^ EVEN(LOAD(sent + i), LOAD(sent + i + LANES / 2));
		}
	}
	wrong = JOIN(|, differ, 0) | JOIN(|, differ, 1);
	LEAVE(wrong);
	if (n % BULK_GROUP)
		wrong |= few_recycle(packets, addrs, sent, n % BULK_GROUP, frame_mask, len);
	return wrong;
}

static void OF(init_packets)(struct zcxsk_packet *packets, const uint64_t *frames, uint32_t n,
			     uint32_t len)
{
	OF(lanes) length = EACH(len, len);

	for (uint32_t groups = n / BULK_GROUP; groups--;
	     packets += BULK_GROUP, frames += BULK_GROUP) {
		UNROLLED
		for (uint32_t i = 0; i < BULK_GROUP; i += LANES) {
			OF(lanes) some = CROSSED(LOAD(frames + i));

			STORE(packets + i, EVEN(some, length));
			STORE(packets + i + LANES / 2, ODD(some, length));
		}
	}
	LEAVE(len);
	if (n % BULK_GROUP)
		few_init_packets(packets, frames, n % BULK_GROUP, len);
}

/* For n of a group or more. */
static inline ALWAYS uint64_t OF(frame_addresses_any)(uint64_t *frames,
						      const struct zcxsk_packet *packets,
						      uint32_t n, const struct zcxsk_bounds *b,
						      bool has_bias)
{
	uint64_t frame_mask = b->frame_mask, bias = has_bias ? b->bias : 0, addr, over, outside;
	OF(lanes) mask = EACH(frame_mask, frame_mask), step = EACH(bias, bias);
	OF(lanes) raw = {0}, biased = {0};

	for (uint32_t groups = n / BULK_GROUP; groups--;
	     frames += BULK_GROUP, packets += BULK_GROUP) {
		UNROLLED
		for (uint32_t i = 0; i < BULK_GROUP; i += LANES) {
			OF(lanes) some = EVEN(LOAD(packets + i), LOAD(packets + i + LANES / 2));

			STORE(frames + i, some & mask);
			raw |= some;
			if (has_bias)
				biased |= some + step;
		}
	}
	addr = JOIN(|, raw, 0) | JOIN(|, raw, 1);
	over = has_bias ? JOIN(|, biased, 0) | JOIN(|, biased, 1) : addr;
	outside = BOUNDS_OUTSIDE(b, addr, over);
	LEAVE(outside);
	if (n % BULK_GROUP)
		outside |= few_frame_addresses(frames, packets, n % BULK_GROUP, b);
	return outside;
}

static uint64_t OF(frame_addresses)(uint64_t *frames, const struct zcxsk_packet *packets,
				    uint32_t n, const struct zcxsk_bounds *b)
{
	if (n < BULK_GROUP)
		return few_frame_addresses(frames, packets, n, b);
	return OF(frame_addresses_any)(frames, packets, n, b, false);
}

static uint64_t OF(frame_addresses_biased)(uint64_t *frames, const struct zcxsk_packet *packets,
					   uint32_t n, const struct zcxsk_bounds *b)
{
	if (n < BULK_GROUP)
		return few_frame_addresses(frames, packets, n, b);
	return OF(frame_addresses_any)(frames, packets, n, b, true);
}

const struct zcxsk_loops OF(bulk) = {
	.post = OF(post),
	.copy = OF(copy),
	.match_completions = OF(match_completions),
	.recycle = OF(recycle),
	.init_packets = OF(init_packets),
	.frame_addresses = OF(frame_addresses),
};

const struct zcxsk_loops OF(bulk_biased) = {
	.post = OF(post),
	.copy = OF(copy_biased),
	.match_completions = OF(match_completions),
	.recycle = OF(recycle),
	.init_packets = OF(init_packets),
	.frame_addresses = OF(frame_addresses_biased),
};

#undef LOAD
#undef STORE
#undef EACH
#undef EVEN
#undef ODD
#undef CROSSED
#undef TURNED
#undef AT_LEAST
#undef MOST_OF
#undef JOIN
#undef LEAVE
#undef OF
#undef LANES
