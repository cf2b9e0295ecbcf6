/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * idle_clock.c - the idle clock against loads that are known: a program that
 * computes for a part of each period and sleeps for the rest. For the guest,
 * which has one processor and nothing else to do.
 */
#include "idle_clock.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const uint64_t ns_per_s = 1000000000, ns_per_us = 1000;
/*
 * A wake-up takes some 150 us with its interrupt and the way back to sleep, where
 * the processor is emulated, and the machine has its own work of less than 1 %.
 * Room for hours in which others use the host.
 */
static const uint64_t wake_up_ns = 500000, own_percent = 5;

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * ns_per_s + (uint64_t)t.tv_nsec;
}

static void sleep_until(uint64_t ns)
{
	struct timespec t = {.tv_sec = (time_t)(ns / ns_per_s), .tv_nsec = (long)(ns % ns_per_s)};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

/* For one second. What is found must be the known work and no more than the wake-ups over it. */
static bool is_right(const struct idle_clock *clock, uint64_t period_ns, uint64_t work_ns)
{
	uint64_t start = now_ns(), idle = idle_clock_read_ns(clock), worked = 0, n = 0, busy, most;

	for (uint64_t due = start; due < start + ns_per_s; due += period_ns, n++) {
		uint64_t from;

		sleep_until(due);
		for (from = now_ns(); now_ns() < from + work_ns;)
			;
		worked += now_ns() - from;
	}
	sleep_until(start + ns_per_s);
	busy = now_ns() - start - (idle_clock_read_ns(clock) - idle);
	most = worked + n * wake_up_ns + ns_per_s / 100 * own_percent;
	printf("%" PRIu64 " periods of %" PRIu64 " us, %" PRIu64 " us of work in all: busy %" PRIu64
	       " us\n",
	       n, period_ns / ns_per_us, worked / ns_per_us, busy / ns_per_us);
	return busy >= worked && busy <= most;
}

/* The host may take the processor away in the middle of many wake-ups, but not always. */
static bool is_right_once(const struct idle_clock *clock, uint64_t period_ns, uint64_t work_ns)
{
	bool right = false;

	for (int tries = 4; tries && !right; tries--)
		right = is_right(clock, period_ns, work_ns);
	return right;
}

int main(void)
{
	static const struct {
		uint64_t period_us, work_us;
	} loads[] = {{1000000, 0}, {20000, 10000}, {10000, 1000}, {5000, 2500}, {6400, 0}};
	struct idle_clock clock;
	int rc = idle_clock_open(&clock), wrong = 0;

	if (rc) {
		fprintf(stderr, "idle_clock_open: %s\n", strerror(-rc));
		return 1;
	}
	for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++)
		wrong += !is_right_once(&clock, loads[i].period_us * ns_per_us,
					loads[i].work_us * ns_per_us);
	idle_clock_close(&clock);
	return wrong ? 1 : 0;
}
