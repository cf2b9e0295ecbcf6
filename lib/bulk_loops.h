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
#define LOW_TWICE(of) __builtin_shufflevector(of, of, 0, 0, 1, 1)
#define HIGH_TWICE(of) __builtin_shufflevector(of, of, 2, 2, 3, 3)
#define JOIN(operator, of, lane) (of[lane] operator of[lane + 2])
#else
#define EACH(a, b)                                                                                 \
	{                                                                                          \
		a, b                                                                               \
	}
#define EVEN_LANES(of, and_of) __builtin_shufflevector(of, and_of, 0, 2)
#define LOW_TWICE(of) __builtin_shufflevector(of, of, 0, 0)
#define HIGH_TWICE(of) __builtin_shufflevector(of, of, 1, 1)
#define JOIN(operator, of, lane) (of[lane])
#endif

/* Length and flags as one number: a flag makes it larger than any frame. */
static inline uint64_t OF(length_of)(const struct zcxsk_packet *p)
{
	return p->len | (uint64_t)p->flags << 32;
}

static inline void OF(survey_one)(struct survey *v, const struct zcxsk_packet *p, uint64_t bias)
{
	v->addr |= p->addr;
	v->biased |= p->addr + bias;
	v->length |= OF(length_of)(p) - 1;
	v->bytes += p->len;
}

static void OF(copy)(struct survey *v, struct zcxsk_packet *to, const struct zcxsk_packet *from,
		     uint32_t n, uint64_t bias)
{
	OF(lanes) step = EACH(bias, UINT64_MAX), raw = {0}, biased = {0}, sum = {0};
	struct survey rest = *v;

	rest.bytes += n - n % BULK_GROUP; /* each is summed less one below */
	for (uint32_t groups = n / BULK_GROUP; groups--; to += BULK_GROUP, from += BULK_GROUP)
		UNROLLED
	for (uint32_t i = 0; i < BULK_GROUP; i += LANES / 2) {
		OF(lanes) some = LOAD(from + i);

		STORE(to + i, some);
		raw |= some;
		some += step;
		biased |= some;
		sum += some;
	}
	for (n %= BULK_GROUP; n--; to++, from++) {
		*to = *from;
		OF(survey_one)(&rest, from, bias);
	}
	v->addr = rest.addr | JOIN(|, raw, 0);
	v->biased = rest.biased | JOIN(|, biased, 0);
	v->length = rest.length | JOIN(|, biased, 1);
	v->bytes = rest.bytes + JOIN(+, sum, 1);
}

static uint64_t OF(land)(uint64_t *frames, const uint64_t *addrs, const struct zcxsk_packet *sent,
			 uint32_t n, uint64_t frame_mask)
{
	OF(lanes) mask = EACH(frame_mask, frame_mask), differ = {0};
	uint64_t rest = 0;

	for (uint32_t groups = n / BULK_GROUP; groups--;
	     frames += BULK_GROUP, addrs += BULK_GROUP, sent += BULK_GROUP)
		UNROLLED
	for (uint32_t i = 0; i < BULK_GROUP; i += LANES) {
		OF(lanes) some = LOAD(addrs + i);

		STORE(frames + i, some & mask);
		differ |= some ^ EVEN_LANES(LOAD(sent + i), LOAD(sent + i + LANES / 2));
	}
	for (n %= BULK_GROUP; n--; frames++, addrs++, sent++) {
		rest |= *addrs ^ sent->addr;
		*frames = *addrs & frame_mask;
	}
	return rest | JOIN(|, differ, 0) | JOIN(|, differ, 1);
}

static uint64_t OF(recycle)(struct zcxsk_packet *packets, const uint64_t *addrs,
			    const struct zcxsk_packet *sent, uint32_t n, uint64_t frame_mask)
{
	OF(lanes) mask = EACH(frame_mask, 0), differ = {0};
	uint64_t rest = 0;

	for (uint32_t groups = n / BULK_GROUP; groups--;
	     packets += BULK_GROUP, addrs += BULK_GROUP, sent += BULK_GROUP)
		UNROLLED
	for (uint32_t i = 0; i < BULK_GROUP; i += LANES) {
		OF(lanes) some = LOAD(addrs + i);
		OF(lanes) low = LOW_TWICE(some);
		OF(lanes) high = HIGH_TWICE(some);

		STORE(packets + i, low & mask);
		STORE(packets + i + LANES / 2, high & mask);
		/* Of the odd lanes nothing is wanted. */
		differ |= low ^ LOAD(sent + i);
		differ |= high ^ LOAD(sent + i + LANES / 2);
	}
	for (n %= BULK_GROUP; n--; packets++, addrs++, sent++) {
		rest |= *addrs ^ sent->addr;
		*packets = (struct zcxsk_packet){.addr = *addrs & frame_mask};
	}
	return rest | JOIN(|, differ, 0);
}

static void OF(empty)(struct zcxsk_packet *packets, const uint64_t *frames, uint32_t n)
{
	OF(lanes) mask = EACH(UINT64_MAX, 0);

	for (uint32_t groups = n / BULK_GROUP; groups--;
	     packets += BULK_GROUP, frames += BULK_GROUP)
		UNROLLED
	for (uint32_t i = 0; i < BULK_GROUP; i += LANES) {
		OF(lanes) some = LOAD(frames + i);

		STORE(packets + i, LOW_TWICE(some) & mask);
		STORE(packets + i + LANES / 2, HIGH_TWICE(some) & mask);
	}
	for (n %= BULK_GROUP; n--; packets++, frames++)
		*packets = (struct zcxsk_packet){.addr = *frames};
}

static void OF(release)(struct survey *v, uint64_t *frames, const struct zcxsk_packet *packets,
			uint32_t n, uint64_t frame_mask, uint64_t bias)
{
	OF(lanes) mask = EACH(frame_mask, frame_mask), step = EACH(bias, bias);
	OF(lanes) raw = {0}, biased = {0};
	struct survey rest = {0};

	for (uint32_t groups = n / BULK_GROUP; groups--;
	     frames += BULK_GROUP, packets += BULK_GROUP)
		UNROLLED
	for (uint32_t i = 0; i < BULK_GROUP; i += LANES) {
		OF(lanes) some = EVEN_LANES(LOAD(packets + i), LOAD(packets + i + LANES / 2));

		STORE(frames + i, some & mask);
		raw |= some;
		biased |= some + step;
	}
	for (n %= BULK_GROUP; n--; frames++, packets++) {
		OF(survey_one)(&rest, packets, bias);
		*frames = packets->addr & frame_mask;
	}
	v->addr = rest.addr | JOIN(|, raw, 0) | JOIN(|, raw, 1);
	v->biased = rest.biased | JOIN(|, biased, 0) | JOIN(|, biased, 1);
}

const struct bulk OF(bulk) = {
	.copy = OF(copy),
	.land = OF(land),
	.recycle = OF(recycle),
	.empty = OF(empty),
	.release = OF(release),
};

#undef LOAD
#undef STORE
#undef EACH
#undef EVEN_LANES
#undef LOW_TWICE
#undef HIGH_TWICE
#undef JOIN
#undef OF
#undef LANES
