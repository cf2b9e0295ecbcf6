/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lanes.h - descriptors and addresses two at a time: a descriptor is one value
 * of two 64-bit lanes, the address and the length with the flags above it.
 * GCC's vector types; every processor has registers for them.
 */
#ifndef ZCXSK_LIB_LANES_H
#define ZCXSK_LIB_LANES_H

#include <stdint.h>
#include <zcxsk/packet.h>

/*
 * For the loops over a burst, whose bodies are a handful of instructions: the
 * counting would be a third of them. They go in groups of eight, where it no
 * longer shows, and one by one at the end.
 */
#define GROUP 8u
#define UNROLLED _Pragma("GCC unroll 8")

typedef uint64_t lanes __attribute__((vector_size(16)));
/* The same in memory that is aligned as its elements are. */
typedef uint64_t lanes_memory __attribute__((vector_size(16), aligned(8), may_alias));

static inline lanes lanes_load(const void *from)
{
	return *(const lanes_memory *)from;
}

/* The lower lanes of two. */
static inline lanes lanes_lower(lanes a, lanes b)
{
	return __builtin_shuffle(a, b, (lanes){0, 2});
}

static inline void lanes_store(void *to, lanes value)
{
	*(lanes_memory *)to = value;
}

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the flags lie above the length on little-endian machines only"
#endif

#endif
