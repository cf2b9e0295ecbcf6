/* SPDX-License-Identifier: BSD-2-Clause */
/* result.c - the series and the arithmetic on them. */
#include "result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Several times as many as the matrix has; 700 bytes each. */
enum { SERIES_MAX = 8192 };

bool series_is_comparable(const struct series *a, const struct series *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->metric, b->metric) && a->batch == b->batch &&
	       a->packet_size == b->packet_size && a->parameter == b->parameter;
}

struct series series_named(const char *name, const char *engine, const char *mode,
			   const char *metric, const char *unit, uint32_t batch)
{
	struct series s = {.batch = batch};

	snprintf(s.name, sizeof(s.name), "%s", name);
	snprintf(s.engine, sizeof(s.engine), "%s", engine);
	snprintf(s.mode, sizeof(s.mode), "%s", mode);
	snprintf(s.metric, sizeof(s.metric), "%s", metric);
	snprintf(s.unit, sizeof(s.unit), "%s", unit);
	return s;
}

struct series *results_find(const struct results *results, const struct series *identity)
{
	for (size_t i = 0; i < results->count; i++) {
		struct series *series = &results->series[i];

		if (series_is_comparable(series, identity) &&
		    !strcmp(series->engine, identity->engine) &&
		    !strcmp(series->mode, identity->mode))
			return series;
	}
	return NULL;
}

struct series *results_series(struct results *results, const struct series *identity)
{
	struct series *series = results_find(results, identity);

	if (series)
		return series;
	/* Allocated once, so that pointers stay valid. Untouched memory costs nothing. */
	if (!results->room && (results->series = calloc(SERIES_MAX, sizeof(*series))))
		results->room = SERIES_MAX;
	if (results->count == results->room)
		return NULL;
	series = &results->series[results->count++];
	*series = *identity;
	series->runs = 0;
	return series;
}

struct series *results_named(struct results *results, const char *name, const char *engine,
			     const char *mode, const char *metric, const char *unit, uint32_t batch)
{
	struct series identity = series_named(name, engine, mode, metric, unit, batch);

	return results_series(results, &identity);
}

void series_add(struct series *series, double value)
{
	if (series && series->runs < RESULT_ROUNDS_MAX)
		series->values[series->runs++] = value;
}

bool series_is_rate(const struct series *series)
{
	return strstr(series->metric, "per_second") != NULL;
}

int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double middle(const double *sorted, uint32_t n)
{
	return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

struct summary series_summary(const struct series *series)
{
	double sorted[RESULT_ROUNDS_MAX];

	if (!series->runs)
		return (struct summary){0, 0, 0};
	memcpy(sorted, series->values, series->runs * sizeof(sorted[0]));
	qsort(sorted, series->runs, sizeof(sorted[0]), compare_doubles);
	return (struct summary){middle(sorted, series->runs), sorted[0], sorted[series->runs - 1]};
}

/*
 * How many readings to drop at each end so that the rest still covers the true median
 * with 95 % confidence. The number of readings below the median is binomial with 1/2;
 * with fewer than 6 readings none can be dropped.
 */
static uint32_t left_out(uint32_t n)
{
	double term = 1, tail = 0;
	uint32_t k;

	for (uint32_t i = 0; i < n; i++)
		term /= 2;
	for (k = 0; k < n / 2; k++) {
		tail += term;
		if (tail > 0.025)
			break;
		term = term * (n - k) / (k + 1);
	}
	return k ? k - 1 : 0;
}

bool series_ratio(const struct series *of, const struct series *against, struct ratio *ratio)
{
	uint32_t n = of->runs < against->runs ? of->runs : against->runs;
	double ratios[RESULT_ROUNDS_MAX];
	uint32_t count = 0, skip;

	for (uint32_t i = 0; i < n; i++)
		if (against->values[i] > 0)
			ratios[count++] = of->values[i] / against->values[i];
	if (!count)
		return false;
	qsort(ratios, count, sizeof(ratios[0]), compare_doubles);
	skip = left_out(count);
	*ratio = (struct ratio){middle(ratios, count), ratios[skip], ratios[count - 1 - skip]};
	return true;
}

/* Kernel sockets have no AF_XDP mode, so they are compared with all modes. */
const struct series *results_partner(const struct results *results, const struct series *series,
				     const char *engine)
{
	for (size_t i = 0; i < results->count; i++) {
		const struct series *other = &results->series[i];

		if (series_is_comparable(other, series) && !strcmp(other->engine, engine) &&
		    (!strcmp(other->mode, series->mode) || !strcmp(other->mode, "kernel")))
			return other;
	}
	return NULL;
}

void results_free(struct results *results)
{
	free(results->series);
	*results = (struct results){0};
}
