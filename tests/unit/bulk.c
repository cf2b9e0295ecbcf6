// SPDX-License-Identifier: BSD-2-Clause
/*
 * bulk.c - the loops over a burst, for each kind of machine that this one can
 * run, against the same thing said packet by packet, at all small lengths.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "bulk.h"

#define LONGEST 40u /* packets: several groups, and every remainder */
#define FRAME 2048u
#define MASK (~(uint64_t)(FRAME - 1))
#define BIAS 0x12345ull

/* Behind the end lies one entry more that must stay as it is. */
struct arrays {
	struct zcxsk_packet in[LONGEST + 1], out[LONGEST + 1], right[LONGEST + 1];
	uint64_t addrs[LONGEST + 1], frames[LONGEST + 1], right_frames[LONGEST + 1];
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
		a.in[i] = (struct zcxsk_packet){random_bits() >> 20, 1 + random_bits() % FRAME, 0};
		a.addrs[i] = a.in[i].addr;
	}
	return a;
}

static void check_arrays(const struct arrays *a, uint32_t n, const char *what)
{
	cr_assert(!memcmp(a->out, a->right, sizeof(a->out)), "%s of %u: packets", what, n);
	cr_assert(!memcmp(a->frames, a->right_frames, sizeof(a->frames)), "%s of %u: frames", what,
		  n);
}

/* Calls test for each kind of machine and each length. */
static void each(void (*test)(const struct bulk *bulk, uint32_t n))
{
	const struct bulk *kinds[] = {&bulk_words, bulk_best()};

	for (unsigned k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		for (uint32_t n = 0; n <= LONGEST; n++)
			test(kinds[k], n);
}

static void check_copy(const struct bulk *bulk, uint32_t n)
{
	struct arrays a = filled();
	struct survey v = {.addr = 1ull << 60, .bytes = 7}, right = v;

	if (n && random_bits() % 2)
		a.in[random_bits() % n].flags = 1;
	for (uint32_t i = 0; i < n; i++) {
		a.right[i] = a.in[i];
		right.addr |= a.in[i].addr;
		right.biased |= a.in[i].addr + BIAS;
		right.length |= (a.in[i].len | (uint64_t)a.in[i].flags << 32) - 1;
		right.bytes += a.in[i].len;
	}
	bulk->copy(&v, a.out, a.in, n, BIAS);
	check_arrays(&a, n, "copy");
	cr_assert_eq(v.addr, right.addr);
	cr_assert_eq(v.biased, right.biased);
	cr_assert_eq(v.length, right.length);
	/* With a flag among them the sum is not used. */
	cr_assert(right.length >> 32 || v.bytes == right.bytes);
}

Test(bulk, descriptors_are_copied_and_surveyed)
{
	each(check_copy);
}

static void check_release(const struct bulk *bulk, uint32_t n)
{
	struct arrays a = filled();
	struct survey v;
	uint64_t addr = 0, biased = 0;

	for (uint32_t i = 0; i < n; i++) {
		a.right_frames[i] = a.in[i].addr & MASK;
		addr |= a.in[i].addr;
		biased |= a.in[i].addr + BIAS;
	}
	bulk->release(&v, a.frames, a.in, n, MASK, BIAS);
	check_arrays(&a, n, "release");
	cr_assert_eq(v.addr, addr);
	cr_assert_eq(v.biased, biased);
}

Test(bulk, packets_become_frames)
{
	each(check_release);
}

static void check_empty(const struct bulk *bulk, uint32_t n)
{
	struct arrays a = filled();

	for (uint32_t i = 0; i < n; i++)
		a.right[i] = (struct zcxsk_packet){.addr = a.addrs[i]};
	bulk->empty(a.out, a.addrs, n);
	check_arrays(&a, n, "empty");
}

Test(bulk, frames_become_packets)
{
	each(check_empty);
}

/* One that differs from what was sent, at any place, is noticed. */
static void check_completions(const struct bulk *bulk, uint32_t n)
{
	struct arrays a = filled();

	for (uint32_t i = 0; i < n; i++) {
		a.right_frames[i] = a.addrs[i] & MASK;
		a.right[i] = (struct zcxsk_packet){.addr = a.addrs[i] & MASK};
	}
	cr_assert_eq(bulk->land(a.frames, a.addrs, a.in, n, MASK), 0);
	cr_assert_eq(bulk->recycle(a.out, a.addrs, a.in, n, MASK), 0);
	check_arrays(&a, n, "completion");
	for (uint32_t i = 0; i < n; i++) {
		a.addrs[i] ^= 1ull << 40;
		cr_assert_neq(bulk->land(a.frames, a.addrs, a.in, n, MASK), 0, "%u of %u", i, n);
		cr_assert_neq(bulk->recycle(a.out, a.addrs, a.in, n, MASK), 0, "%u of %u", i, n);
		a.addrs[i] ^= 1ull << 40;
	}
}

Test(bulk, completions_are_compared_with_what_was_sent)
{
	each(check_completions);
}
