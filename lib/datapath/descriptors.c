/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * descriptors.c - the loops over a burst, compiled for 64-bit words, on x86-64 also for
 * AVX2, and on arm64 for NEON.
 */
#include "datapath/descriptors.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the flags are above the length only on little-endian machines"
#endif

#define UNROLLED _Pragma("GCC unroll 8")
#define ALWAYS __attribute__((always_inline))

uint64_t few_post(uint64_t *addrs, const struct zcxsk_packet *packets, uint32_t n,
		  const struct zcxsk_bounds *b)
{
	uint64_t bytes = 0;
	bool valid = true;

	for (; n--; addrs++, packets++) {
		uint64_t length = zcxsk_fast_length(packets);

		*addrs = packets->addr;
		valid &= !BULK_OUTSIDE(b, packets->addr, length);
		bytes += length;
	}
	return valid ? bytes : 0;
}

uint64_t few_copy(struct zcxsk_packet *to, const struct zcxsk_packet *from, uint32_t n,
		  const struct zcxsk_bounds *b)
{
	uint64_t bytes = 0;
	bool valid = true;

	for (; n--; to++, from++) {
		*to = *from;
		valid &= zcxsk_fast_holds(b, from);
		bytes += from->len;
	}
	return valid ? bytes : 0;
}

uint64_t few_match_completions(uint64_t *frames, const uint64_t *addrs,
			       const struct zcxsk_packet *sent, uint32_t n, uint64_t frame_mask)
{
	uint64_t differ = 0;

	for (; n--; frames++, addrs++, sent++) {
		differ |= *addrs ^ sent->addr;
		*frames = *addrs & frame_mask;
	}
	return differ;
}

uint64_t few_recycle(struct zcxsk_packet *packets, const uint64_t *addrs,
		     const struct zcxsk_packet *sent, uint32_t n, uint64_t frame_mask, uint32_t len)
{
	uint64_t differ = 0;

	for (; n--; packets++, addrs++, sent++) {
		differ |= *addrs ^ sent->addr;
		*packets = (struct zcxsk_packet){.addr = *addrs & frame_mask, .len = len};
	}
	return differ;
}

void few_init_packets(struct zcxsk_packet *packets, const uint64_t *frames, uint32_t n,
		      uint32_t len)
{
	for (; n--; packets++, frames++)
		*packets = (struct zcxsk_packet){.addr = *frames, .len = len};
}

uint64_t few_frame_addresses(uint64_t *frames, const struct zcxsk_packet *packets, uint32_t n,
			     const struct zcxsk_bounds *b)
{
	uint64_t outside = 0;

	for (; n--; frames++, packets++) {
		outside |= BOUNDS_OUTSIDE(b, packets->addr, packets->addr + b->bias);
		*frames = packets->addr & b->frame_mask;
	}
	return outside;
}

#if defined(__x86_64__) && !defined(__clang__)
#include <cpuid.h>

/* The hypervisor's signature in CPUID. "TCGT" is QEMU's, when it emulates the processor. */
#define HYPERVISOR_LEAF 0x40000000u
#define TCG_EBX 0x54474354u

#pragma GCC push_options
#pragma GCC target("general-regs-only")
#define OF(name) name##_words
#define LANES 2
#include "datapath/descriptor_loops.h"
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx2")
#define OF(name) name##_wide
#define LANES 4
#include "datapath/descriptor_loops.h"
#pragma GCC pop_options

/* The emulator keeps vector registers in memory and works word by word: 8 times as slow. */
static bool is_emulated(void)
{
	uint32_t eax, ebx, ecx, edx;

	__cpuid(HYPERVISOR_LEAF, eax, ebx, ecx, edx);
	return ebx == TCG_EBX;
}

const struct zcxsk_loops *bulk_best(const struct zcxsk_bounds *b)
{
	if (__builtin_cpu_supports("avx2") && !is_emulated())
		return b->bias ? &bulk_biased_wide : &bulk_wide;
	return b->bias ? &bulk_biased_words : &bulk_words;
}

#else /* arm64 always has NEON; clang compiles for SSE2 alone */
#ifdef __aarch64__
#include <arm_neon.h>
#endif

#define OF(name) name##_words
#define LANES 2
#include "datapath/descriptor_loops.h"

const struct zcxsk_loops *bulk_best(const struct zcxsk_bounds *b)
{
	return b->bias ? &bulk_biased_words : &bulk_words;
}
#endif
