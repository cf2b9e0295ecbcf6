/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bulk.c - the loops over a burst, for each instruction set of this machine and all small
 * lengths, against the same work done packet by packet.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "datapath/descriptors.h"

#define LONGEST 40u /* packets: several groups, and every remainder */
#define FRAME 2048u
#define MASK (~(uint64_t)(FRAME - 1))
#define SIZE (1ull << 44)
#define LENGTH 77u

/* One entry past the end must stay unchanged. */
struct arrays {
	struct zcxsk_packet in[LONGEST + 1], out[LONGEST + 1], expected[LONGEST + 1];
	uint64_t addrs[LONGEST + 1], frames[LONGEST + 1], expected_frames[LONGEST + 1];
};

static uint64_t random_bits(void)
{
	static uint64_t state = 88172645463325252ull;

	state ^= state << 13;
	state ^= state >> 7;
	return state ^= state << 17;
}

static struct arrays filled(void)
{
	struct arrays a;

	memset(&a, 0x5a, sizeof(a));
	for (uint32_t i = 0; i <= LONGEST; i++) {
		a.in[i] = (struct zcxsk_packet){random_bits() >> 21, 1 + random_bits() % FRAME, 0};
		a.addrs[i] = a.in[i].addr;
	}
	return a;
}

static void check_arrays(const struct arrays *a, uint32_t n, const char *what)
{
	cr_assert(!memcmp(a->out, a->expected, sizeof(a->out)), "%s of %u: packets", what, n);
	cr_assert(!memcmp(a->frames, a->expected_frames, sizeof(a->frames)), "%s of %u: frames",
		  what, n);
}

/* Calls test for each instruction set, with and without a bias, and each length. */
static void each(void (*test)(const struct zcxsk_loops *bulk, const struct zcxsk_bounds *b,
			      uint32_t n))
{
	const struct zcxsk_bounds sizes[] = {bounds_of(SIZE, FRAME),
					     bounds_of(SIZE - FRAME, FRAME)};

	cr_assert(!sizes[0].bias && sizes[1].bias);
	for (unsigned i = 0; i < 2; i++) {
		const struct zcxsk_loops *kinds[] = {i ? &bulk_biased_words : &bulk_words,
						     bulk_best(&sizes[i])};

		for (unsigned k = 0; k < 2; k++)
			for (uint32_t n = 0; n <= LONGEST; n++)
				test(kinds[k], &sizes[i], n);
	}
}

static void check_copy(const struct zcxsk_loops *bulk, const struct zcxsk_bounds *b, uint32_t n)
{
	struct arrays a = filled();
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < n; i++) {
		a.in[i].addr &= ~63ull; /* so that the largest ones fit together */
		a.in[i].len = 1 + (a.in[i].len & 63);
		a.expected[i] = a.in[i];
		bytes += a.in[i].len;
	}
	cr_assert_eq(bulk->copy(a.out, a.in, n, b), bytes);
	check_arrays(&a, n, "copy");
}

Test(bulk, descriptors_are_copied_and_summed)
{
	each(check_copy);
}

/* One invalid packet, at each place and of each kind. */
static void check_copy_invalid(const struct zcxsk_loops *bulk, const struct zcxsk_bounds *b,
			       uint32_t n)
{
	const struct zcxsk_packet wrong[] = {
		{b->size, 64, 0},
		{UINT64_MAX - 63, 1, 0},
		{1ull << 63, 64, 0},
		{0 - (b->bias ? b->bias : FRAME), 64, 0}, /* wraps round to 0 */
		{0, 0, 0},
		{0, FRAME + 1, 0},
		{0, UINT32_MAX, 0},
		{FRAME - 63, 64, 0},
		{0, 64, 1},
		{0, 64, 1u << 31},
	};

	for (uint32_t i = 0; i < n; i++)
		for (unsigned w = 0; w < sizeof(wrong) / sizeof(wrong[0]); w++) {
			struct zcxsk_packet in[LONGEST] = {{0}}, out[LONGEST];

			for (uint32_t j = 0; j < n; j++)
				in[j] = (struct zcxsk_packet){(uint64_t)j * FRAME, 64, 0};
			in[i] = wrong[w];
			cr_assert_eq(bulk->copy(out, in, n, b), 0, "wrong %u at %u of %u", w, i, n);
			cr_assert(!memcmp(out, in, n * sizeof(*in)), "all are copied");
			memset(out, 0, sizeof(out));
			cr_assert_eq(few_copy(out, in, n, b), 0, "wrong %u at %u of %u", w, i, n);
			cr_assert(!memcmp(out, in, n * sizeof(*in)), "all are copied");
			cr_assert(!zcxsk_fast_holds(b, &in[i]), "wrong %u", w);
		}
}

Test(bulk, an_invalid_packet_fails_the_check)
{
	each(check_copy_invalid);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void check_post(const struct zcxsk_loops *bulk, const struct zcxsk_bounds *b, uint32_t n)
{
	struct arrays a = filled();
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < n; i++) {
		a.in[i].addr %= b->size - FRAME; /* any, and any length */
		a.expected_frames[i] = a.in[i].addr;
		bytes += a.in[i].len;
	}
	/* The maxima of the address halves together are checked as one address. */
	if (n)
		a.expected_frames[0] = a.in[0].addr &= ~0ull << 32;
	cr_assert_eq(bulk->post(a.frames, a.in, n, b), n ? bytes : 0);
	/* In any order. */
	qsort(a.frames, n, sizeof(a.frames[0]), compare);
	qsort(a.expected_frames, n, sizeof(a.frames[0]), compare);
	check_arrays(&a, n, "post");
}

Test(bulk, received_packets_are_posted_and_summed)
{
	each(check_post);
}

/* As in forwarding: each packet follows XDP's headroom, with any length that fits. */
static void check_mixed_lengths(const struct zcxsk_loops *bulk, const struct zcxsk_bounds *b,
				uint32_t n)
{
	const uint32_t lengths[] = {60, 570, 1024, 1514, FRAME - ZCXSK_XDP_HEADROOM};
	struct arrays a = filled();
	uint64_t bytes = 0;

#ifndef __aarch64__ /* these loops have no maximum instruction */
	if (bulk == &bulk_words || bulk == &bulk_biased_words)
		return;
#endif
	for (uint32_t i = 0; i < n; i++) {
		a.in[i].addr = (uint64_t)i * FRAME + ZCXSK_XDP_HEADROOM;
		bytes += a.in[i].len = lengths[i % 5];
	}
	cr_assert_eq(bulk->copy(a.out, a.in, n, b), bytes, "%u", n);
	cr_assert_eq(bulk->post(a.frames, a.in, n, b), bytes, "%u", n);
}

Test(bulk, mixed_lengths_pass_the_check)
{
	each(check_mixed_lengths);
}

/* One packet that ends outside the UMEM or has a flag, at each place. */
static void check_post_invalid(const struct zcxsk_loops *bulk, const struct zcxsk_bounds *b,
			       uint32_t n)
{
	const struct zcxsk_packet wrong[] = {{b->size, 1, 0},
					     {b->size - 63, 64, 0},
					     {UINT64_MAX - 63, 64, 0},
					     {1ull << 63, 64, 0},
					     {0, 64, 1},
					     {0, 64, 1u << 31},
					     {0, 64, UINT32_MAX},
					     {0, UINT32_MAX, UINT32_MAX},
					     {b->size, UINT32_MAX, 0}};

	for (uint32_t i = 0; i < n; i++)
		for (unsigned w = 0; w < sizeof(wrong) / sizeof(wrong[0]); w++) {
			struct zcxsk_packet in[LONGEST] = {{0}};
			uint64_t addrs[LONGEST];

			for (uint32_t j = 0; j < n; j++)
				in[j] = (struct zcxsk_packet){(uint64_t)j * FRAME, 64, 0};
			in[i] = wrong[w];
			cr_assert_eq(bulk->post(addrs, in, n, b), 0, "wrong %u at %u of %u", w, i,
				     n);
		}
}

Test(bulk, an_invalid_received_packet_fails_the_check)
{
	each(check_post_invalid);
}

static void check_frame_addresses(const struct zcxsk_loops *bulk, const struct zcxsk_bounds *b,
				  uint32_t n)
{
	struct arrays a = filled();

	for (uint32_t i = 0; i < n; i++)
		a.expected_frames[i] = a.in[i].addr & MASK;
	cr_assert_eq(bulk->frame_addresses(a.frames, a.in, n, b), 0);
	/* In any order. */
	qsort(a.frames, n, sizeof(a.frames[0]), compare);
	qsort(a.expected_frames, n, sizeof(a.frames[0]), compare);
	check_arrays(&a, n, "frames");
	for (uint32_t i = 0; i < n; i++) {
		uint64_t addr = a.in[i].addr;

		a.in[i].addr = b->size;
		cr_assert_neq(bulk->frame_addresses(a.frames, a.in, n, b), 0, "%u of %u", i, n);
		a.in[i].addr = UINT64_MAX;
		cr_assert_neq(bulk->frame_addresses(a.frames, a.in, n, b), 0, "%u of %u", i, n);
		a.in[i].addr = addr;
	}
}

Test(bulk, packets_become_frames)
{
	each(check_frame_addresses);
}

static void check_init_packets(const struct zcxsk_loops *bulk, const struct zcxsk_bounds *b,
			       uint32_t n)
{
	struct arrays a = filled();

	(void)b;
	for (uint32_t i = 0; i < n; i++)
		a.expected[i] = (struct zcxsk_packet){.addr = a.addrs[i], .len = LENGTH};
	bulk->init_packets(a.out, a.addrs, n, LENGTH);
	check_arrays(&a, n, "init");
}

Test(bulk, frames_become_packets)
{
	each(check_init_packets);
}

/* One completion that differs from the packet sent, at each place, is reported. */
static void check_completions(const struct zcxsk_loops *bulk, const struct zcxsk_bounds *b,
			      uint32_t n)
{
	struct arrays a = filled();

	(void)b;
	for (uint32_t i = 0; i < n; i++) {
		a.expected_frames[i] = a.addrs[i] & MASK;
		a.expected[i] = (struct zcxsk_packet){.addr = a.addrs[i] & MASK, .len = LENGTH};
	}
	cr_assert_eq(bulk->match_completions(a.frames, a.addrs, a.in, n, MASK), 0);
	cr_assert_eq(bulk->recycle(a.out, a.addrs, a.in, n, MASK, LENGTH), 0);
	check_arrays(&a, n, "completion");
	for (uint32_t i = 0; i < n; i++) {
		a.addrs[i] ^= 1ull << 40;
		cr_assert_neq(bulk->match_completions(a.frames, a.addrs, a.in, n, MASK), 0,
			      "%u of %u", i, n);
		cr_assert_neq(bulk->recycle(a.out, a.addrs, a.in, n, MASK, LENGTH), 0, "%u of %u",
			      i, n);
		a.addrs[i] ^= 1ull << 40;
	}
}

Test(bulk, completions_are_compared_with_packets_sent)
{
	each(check_completions);
}

#ifdef __x86_64__
#define REGISTERS 16u
/* An instruction for each vector register; \\reg stands for its number. */
#define FOR_EACH_REGISTER(instruction)                                                             \
	".irp reg,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n" instruction "\n.endr"

static void use_upper_halves(void)
{
	__asm__ volatile(FOR_EACH_REGISTER("vpcmpeqd %%ymm\\reg, %%ymm\\reg, %%ymm\\reg")
			 :
			 :
			 : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
			   "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

/* The halves that SSE instructions do not use. */
static bool upper_halves_are_zero(void)
{
	uint64_t words[REGISTERS][4], bits = 0;

	__asm__ volatile(FOR_EACH_REGISTER("vmovdqu %%ymm\\reg, 32*\\reg(%0)")
			 :
			 : "r"(words)
			 : "memory");
	for (unsigned i = 0; i < REGISTERS; i++)
		bits |= words[i][2] | words[i][3];
	return !bits;
}

static void call(const struct zcxsk_loops *bulk, const struct zcxsk_bounds *b, struct arrays *a,
		 unsigned loop, uint32_t n)
{
	switch (loop) {
	case 0:
		bulk->post(a->frames, a->in, n, b);
		break;
	case 1:
		bulk->copy(a->out, a->in, n, b);
		break;
	case 2:
		bulk->match_completions(a->frames, a->addrs, a->in, n, MASK);
		break;
	case 3:
		bulk->recycle(a->out, a->addrs, a->in, n, MASK, LENGTH);
		break;
	case 4:
		bulk->init_packets(a->out, a->addrs, n, LENGTH);
		break;
	default:
		bulk->frame_addresses(a->frames, a->in, n, b);
	}
}

/* Otherwise the program's SSE instructions would be several times as slow afterwards. */
static void check_left_clean(const struct zcxsk_loops *bulk, const struct zcxsk_bounds *b,
			     uint32_t n)
{
	struct arrays a = filled();

	for (unsigned loop = 0; loop < 6; loop++) {
		__asm__ volatile("vzeroupper");
		call(bulk, b, &a, loop, n);
		cr_assert(upper_halves_are_zero(), "loop %u, %u packets", loop, n);
		/* Less than a group is handled without these registers. */
		if (n < BULK_GROUP || bulk == &bulk_words || bulk == &bulk_biased_words)
			continue;
		use_upper_halves();
		call(bulk, b, &a, loop, n);
		cr_assert(upper_halves_are_zero(), "loop %u, %u packets: not cleaned", loop, n);
	}
	__asm__ volatile("vzeroupper");
}

Test(bulk, vector_registers_are_left_clean)
{
	if (!__builtin_cpu_supports("avx2"))
		cr_skip_test("this processor lacks AVX2");
	each(check_left_clean);
}
#endif
