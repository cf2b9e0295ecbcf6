/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * idle_clock.h - how long the machine's only processor was idle, to the
 * nanosecond and without the interrupts in between.
 *
 * The kernel's own column in /proc/stat is that up to Linux 6.18. In 7.2 and 7.3
 * it is not: with a program that works for every other millisecond the processor
 * was idle all the time, and with one that only wakes up, a quarter more than all.
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
/* Since it was opened. */
uint64_t idle_clock_read_ns(const struct idle_clock *clock);
void idle_clock_close(struct idle_clock *clock);

#endif
