/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plot.c - which plots there are, and their scripts for gnuplot.
 */
#include "plot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CONTENDERS_MAX = 32, /* engines in all their modes */
	PLOTS_MAX = 200,     /* more would not be looked at */
};

/* What stands along the x axis. */
enum kind { BATCHES, PACKET_SIZES, PARAMETERS, QUANTILES, KINDS };

static const char *const axis_names[KINDS] = {"batch", "packet size (bytes)", "parameter",
					      "quantile"};
static const char *const quantiles[] = {"p1",  "p10", "p25",   "p50",	 "p75",
					"p90", "p99", "p99_9", "p99_99", "max"};
enum { QUANTILE_COUNT = sizeof(quantiles) / sizeof(quantiles[0]) };

struct drawing {
	FILE *gnuplot;
	const struct results *results;
	const struct series *first; /* of the plot being drawn */
	enum kind kind;
	const struct series *contenders[CONTENDERS_MAX]; /* one of each */
	size_t contender_count;
	struct plot *plots;
	size_t count;
};

/* Index of the quantile that a metric's name ends with, -1 = it is none. */
static int quantile_of(const struct series *s)
{
	const char *end = strstr(s->metric, "_p");

	if (!end || end[2] < '0' || end[2] > '9')
		end = strstr(s->metric, "_max");
	for (int i = 0; end && i < QUANTILE_COUNT; i++)
		if (!strcmp(end + 1, quantiles[i]))
			return i;
	return -1;
}

static bool has_same_prefix(const struct series *a, const struct series *b)
{
	size_t length = strlen(a->metric) - strlen(quantiles[quantile_of(a)]);

	return !strncmp(a->metric, b->metric, length);
}

/* True when both belong into the same plot. */
static bool is_same_plot(enum kind kind, const struct series *a, const struct series *b)
{
	bool quantile = quantile_of(a) >= 0;

	if (strcmp(a->name, b->name) || quantile != (quantile_of(b) >= 0) ||
	    quantile != (kind == QUANTILES))
		return false;
	if (quantile ? !has_same_prefix(a, b) : strcmp(a->metric, b->metric))
		return false;
	return (kind == BATCHES || a->batch == b->batch) &&
	       (kind == PACKET_SIZES || a->packet_size == b->packet_size) &&
	       (kind == PARAMETERS || a->parameter == b->parameter);
}

static double x_of(enum kind kind, const struct series *s)
{
	switch (kind) {
	case BATCHES:
		return s->batch;
	case PACKET_SIZES:
		return s->packet_size;
	case PARAMETERS:
		return s->parameter;
	default:
		return quantile_of(s);
	}
}

/* Distinct places on the x axis of the plot that s belongs to, 2 standing for more. */
static int places_of(const struct results *results, enum kind kind, const struct series *s)
{
	for (size_t i = 0; i < results->count; i++)
		if (is_same_plot(kind, s, &results->series[i]) &&
		    x_of(kind, &results->series[i]) != x_of(kind, s))
			return 2;
	return 1;
}

/* The time of a packet is the rate once more. */
static bool is_said_by_rate(const struct results *results, const struct series *s)
{
	struct series rate = *s;

	if (strcmp(s->metric, "ns_per_packet"))
		return false;
	strcpy(rate.metric, "packets_per_second");
	for (size_t i = 0; i < results->count; i++)
		if (is_same_plot(BATCHES, &rate, &results->series[i]))
			return true;
	return false;
}

static bool is_wanted(const struct results *results, enum kind kind, const struct series *s)
{
	bool quantile = quantile_of(s) >= 0;

	if (quantile || kind == QUANTILES)
		return quantile && kind == QUANTILES;
	if (is_said_by_rate(results, s))
		return false;
	if (kind != BATCHES)
		return places_of(results, kind, s) > 1;
	/* Bars of a single batch say less than the lines that there are then. */
	return places_of(results, BATCHES, s) > 1 ||
	       (places_of(results, PACKET_SIZES, s) == 1 && places_of(results, PARAMETERS, s) == 1);
}

static bool is_same_contender(const struct series *a, const struct series *b)
{
	return !strcmp(a->engine, b->engine) && !strcmp(a->mode, b->mode);
}

static void find_contenders(struct drawing *d)
{
	d->contender_count = 0;
	for (size_t i = 0; i < d->results->count; i++) {
		const struct series *s = &d->results->series[i];
		size_t at = 0;

		if (!is_same_plot(d->kind, d->first, s))
			continue;
		while (at < d->contender_count && !is_same_contender(d->contenders[at], s))
			at++;
		if (at == d->contender_count && at < CONTENDERS_MAX)
			d->contenders[d->contender_count++] = s;
	}
}

/* The series of a contender at a place of the plot; NULL = not measured. */
static const struct series *series_at(const struct drawing *d, const struct series *contender,
				      double x)
{
	for (size_t i = 0; i < d->results->count; i++) {
		const struct series *s = &d->results->series[i];

		if (is_same_plot(d->kind, d->first, s) && is_same_contender(contender, s) &&
		    x_of(d->kind, s) == x)
			return s;
	}
	return NULL;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The places of the plot in order; returns how many, at most max. */
static size_t find_places(const struct drawing *d, double *places, size_t max)
{
	size_t n = 0, at;

	for (size_t i = 0; i < d->results->count; i++) {
		const struct series *s = &d->results->series[i];
		double x = x_of(d->kind, s);

		if (!is_same_plot(d->kind, d->first, s))
			continue;
		for (at = 0; at < n && places[at] != x; at++)
			;
		if (at == n && n < max)
			places[n++] = x;
	}
	qsort(places, n, sizeof(places[0]), compare);
	return n;
}

/* A row for each place: x, then median, min and max of each contender. */
static void write_data(struct drawing *d, const double *places, size_t n)
{
	fputs("$data << END\n", d->gnuplot);
	for (size_t i = 0; i < n; i++) {
		if (d->kind == QUANTILES)
			fprintf(d->gnuplot, "%s", quantiles[(int)places[i]]);
		else
			fprintf(d->gnuplot, "%g", places[i]);
		for (size_t j = 0; j < d->contender_count; j++) {
			const struct series *s = series_at(d, d->contenders[j], places[i]);
			struct summary summary = s ? series_summary(s) : (struct summary){0};

			if (s)
				fprintf(d->gnuplot, " %g %g %g", summary.median, summary.min,
					summary.max);
			else
				fputs(" NaN NaN NaN", d->gnuplot);
		}
		fputc('\n', d->gnuplot);
	}
	fputs("END\n", d->gnuplot);
}

static void write_style(struct drawing *d, double last)
{
	FILE *to = d->gnuplot;

	fputs("unset logscale\nset yrange [0:*]\nset format y '%.1s%c'\n", to);
	if (d->kind == BATCHES)
		fputs("set style data histograms\nset style histogram errorbars gap 2 lw 1\n"
		      "set style fill solid 0.7\n",
		      to);
	else
		fputs("set style data yerrorlines\n", to);
	if (d->kind == QUANTILES)
		fputs("set logscale y\nset yrange [*:*]\n", to);
	/* Sizes go over orders of magnitude, a number of queues does not. */
	if ((d->kind == PACKET_SIZES || d->kind == PARAMETERS) && last > 16)
		fputs("set logscale x 2\n", to);
}

static void write_curves(struct drawing *d)
{
	static const char *const using[KINDS] = {"%zu:%zu:%zu:xtic(1)", "1:%zu:%zu:%zu",
						 "1:%zu:%zu:%zu", "0:%zu:%zu:%zu:xtic(1)"};

	fputs("plot ", d->gnuplot);
	for (size_t i = 0; i < d->contender_count; i++) {
		size_t column = 2 + 3 * i;
		char columns[64];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(columns, sizeof(columns), using[d->kind], column, column + 1, column + 2);
#pragma GCC diagnostic pop
		fprintf(d->gnuplot, "%s$data using %s title '%s, %s'", i ? ", " : "", columns,
			d->contenders[i]->engine, d->contenders[i]->mode);
	}
	fputc('\n', d->gnuplot);
}

static void write_caption(const struct drawing *d, char caption[PLOT_CAPTION])
{
	const struct series *s = d->first;
	size_t at;

	at = (size_t)snprintf(caption, PLOT_CAPTION, "%s: %s", s->name, s->metric);
	if (d->kind == QUANTILES)
		at -= strlen(quantiles[quantile_of(s)]) + 1;
	at += (size_t)snprintf(caption + at, PLOT_CAPTION - at, "%s%s%s", s->unit[0] ? " (" : "",
			       s->unit, s->unit[0] ? ")" : "");
	if (d->kind != BATCHES && s->batch)
		at += (size_t)snprintf(caption + at, PLOT_CAPTION - at, ", batch %u", s->batch);
	if (d->kind != PACKET_SIZES && s->packet_size)
		at += (size_t)snprintf(caption + at, PLOT_CAPTION - at, ", %u bytes",
				       s->packet_size);
	if (d->kind != PARAMETERS && s->parameter)
		snprintf(caption + at, PLOT_CAPTION - at, ", parameter %u", s->parameter);
}

static void draw(struct drawing *d, const char *folder)
{
	struct plot *plot = &d->plots[d->count];
	double places[64];
	size_t n = find_places(d, places, sizeof(places) / sizeof(places[0]));

	find_contenders(d);
	snprintf(plot->file, sizeof(plot->file), "plot-%zu.svg", ++d->count);
	write_caption(d, plot->caption);
	write_data(d, places, n);
	fprintf(d->gnuplot, "set output '");
	for (const char *at = folder; *at; at++)
		fprintf(d->gnuplot, *at == '\'' ? "''" : "%c", *at);
	fprintf(d->gnuplot, "/%s'\nset xlabel '%s'\nset title '%s'\n", plot->file,
		axis_names[d->kind], plot->caption);
	write_style(d, n ? places[n - 1] : 0);
	write_curves(d);
}

static bool is_drawn(const struct drawing *d, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (is_same_plot(d->kind, &d->results->series[i], &d->results->series[index]))
			return true;
	return false;
}

static void draw_all(struct drawing *d, const char *folder)
{
	for (size_t i = 0; i < d->results->count; i++) {
		for (int kind = 0; kind < KINDS && d->count < PLOTS_MAX; kind++) {
			d->kind = (enum kind)kind;
			d->first = &d->results->series[i];
			if (!is_drawn(d, i) && is_wanted(d->results, d->kind, d->first))
				draw(d, folder);
		}
	}
}

size_t plot_draw(const char *folder, const struct results *results, struct plot **plots,
		 bool *missing)
{
	struct drawing d = {.results = results, .plots = calloc(PLOTS_MAX, sizeof(*d.plots))};

	*plots = d.plots;
	*missing = system("command -v gnuplot >/dev/null 2>&1") != 0;
	if (!d.plots || *missing)
		return 0;
	d.gnuplot = popen("gnuplot", "w");
	if (!d.gnuplot)
		return 0;
	fputs("set terminal svg size 760,380 dynamic noenhanced background 'white'\n"
	      "set key outside right\nset grid y\n",
	      d.gnuplot);
	draw_all(&d, folder);
	return pclose(d.gnuplot) ? 0 : d.count;
}
