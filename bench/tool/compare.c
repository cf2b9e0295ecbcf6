/* SPDX-License-Identifier: BSD-2-Clause */
/* compare.c - compares two JSON results, and reports medians worse by more than a threshold. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "options.h"
#include "table.h"

/* Percent; medians of a quiet machine differ by less from run to run. */
static const double threshold_default = 5, threshold_max = 1000;

struct comparison {
	double threshold; /* percent */
	const char *engines;
	const char *before, *after;
	uint32_t compared, worse;
};

static void compare_series(struct comparison *c, const struct series *a, const struct series *b)
{
	double before = series_summary(a).median, after = series_summary(b).median;
	double change = before ? (after / before - 1) * 100 : after ? 100 : 0;
	bool worse = (series_is_rate(a) ? -change : change) > c->threshold;
	char from[FORMAT_BYTES], to[FORMAT_BYTES];

	table_format(from, before);
	table_format(to, after);
	printf("%-15s %-10s %-13s %5u %6u %6u %-24s %12s -> %12s %+7.2f %%%s\n", a->name, a->engine,
	       a->mode, a->batch, a->packet_size, a->parameter, a->metric, from, to, change,
	       worse ? "  WORSE" : "");
	c->compared++;
	c->worse += worse;
}

static void read_words(struct comparison *c, int argc, char **argv)
{
	static const struct option longs[] = {{"threshold", required_argument, NULL, 't'},
					      {"engine", required_argument, NULL, 'e'},
					      {"help", no_argument, NULL, 'h'},
					      {0}};
	int option;

	while ((option = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (option) {
		case 't':
			c->threshold = parse_decimal("threshold", optarg, 0, threshold_max);
			break;
		case 'e':
			c->engines = optarg;
			break;
		case 'h':
			options_print_help(stdout);
			exit(0);
		default:
			options_print_usage(stderr);
			exit(2);
		}
	}
	if (argc - optind != 2)
		options_fail("compare: needs two files, got %d", argc - optind);
	c->before = argv[optind];
	c->after = argv[optind + 1];
}

static void load(const char *path, struct results *results)
{
	char why[WHY_BYTES];
	json_t *object = json_load_results(path, results, why);

	if (!object)
		options_fail("%s: %s", path, why);
	json_decref(object);
}

int compare_main(int argc, char **argv)
{
	struct comparison c = {.threshold = threshold_default, .engines = "zcxsk"};
	struct results before = {0}, after = {0};
	uint32_t missing = 0;

	read_words(&c, argc, argv);
	load(c.before, &before);
	load(c.after, &after);
	for (size_t i = 0; i < before.count; i++) {
		const struct series *a = &before.series[i], *b = results_find(&after, a);

		if (!has_word(c.engines, ',', a->engine))
			continue;
		if (b)
			compare_series(&c, a, b);
		else
			missing++;
	}
	results_free(&before);
	results_free(&after);
	if (missing)
		printf("%u series of %s are not in %s\n", missing, c.before, c.after);
	printf("%u compared, %u worse by more than %g %%\n", c.compared, c.worse, c.threshold);
	if (!c.compared)
		fprintf(stderr, "zcxsk-bench: compare: the files have no series of %s in common\n",
			c.engines);
	return c.worse || !c.compared;
}
