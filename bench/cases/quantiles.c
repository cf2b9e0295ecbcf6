/* SPDX-License-Identifier: BSD-2-Clause */
/* quantiles.c - the distribution of times. */
#include "quantiles.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
	const char *word;
	double share; /* of the times are not larger */
} quantiles[] = {
	{"p1", 0.01}, {"p10", 0.1},  {"p25", 0.25},    {"p50", 0.5},	   {"p75", 0.75},
	{"p90", 0.9}, {"p99", 0.99}, {"p99_9", 0.999}, {"p99_99", 0.9999}, {"max", 1},
};

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

bool quantiles_add(const struct entry *e, const char *mode, const char *prefix, uint64_t *times_ns,
		   uint32_t count)
{
	char metric[RESULT_WORD];
	uint32_t arrived = count;

	qsort(times_ns, count, sizeof(times_ns[0]), compare);
	while (arrived && times_ns[arrived - 1] == UINT64_MAX)
		arrived--;
	if (!arrived)
		return false;
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++) {
		uint32_t at = (uint32_t)(quantiles[i].share * (arrived - 1) + 0.5);

		snprintf(metric, sizeof(metric), "%s_%s", prefix, quantiles[i].word);
		sweep_add(e, mode, metric, "ns", (double)times_ns[at]);
	}
	snprintf(metric, sizeof(metric), "%s_lost", prefix);
	sweep_add(e, mode, metric, "share", (double)(count - arrived) / (double)count);
	return true;
}
