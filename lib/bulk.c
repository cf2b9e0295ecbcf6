/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bulk.c - the loops over a burst, two descriptors or four addresses at a time
 * in GCC's vector types. On x86-64 they are compiled for AVX2 as well, and the
 * loader picks what the processor has.
 */
#include "bulk.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the flags lie above the length on little-endian machines only"
#endif

/* The loader's choice is made before a sanitizer is ready for it. */
#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&                \
	!defined(__SANITIZE_THREAD__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

/*
 * The bodies are a handful of instructions, of which the counting would be a
 * third. They go in groups of eight packets, where it no longer shows, and one
 * by one at the end.
 */
#define GROUP 8u
#define UNROLLED _Pragma("GCC unroll 8")

/* Four 64-bit lanes: two descriptors, or four addresses. */
typedef uint64_t quad __attribute__((vector_size(32)));
/* The same in memory that is aligned as its elements are. */
typedef uint64_t quad_memory __attribute__((vector_size(32), aligned(8), may_alias));

#define LOAD(from) (*(const quad_memory *)(from))
#define STORE(to, value) (*(quad_memory *)(to) = (value))

/* Length and flags as one number: a flag makes it larger than any frame. */
static inline uint64_t length_of(const struct zcxsk_packet *p)
{
	return p->len | (uint64_t)p->flags << 32;
}

static inline void survey_one(struct survey *v, const struct zcxsk_packet *p, uint64_t bias)
{
	v->addr |= p->addr;
	v->biased |= p->addr + bias;
	v->length |= length_of(p) - 1;
	v->bytes += p->len;
}

WIDE void bulk_copy(struct survey *v, struct zcxsk_packet *to, const struct zcxsk_packet *from,
		    uint32_t n, uint64_t bias)
{
	quad step = {bias, UINT64_MAX, bias, UINT64_MAX}, raw = {0}, biased = {0}, sum = {0};
	struct survey rest = *v;

	rest.bytes += n - n % GROUP; /* each is summed less one below */
	for (uint32_t groups = n / GROUP; groups--; to += GROUP, from += GROUP)
		UNROLLED
	for (uint32_t i = 0; i < GROUP; i += 2) {
		quad two = LOAD(from + i);

		STORE(to + i, two);
		raw |= two;
		two += step;
		biased |= two;
		sum += two;
	}
	for (n %= GROUP; n--; to++, from++) {
		*to = *from;
		survey_one(&rest, from, bias);
	}
	v->addr = rest.addr | raw[0] | raw[2];
	v->biased = rest.biased | biased[0] | biased[2];
	v->length = rest.length | biased[1] | biased[3];
	v->bytes = rest.bytes + sum[1] + sum[3];
}

WIDE uint64_t bulk_land(uint64_t *frames, const uint64_t *addrs, const struct zcxsk_packet *sent,
			uint32_t n, uint64_t frame_mask)
{
	quad mask = {frame_mask, frame_mask, frame_mask, frame_mask}, differ = {0};
	uint64_t rest = 0;

	for (uint32_t groups = n / GROUP; groups--; frames += GROUP, addrs += GROUP, sent += GROUP)
		UNROLLED
	for (uint32_t i = 0; i < GROUP; i += 4) {
		quad four = LOAD(addrs + i);

		STORE(frames + i, four & mask);
		differ |= four ^
			  __builtin_shufflevector(LOAD(sent + i), LOAD(sent + i + 2), 0, 2, 4, 6);
	}
	for (n %= GROUP; n--; frames++, addrs++, sent++) {
		rest |= *addrs ^ sent->addr;
		*frames = *addrs & frame_mask;
	}
	return rest | differ[0] | differ[1] | differ[2] | differ[3];
}

WIDE uint64_t bulk_recycle(struct zcxsk_packet *packets, const uint64_t *addrs,
			   const struct zcxsk_packet *sent, uint32_t n, uint64_t frame_mask)
{
	quad mask = {frame_mask, 0, frame_mask, 0}, differ = {0};
	uint64_t rest = 0;

	for (uint32_t groups = n / GROUP; groups--; packets += GROUP, addrs += GROUP, sent += GROUP)
		UNROLLED
	for (uint32_t i = 0; i < GROUP; i += 4) {
		quad four = LOAD(addrs + i);
		quad low = __builtin_shufflevector(four, four, 0, 0, 1, 1);
		quad high = __builtin_shufflevector(four, four, 2, 2, 3, 3);

		STORE(packets + i, low & mask);
		STORE(packets + i + 2, high & mask);
		/* Of the odd lanes nothing is wanted. */
		differ |= low ^ LOAD(sent + i);
		differ |= high ^ LOAD(sent + i + 2);
	}
	for (n %= GROUP; n--; packets++, addrs++, sent++) {
		rest |= *addrs ^ sent->addr;
		*packets = (struct zcxsk_packet){.addr = *addrs & frame_mask};
	}
	return rest | differ[0] | differ[2];
}

WIDE void bulk_empty(struct zcxsk_packet *packets, const uint64_t *frames, uint32_t n)
{
	quad mask = {UINT64_MAX, 0, UINT64_MAX, 0};

	for (uint32_t groups = n / GROUP; groups--; packets += GROUP, frames += GROUP)
		UNROLLED
	for (uint32_t i = 0; i < GROUP; i += 4) {
		quad four = LOAD(frames + i);

		STORE(packets + i, __builtin_shufflevector(four, four, 0, 0, 1, 1) & mask);
		STORE(packets + i + 2, __builtin_shufflevector(four, four, 2, 2, 3, 3) & mask);
	}
	for (n %= GROUP; n--; packets++, frames++)
		*packets = (struct zcxsk_packet){.addr = *frames};
}

WIDE void bulk_release(struct survey *v, uint64_t *frames, const struct zcxsk_packet *packets,
		       uint32_t n, uint64_t frame_mask, uint64_t bias)
{
	quad mask = {frame_mask, frame_mask, frame_mask, frame_mask};
	quad step = {bias, bias, bias, bias}, raw = {0}, biased = {0};
	struct survey rest = {0};

	for (uint32_t groups = n / GROUP; groups--; frames += GROUP, packets += GROUP)
		UNROLLED
	for (uint32_t i = 0; i < GROUP; i += 4) {
		quad four = __builtin_shufflevector(LOAD(packets + i), LOAD(packets + i + 2), 0, 2,
						    4, 6);

		STORE(frames + i, four & mask);
		raw |= four;
		biased |= four + step;
	}
	for (n %= GROUP; n--; frames++, packets++) {
		survey_one(&rest, packets, bias);
		*frames = packets->addr & frame_mask;
	}
	v->addr = rest.addr | raw[0] | raw[1] | raw[2] | raw[3];
	v->biased = rest.biased | biased[0] | biased[1] | biased[2] | biased[3];
}
