/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bulk.c - the loops over a burst, compiled for what there is: 64-bit words,
 * and on x86-64 AVX2 as well.
 */
#include "bulk.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the flags lie above the length on little-endian machines only"
#endif

#define UNROLLED _Pragma("GCC unroll 8")

#if defined(__x86_64__) && !defined(__clang__)
#include <cpuid.h>

/* An emulator's answer to "who runs this machine": QEMU without KVM. */
#define HYPERVISOR_LEAF 0x40000000u
#define TCG_EBX 0x54474354u /* "TCGT" */

#pragma GCC push_options
#pragma GCC target("general-regs-only")
#define OF(name) name##_words
#define LANES 2
#include "bulk_loops.h"
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx2")
#define OF(name) name##_wide
#define LANES 4
#include "bulk_loops.h"
#pragma GCC pop_options

/* Vector registers are memory there, worked on word by word: 8 times as slow. */
static bool is_emulated(void)
{
	uint32_t eax, ebx, ecx, edx;

	__cpuid(HYPERVISOR_LEAF, eax, ebx, ecx, edx);
	return ebx == TCG_EBX;
}

const struct bulk *bulk_best(void)
{
	return __builtin_cpu_supports("avx2") && !is_emulated() ? &bulk_wide : &bulk_words;
}

#else /* NEON is always there; clang takes SSE2 and no choice of function */
#define OF(name) name##_words
#define LANES 2
#include "bulk_loops.h"

const struct bulk *bulk_best(void)
{
	return &bulk_words;
}
#endif
