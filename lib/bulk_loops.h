/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bulk_loops.h - the loops over a burst, on GCC's vector types. No header in the
 * usual sense: bulk.c includes it once for each kind of machine. OF(name) is the
 * name for that kind, LANES the 64-bit words worked on at a time: half as many
 * descriptors, or as many addresses.
 */

typedef uint64_t OF(lanes) __attribute__((vector_size(8 * LANES)));
/* The same in memory that is aligned as its elements are. */
typedef uint64_t OF(memory) __attribute__((vector_size(8 * LANES), aligned(8), may_alias));

#define LOAD(from) (*(const OF(memory) *)(from))
#define STORE(to, value) (*(OF(memory) *)(to) = (value))

#if LANES == 4
#define EACH(a, b)                                                                                 \
	{                                                                                          \
		a, b, a, b                                                                         \
	}
#define EVEN_LANES(of, and_of) __builtin_shufflevector(of, and_of, 0, 2, 4, 6)
#define SOME_EVEN(of, and_of) __builtin_shufflevector(of, and_of, 0, 4, 2, 6)
#define LOW_TWICE(of) __builtin_shufflevector(of, of, 0, 0, 1, 1)
#define HIGH_TWICE(of) __builtin_shufflevector(of, of, 2, 2, 3, 3)
#define TURNED(of) __builtin_shufflevector(of, of, 2, 3, 0, 1)
#define JOIN(operator, of, lane) (of[lane] operator of[lane + 2])
#else
#define EACH(a, b)                                                                                 \
	{                                                                                          \
		a, b                                                                               \
	}
#define EVEN_LANES(of, and_of) __builtin_shufflevector(of, and_of, 0, 2)
#define SOME_EVEN EVEN_LANES
#define LOW_TWICE(of) __builtin_shufflevector(of, of, 0, 0)
#define HIGH_TWICE(of) __builtin_shufflevector(of, of, 1, 1)
#define JOIN(operator, of, lane) (of[lane])
#endif

#if LANES == 4
/* The larger of each two halves of 64 bits. */
static inline ALWAYS OF(lanes) OF(larger)(OF(lanes) a, OF(lanes) b)
{
	typedef int halves __attribute__((vector_size(32)));

	return (OF(lanes))__builtin_ia32_pmaxud256((halves)a, (halves)b);
}

static uint64_t OF(post)(uint64_t *addrs, const struct zcxsk_packet *p, uint32_t n,
			 const struct zcxsk_bounds *b);

/* What is no multiple of a group. */
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
 * In the order that costs least. The largest halves of the addresses make one that is
 * less than none of them: with the largest length it is inside if all are, but for a
 * UMEM of more than 4 GiB.
 */
static uint64_t OF(post)(uint64_t *addrs, const struct zcxsk_packet *p, uint32_t n,
			 const struct zcxsk_bounds *b)
{
	const struct zcxsk_packet *end = p + n;
	OF(lanes) most = {0}, sum = {0};

	if (!n || n % BULK_GROUP)
		return OF(post_odd)(addrs, p, n, b);
	for (; p != end; p += BULK_GROUP, addrs += BULK_GROUP)
		UNROLLED
	for (uint32_t i = 0; i < BULK_GROUP; i += LANES) {
		OF(lanes) some = LOAD(p + i), more = LOAD(p + i + LANES / 2);

		STORE(addrs + i, SOME_EVEN(some, more));
		most = OF(larger)(most, some);
		most = OF(larger)(most, more);
		sum += some;
		sum += more;
	}
	most = OF(larger)(most, TURNED(most));
	return BULK_OUTSIDE(b, most[0], most[1]) ? 0 : JOIN(+, sum, 1);
}
#else /* nothing to be had by two at a time */
#define post_words few_post
#endif

/*
 * Copies whole groups and looks at them: the ORs of the addresses, raw and with the
 * bias, and of the lengths - 1, with the flags, tell whether one is wrong. Returns
 * their bytes, or 0. Without a bias the sum is the address, and the second OR is saved.
 */
static inline ALWAYS uint64_t OF(copy_groups)(struct zcxsk_packet *to,
					      const struct zcxsk_packet *from, uint32_t n,
					      const struct zcxsk_bounds *b, bool has_bias)
{
	uint64_t bias = has_bias ? b->bias : 0, addr, length, over;
	OF(lanes) step = EACH(bias, UINT64_MAX), raw = {0}, biased = {0}, sum = {0};

	for (uint32_t groups = n / BULK_GROUP; groups--; to += BULK_GROUP, from += BULK_GROUP)
		UNROLLED
	for (uint32_t i = 0; i < BULK_GROUP; i += LANES / 2) {
		OF(lanes) some = LOAD(from + i);

		STORE(to + i, some);
		if (has_bias)
			raw |= some;
		some += step;
		biased |= some;
		sum += some;
	}
	over = JOIN(|, biased, 0);
	addr = has_bias ? JOIN(|, raw, 0) : over;
	length = JOIN(|, biased, 1);
	if (ZCXSK_UNLIKELY(BOUNDS_OUTSIDE(b, addr, over) || length >= b->frame_size ||
			   (over & (b->frame_size - 1)) + length >= b->frame_size))
		return 0;
	return JOIN(+, sum, 1) + n; /* each was summed less one */
}

/* The groups, and what is behind the last one; those behind a wrong one as well. */
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

static uint64_t OF(land)(uint64_t *frames, const uint64_t *addrs, const struct zcxsk_packet *sent,
			 uint32_t n, uint64_t frame_mask)
{
	OF(lanes) mask = EACH(frame_mask, frame_mask), differ = {0};
	uint64_t rest;

	for (uint32_t groups = n / BULK_GROUP; groups--;
	     frames += BULK_GROUP, addrs += BULK_GROUP, sent += BULK_GROUP)
		UNROLLED
	for (uint32_t i = 0; i < BULK_GROUP; i += LANES) {
		OF(lanes) some = LOAD(addrs + i);

		STORE(frames + i, some & mask);
		differ |= some ^ EVEN_LANES(LOAD(sent + i), LOAD(sent + i + LANES / 2));
	}
	rest = few_land(frames, addrs, sent, n % BULK_GROUP, frame_mask);
	return rest | JOIN(|, differ, 0) | JOIN(|, differ, 1);
}

static uint64_t OF(recycle)(struct zcxsk_packet *packets, const uint64_t *addrs,
			    const struct zcxsk_packet *sent, uint32_t n, uint64_t frame_mask,
			    uint32_t len)
{
	OF(lanes) mask = EACH(frame_mask, 0), length = EACH(0, len), differ = {0};
	uint64_t rest = 0;

	for (uint32_t groups = n / BULK_GROUP; groups--;
	     packets += BULK_GROUP, addrs += BULK_GROUP, sent += BULK_GROUP)
		UNROLLED
	for (uint32_t i = 0; i < BULK_GROUP; i += LANES) {
		OF(lanes) some = LOAD(addrs + i);
		OF(lanes) low = LOW_TWICE(some);
		OF(lanes) high = HIGH_TWICE(some);

		STORE(packets + i, (low & mask) | length);
		STORE(packets + i + LANES / 2, (high & mask) | length);
		/* Of the odd lanes nothing is wanted. */
		differ |= low ^ LOAD(sent + i);
		differ |= high ^ LOAD(sent + i + LANES / 2);
	}
	if (n % BULK_GROUP)
		rest = few_recycle(packets, addrs, sent, n % BULK_GROUP, frame_mask, len);
	return rest | JOIN(|, differ, 0);
}

static void OF(dress)(struct zcxsk_packet *packets, const uint64_t *frames, uint32_t n,
		      uint32_t len)
{
	OF(lanes) mask = EACH(UINT64_MAX, 0), length = EACH(0, len);

	for (uint32_t groups = n / BULK_GROUP; groups--;
	     packets += BULK_GROUP, frames += BULK_GROUP)
		UNROLLED
	for (uint32_t i = 0; i < BULK_GROUP; i += LANES) {
		OF(lanes) some = LOAD(frames + i);

		STORE(packets + i, (LOW_TWICE(some) & mask) | length);
		STORE(packets + i + LANES / 2, (HIGH_TWICE(some) & mask) | length);
	}
	few_dress(packets, frames, n % BULK_GROUP, len);
}

static inline ALWAYS uint64_t OF(strip_any)(uint64_t *frames, const struct zcxsk_packet *packets,
					    uint32_t n, const struct zcxsk_bounds *b, bool has_bias)
{
	uint64_t frame_mask = b->frame_mask, bias = has_bias ? b->bias : 0, addr, over, rest = 0;
	OF(lanes) mask = EACH(frame_mask, frame_mask), step = EACH(bias, bias);
	OF(lanes) raw = {0}, biased = {0};

	if (n < BULK_GROUP)
		return few_strip(frames, packets, n, b);
	for (uint32_t groups = n / BULK_GROUP; groups--;
	     frames += BULK_GROUP, packets += BULK_GROUP)
		UNROLLED
	for (uint32_t i = 0; i < BULK_GROUP; i += LANES) {
		OF(lanes) some = SOME_EVEN(LOAD(packets + i), LOAD(packets + i + LANES / 2));

		STORE(frames + i, some & mask);
		raw |= some;
		if (has_bias)
			biased |= some + step;
	}
	addr = JOIN(|, raw, 0) | JOIN(|, raw, 1);
	over = has_bias ? JOIN(|, biased, 0) | JOIN(|, biased, 1) : addr;
	if (n % BULK_GROUP)
		rest = few_strip(frames, packets, n % BULK_GROUP, b);
	return rest | BOUNDS_OUTSIDE(b, addr, over);
}

static uint64_t OF(strip)(uint64_t *frames, const struct zcxsk_packet *packets, uint32_t n,
			  const struct zcxsk_bounds *b)
{
	return OF(strip_any)(frames, packets, n, b, false);
}

static uint64_t OF(strip_biased)(uint64_t *frames, const struct zcxsk_packet *packets, uint32_t n,
				 const struct zcxsk_bounds *b)
{
	return OF(strip_any)(frames, packets, n, b, true);
}

const struct zcxsk_loops OF(bulk) = {
	.post = OF(post),
	.copy = OF(copy),
	.land = OF(land),
	.recycle = OF(recycle),
	.dress = OF(dress),
	.strip = OF(strip),
};

const struct zcxsk_loops OF(bulk_biased) = {
	.post = OF(post),
	.copy = OF(copy_biased),
	.land = OF(land),
	.recycle = OF(recycle),
	.dress = OF(dress),
	.strip = OF(strip_biased),
};

#undef LOAD
#undef STORE
#undef EACH
#undef EVEN_LANES
#undef SOME_EVEN
#undef LOW_TWICE
#undef HIGH_TWICE
#undef TURNED
#undef JOIN
#undef OF
#undef LANES
