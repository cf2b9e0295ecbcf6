/* SPDX-License-Identifier: BSD-2-Clause */
/* clock.h - points in time on CLOCK_MONOTONIC, in nanoseconds. */
#ifndef ZCXSK_LIB_BASE_CLOCK_H
#define ZCXSK_LIB_BASE_CLOCK_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

#define NS_PER_S 1000000000u

uint64_t clock_now(void);

/* A point in time or a duration, for system calls. */
struct timespec clock_timespec(uint64_t ns);

/* Initializes a condition variable whose timed waits use this clock. */
void clock_cond_init(pthread_cond_t *cond);

/* The point in time ns after now; UINT64_MAX ("never") on overflow. */
static inline uint64_t clock_after(uint64_t now, uint64_t ns)
{
	return ns > UINT64_MAX - now ? UINT64_MAX : now + ns;
}

static inline uint64_t clock_deadline(uint64_t timeout_ns)
{
	return clock_after(clock_now(), timeout_ns);
}

#endif
