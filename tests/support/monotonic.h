/* SPDX-License-Identifier: BSD-2-Clause */
/* monotonic.h - the time for tests. */
#ifndef ZCXSK_TESTS_MONOTONIC_H
#define ZCXSK_TESTS_MONOTONIC_H

#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC in ns. */
static inline uint64_t monotonic_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

#endif
