/* SPDX-License-Identifier: BSD-2-Clause */
/* program_watch.c - a program that does not run is told from an interface without packets. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "socket/program_watch.h"

#define SECOND 1000000000ull
#define START (1000 * SECOND)

Test(program_watch, packets_without_a_run_are_reported_once)
{
	struct program_watch w = {0};

	cr_assert_eq(program_watch_update(&w, 5, 100, START), 0);
	cr_assert_eq(program_watch_update(&w, 5, 104, START + SECOND), 0);
	cr_assert_eq(program_watch_update(&w, 5, 150, START + 3 * SECOND), 46);
	cr_assert_eq(program_watch_update(&w, 5, 250, START + 4 * SECOND), 0);
	/* It ran again, and stopped again. */
	cr_assert_eq(program_watch_update(&w, 6, 251, START + 5 * SECOND), 0);
	cr_assert_eq(program_watch_update(&w, 6, 300, START + 8 * SECOND), 49);
}

Test(program_watch, no_packets_no_report)
{
	struct program_watch w = {0};

	for (uint64_t i = 0; i < 10; i++)
		cr_assert_eq(program_watch_update(&w, 5, 100, START + i * SECOND), 0);
}

Test(program_watch, a_program_that_runs_is_not_reported)
{
	struct program_watch w = {0};

	for (uint64_t i = 0; i < 10; i++)
		cr_assert_eq(program_watch_update(&w, i, 100 * i, START + i * SECOND), 0);
}

/* The device's counter follows the program's two seconds later. */
Test(program_watch, packets_may_be_counted_late)
{
	struct program_watch w = {0};

	cr_assert_eq(program_watch_update(&w, 1000, 0, START), 0);
	cr_assert_eq(program_watch_update(&w, 1000, 0, START + SECOND), 0);
	cr_assert_eq(program_watch_update(&w, 1000, 1000, START + 2 * SECOND), 0);
	cr_assert_eq(program_watch_update(&w, 1000, 1000, START + 3 * SECOND), 0);
	cr_assert_eq(program_watch_update(&w, 1000, 1000, START + 9 * SECOND), 0);
}

Test(program_watch, a_few_packets_are_not_enough)
{
	struct program_watch w = {0};

	cr_assert_eq(program_watch_update(&w, 1, 0, START), 0);
	cr_assert_eq(program_watch_update(&w, 1, PROGRAM_SILENT_PACKETS - 1, START + 9 * SECOND),
		     0);
	cr_assert_eq(program_watch_update(&w, 1, PROGRAM_SILENT_PACKETS, START + 10 * SECOND),
		     PROGRAM_SILENT_PACKETS);
}

/* Many cards count from 0 again after a reset. */
Test(program_watch, a_counter_may_start_again)
{
	struct program_watch w = {0};

	cr_assert_eq(program_watch_update(&w, 1, 5000, START), 0);
	cr_assert_eq(program_watch_update(&w, 1, 3, START + 4 * SECOND), 0);
	cr_assert_eq(program_watch_update(&w, 1, 20, START + 5 * SECOND), 17);
}
