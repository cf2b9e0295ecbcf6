/* SPDX-License-Identifier: BSD-2-Clause */
/* result.c - medians, ratios and their intervals, on made-up readings. */
#include <criterion/criterion.h>
#include <string.h>

#include "result.h"

static struct results results;

static struct series *make(const char *engine, const char *mode, uint32_t batch)
{
	struct series identity = {.name = "tx", .metric = "packets_per_second", .batch = batch};

	strcpy(identity.engine, engine);
	strcpy(identity.mode, mode);
	return results_series(&results, &identity);
}

static void add(struct series *series, const double *values, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		series_add(series, values[i]);
}

static void clean_up(void)
{
	results_free(&results);
}

TestSuite(bench_result, .fini = clean_up);

Test(bench_result, median_of_odd_and_even_numbers_of_readings)
{
	static const double odd[] = {9, 1, 5}, even[] = {4, 1, 3, 100};
	struct series *a = make("zcxsk", "zero-copy", 1), *b = make("zcxsk", "zero-copy", 2);
	struct summary summary;

	add(a, odd, 3);
	summary = series_summary(a);
	cr_assert_eq(summary.median, 5);
	cr_assert_eq(summary.min, 1);
	cr_assert_eq(summary.max, 9);
	add(b, even, 4);
	summary = series_summary(b);
	cr_assert_eq(summary.median, 3.5);
	cr_assert_eq(summary.max, 100);
}

Test(bench_result, nothing_measured_is_zero_and_gives_no_ratio)
{
	struct series *a = make("zcxsk", "zero-copy", 1), *b = make("libxdp", "zero-copy", 1);
	struct ratio ratio;

	cr_assert_eq(series_summary(a).median, 0);
	cr_assert_not(series_ratio(a, b, &ratio));
	series_add(a, 1);
	series_add(b, 0);
	cr_assert_not(series_ratio(a, b, &ratio), "nothing is divided by 0");
}

Test(bench_result, ratio_is_of_rounds_and_not_of_medians)
{
	/* The machine became three times as fast after the first round. */
	static const double ours[] = {20, 63, 60}, theirs[] = {10, 30, 30};
	struct series *a = make("zcxsk", "zero-copy", 1), *b = make("libxdp", "zero-copy", 1);
	struct ratio ratio;

	add(a, ours, 3);
	add(b, theirs, 3);
	cr_assert(series_ratio(a, b, &ratio));
	cr_assert_eq(ratio.ratio, 2);
	cr_assert_eq(ratio.low, 2);
	cr_assert_float_eq(ratio.high, 2.1, 1e-9);
}

/* The ratio of series whose ratios are 1..n in a mixed order. */
static struct ratio ratio_of(uint32_t n)
{
	struct series *a = make("zcxsk", "zero-copy", n), *b = make("libxdp", "zero-copy", n);
	struct ratio ratio;

	for (uint32_t i = 0; i < n; i++) {
		series_add(a, i * 7 % n + 1); /* 7 divides no n used here */
		series_add(b, 1);
	}
	cr_assert(series_ratio(a, b, &ratio));
	return ratio;
}

/* From tables of the sign test, at 2.5 % per side. */
Test(bench_result, interval_is_that_of_the_binomial_tables)
{
	static const struct {
		uint32_t n, low, high;
	} expected[] = {{1, 1, 1}, {3, 1, 3},  {5, 1, 5},   {6, 1, 6},	 {8, 1, 8},
			{9, 2, 8}, {10, 2, 9}, {15, 4, 12}, {20, 6, 15}, {30, 10, 21}};

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		struct ratio ratio = ratio_of(expected[i].n);

		cr_assert_eq(ratio.low, expected[i].low, "n %u: low %g", expected[i].n, ratio.low);
		cr_assert_eq(ratio.high, expected[i].high, "n %u: high %g", expected[i].n,
			     ratio.high);
	}
}

Test(bench_result, a_series_is_found_again_and_stays_where_it_is)
{
	struct series *a = make("zcxsk", "zero-copy", 1);

	series_add(a, 7);
	for (uint32_t batch = 2; batch < 500; batch++)
		cr_assert_neq(make("zcxsk", "zero-copy", batch), a);
	cr_assert_eq(make("zcxsk", "zero-copy", 1), a);
	cr_assert_eq(a->runs, 1);
	cr_assert_neq(make("zcxsk", "native-copy", 1), a);
}

Test(bench_result, readings_beyond_the_limit_are_ignored)
{
	struct series *a = make("zcxsk", "zero-copy", 1);

	for (int i = 0; i < RESULT_ROUNDS_MAX + 10; i++)
		series_add(a, i);
	cr_assert_eq(a->runs, RESULT_ROUNDS_MAX);
	cr_assert_eq(series_summary(a).max, RESULT_ROUNDS_MAX - 1);
	series_add(NULL, 1);
}

Test(bench_result, partner_differs_in_the_engine_only_or_is_the_kernels)
{
	struct series *ours = make("zcxsk", "zero-copy", 1), *kernel;

	make("libxdp", "native-copy", 1);
	make("libxdp", "zero-copy", 2);
	cr_assert_null(results_partner(&results, ours, "libxdp"));
	cr_assert_eq(results_partner(&results, ours, "zcxsk"), ours);
	kernel = make("udp-send", "kernel", 1);
	cr_assert_eq(results_partner(&results, ours, "udp-send"), kernel);
}
