/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * idle_clock.h - idle time of the machine's only processor, in nanoseconds and
 * without the interrupts in between. The idle column of /proc/stat is correct up to
 * Linux 6.18, but not in 7.2 and 7.3: it shows 100 % idle for a program that works
 * every other millisecond, and 125 % for one that only wakes up.
 */
#ifndef ZCXSK_BENCH_IDLE_CLOCK_H
#define ZCXSK_BENCH_IDLE_CLOCK_H

#include <stdint.h>

enum { IDLE_CLOCK_POINTS = 3 };

struct idle_clock {
	int map;
	int points[IDLE_CLOCK_POINTS];
};

/* 0, or -errno: more processors than one, no root, or a kernel without the trace points. */
int idle_clock_open(struct idle_clock *clock);
/* Since idle_clock_open(). */
uint64_t idle_clock_read_ns(const struct idle_clock *clock);
void idle_clock_close(struct idle_clock *clock);

#endif
