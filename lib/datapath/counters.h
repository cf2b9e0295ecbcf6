/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counters.h - how the owner of a socket changes its counters, and totals of 32-bit ring indices.
 * Any thread may read them.
 */
#ifndef ZCXSK_LIB_DATAPATH_COUNTERS_H
#define ZCXSK_LIB_DATAPATH_COUNTERS_H

#include <stdint.h>

#include "base/number.h"

/* Adds n to a counter. */
#define COUNT(s, counter, n) NUMBER_ADD((s)->count.counter, n)

/*
 * How many entries a ring index has passed. One word changes while others read, so there is no
 * pair of words that a reader could find half changed.
 */
struct total {
	uint64_t at;	/* an index of less than 2^31 steps ago, extended to 64 bits */
	uint64_t start; /* the extended index at which the total is 0 */
};

/* The index, extended by the nearest known one, which may be older or newer. */
static inline uint64_t total_extend(const struct total *t, uint32_t index)
{
	uint64_t at = NUMBER_READ(t->at);

	return at + (uint64_t)(int64_t)(int32_t)(index - (uint32_t)at);
}

static inline uint64_t total_at(const struct total *t, uint32_t index)
{
	return total_extend(t, index) - t->start;
}

/* Call this at least once in 2^31 steps of the index. */
static inline void total_note(struct total *t, uint32_t index)
{
	NUMBER_SET(t->at, total_extend(t, index));
}

/* The index continues at another value. No other thread may be reading. */
static inline void total_restart(struct total *t, uint64_t total, uint32_t index)
{
	t->at = index;
	t->start = index - total;
}

#endif
