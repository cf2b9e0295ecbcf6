/* SPDX-License-Identifier: BSD-2-Clause */
/* prng.h - random numbers for tests; the same seed gives the same tests everywhere. */
#ifndef ZCXSK_TESTS_PRNG_H
#define ZCXSK_TESTS_PRNG_H

#include <stdint.h>
#include <stdlib.h>

struct prng {
	uint64_t state; /* not 0 */
};

/* 0 to limit - 1. xorshift64*: small, and good enough to pick test cases. */
static inline uint32_t prng_below(struct prng *prng, uint32_t limit)
{
	prng->state ^= prng->state >> 12;
	prng->state ^= prng->state << 25;
	prng->state ^= prng->state >> 27;
	return (uint32_t)((prng->state * 0x2545f4914f6cdd1dULL) >> 33) % limit;
}

/* An environment variable such as ZCXSK_SEED as a number. */
static inline uint64_t prng_option(const char *name, uint64_t fallback)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : fallback;
}

#endif
