/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plot.c - which plots there are, and what is on each.
 */
#include "plot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chart.h"

enum {
	PLOTS_MAX = 200, /* more would not be looked at */
	ROW_PLACES = 3,	 /* sizes that still stand under each other well; more are a curve */
};

/* What the places of a plot are. */
enum kind { BATCHES, PACKET_SIZES, PARAMETERS, QUANTILES, KINDS };

/* In the metric's name, and for people. */
static const char *const quantiles[][2] = {
	{"p1", "1"},   {"p10", "10"}, {"p25", "25"},	 {"p50", "50"},	      {"p75", "75"},
	{"p90", "90"}, {"p99", "99"}, {"p99_9", "99.9"}, {"p99_99", "99.99"}, {"max", "max"},
};
enum { QUANTILE_COUNT = sizeof(quantiles) / sizeof(quantiles[0]) };

/* What the parameter of a case is. */
static const struct {
	const char *name, *words;
} parameters[] = {
	{"scale_queues", "queues"},	     {"scale_ring_entries", "ring entries"},
	{"scale_ring_size", "ring entries"}, {"scale_frames", "frames"},
	{"wake_", "packets/s offered"},
};

struct drawing {
	FILE *gnuplot;
	const struct results *results;
	const struct series *first; /* of the plot being drawn */
	enum kind kind;
	const struct series *contenders[CHART_CURVES_MAX]; /* one of each */
	struct chart chart;
	struct plot *plots;
	size_t count;
};

/* The kick policies of `wake` are cases of one engine; they belong into one plot. */
static const char *policy_of(const struct series *s)
{
	return strncmp(s->name, "wake_", 5) ? "" : s->name + 5;
}

static bool is_same_subject(const struct series *a, const struct series *b)
{
	return (policy_of(a)[0] && policy_of(b)[0]) || !strcmp(a->name, b->name);
}

/* Index of the quantile that a metric's name ends with, -1 = it is none. */
static int quantile_of(const struct series *s)
{
	const char *end = strstr(s->metric, "_p");

	if (!end || end[2] < '0' || end[2] > '9')
		end = strstr(s->metric, "_max");
	for (int i = 0; end && i < QUANTILE_COUNT; i++)
		if (!strcmp(end + 1, quantiles[i][0]))
			return i;
	return -1;
}

/* The metric without the quantile. */
static size_t metric_length(const struct series *s)
{
	int quantile = quantile_of(s);

	return strlen(s->metric) - (quantile < 0 ? 0 : strlen(quantiles[quantile][0]) + 1);
}

/* True when both belong into the same plot. */
static bool is_same_plot(enum kind kind, const struct series *a, const struct series *b)
{
	bool quantile = quantile_of(a) >= 0;

	if (!is_same_subject(a, b) || quantile != (quantile_of(b) >= 0) ||
	    quantile != (kind == QUANTILES) || metric_length(a) != metric_length(b) ||
	    strncmp(a->metric, b->metric, metric_length(a)))
		return false;
	return (kind == BATCHES || a->batch == b->batch) &&
	       (kind == PACKET_SIZES || a->packet_size == b->packet_size) &&
	       (kind == PARAMETERS || a->parameter == b->parameter);
}

static double place_of(enum kind kind, const struct series *s)
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

static bool has_several_places(const struct results *results, enum kind kind,
			       const struct series *s)
{
	for (size_t i = 0; i < results->count; i++)
		if (is_same_plot(kind, s, &results->series[i]) &&
		    place_of(kind, &results->series[i]) != place_of(kind, s))
			return true;
	return false;
}

static bool has_metric(const struct results *results, const struct series *s, const char *metric)
{
	struct series wanted = *s;

	strcpy(wanted.metric, metric);
	for (size_t i = 0; i < results->count; i++)
		if (is_same_plot(BATCHES, &wanted, &results->series[i]))
			return true;
	return false;
}

static bool is_all_zero(const struct results *results, enum kind kind, const struct series *s)
{
	for (size_t i = 0; i < results->count; i++)
		if (is_same_plot(kind, s, &results->series[i]) &&
		    series_summary(&results->series[i]).max > 0)
			return false;
	return true;
}

/* The time of a packet is the rate once more; what was offered is for the table. */
static bool says_nothing_new(const struct results *results, enum kind kind, const struct series *s)
{
	return (!strcmp(s->metric, "ns_per_packet") &&
		has_metric(results, s, "packets_per_second")) ||
	       !strcmp(s->metric, "offered_packets_per_second") || is_all_zero(results, kind, s);
}

static bool is_wanted(const struct results *results, enum kind kind, const struct series *s)
{
	bool quantile = quantile_of(s) >= 0;

	if (quantile || kind == QUANTILES)
		return quantile && kind == QUANTILES;
	if (says_nothing_new(results, kind, s))
		return false;
	if (kind != BATCHES)
		return has_several_places(results, kind, s);
	/* Rows of a single batch say less than the curves that there are then. */
	return has_several_places(results, BATCHES, s) ||
	       (!has_several_places(results, PACKET_SIZES, s) &&
		!has_several_places(results, PARAMETERS, s));
}

static bool is_same_contender(const struct series *a, const struct series *b)
{
	return !strcmp(a->engine, b->engine) && !strcmp(a->mode, b->mode) &&
	       !strcmp(policy_of(a), policy_of(b));
}

/* "kernel" and "memory" are no choice that somebody has. */
static void label_contender(struct chart_curve *curve, const struct series *s)
{
	bool mode = strcmp(s->mode, "kernel") && strcmp(s->mode, "memory");
	const char *policy = policy_of(s);
	const char *end = strstr(policy, "_spin");

	curve->engine = s->engine;
	curve->mode = s->mode;
	snprintf(curve->label, sizeof(curve->label), "%.*s%s%s%s%s",
		 end ? (int)(end - policy) : (int)strlen(policy), policy, policy[0] ? ", " : "",
		 policy[0] && mode ? "" : s->engine, mode && !policy[0] ? ", " : "",
		 mode ? s->mode : "");
}

static void find_contenders(struct drawing *d)
{
	struct chart *chart = &d->chart;

	chart->curve_count = 0;
	for (size_t i = 0; i < d->results->count; i++) {
		const struct series *s = &d->results->series[i];
		size_t at = 0;

		if (!is_same_plot(d->kind, d->first, s))
			continue;
		while (at < chart->curve_count && !is_same_contender(d->contenders[at], s))
			at++;
		if (at == chart->curve_count && at < CHART_CURVES_MAX) {
			label_contender(&chart->curves[at], s);
			d->contenders[chart->curve_count++] = s;
		}
	}
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* In order, at most as many as there is room for. */
static void find_places(struct drawing *d)
{
	struct chart *chart = &d->chart;

	chart->place_count = 0;
	for (size_t i = 0; i < d->results->count; i++) {
		const struct series *s = &d->results->series[i];
		double place = place_of(d->kind, s);
		size_t at = 0;

		if (!is_same_plot(d->kind, d->first, s))
			continue;
		while (at < chart->place_count && chart->places[at] != place)
			at++;
		if (at == chart->place_count && at < CHART_PLACES_MAX)
			chart->places[chart->place_count++] = place;
	}
	qsort(chart->places, chart->place_count, sizeof(chart->places[0]), compare);
	for (size_t i = 0; i < chart->place_count; i++) {
		char *words = chart->place_words[i];

		if (d->kind == QUANTILES)
			snprintf(words, RESULT_WORD, "%s", quantiles[(int)chart->places[i]][1]);
		else
			snprintf(words, RESULT_WORD, "%.0f", chart->places[i]);
	}
}

static void find_values(struct drawing *d)
{
	struct chart *chart = &d->chart;

	for (size_t c = 0; c < chart->curve_count; c++)
		memset(chart->curves[c].at, 0, sizeof(chart->curves[c].at));
	for (size_t i = 0; i < d->results->count; i++) {
		const struct series *s = &d->results->series[i];
		size_t c = 0, p = 0;

		if (!is_same_plot(d->kind, d->first, s))
			continue;
		while (c < chart->curve_count && !is_same_contender(d->contenders[c], s))
			c++;
		while (p < chart->place_count && chart->places[p] != place_of(d->kind, s))
			p++;
		if (c < chart->curve_count && p < chart->place_count)
			chart->curves[c].at[p] = series_summary(s);
	}
}

static const char *words_of_parameter(const char *name)
{
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++)
		if (!strncmp(name, parameters[i].name, strlen(parameters[i].name)))
			return parameters[i].words;
	return "parameter";
}

/* What is the same for all on the plot. */
static void write_title(struct drawing *d)
{
	const struct series *s = d->first;
	struct chart *chart = &d->chart;
	size_t at;

	at = (size_t)snprintf(chart->title, CHART_WORDS, "%s: %s",
			      policy_of(s)[0] ? "wake" : s->name, chart->value);
	if (d->kind != BATCHES && s->batch)
		at += (size_t)snprintf(chart->title + at, CHART_WORDS - at, ", batch %u", s->batch);
	if (d->kind != PACKET_SIZES && s->packet_size)
		at += (size_t)snprintf(chart->title + at, CHART_WORDS - at, ", %u bytes",
				       s->packet_size);
	if (d->kind != PARAMETERS && s->parameter)
		snprintf(chart->title + at, CHART_WORDS - at, ", %u %s", s->parameter,
			 words_of_parameter(s->name));
}

/* "cpu_ns_per_packet" is a time, whose unit the axis tells. */
static void write_value(struct drawing *d)
{
	char *value = d->chart.value, *time;
	char rest[RESULT_WORD];

	snprintf(value, RESULT_WORD, "%.*s", (int)metric_length(d->first), d->first->metric);
	for (char *at = value; *at; at++)
		if (*at == '_')
			*at = ' ';
	time = strstr(value, "ns per ");
	/* Not the end of "instructions". */
	if (!time || (time > value && time[-1] != ' '))
		return;
	strcpy(rest, time + strlen("ns"));
	snprintf(time, RESULT_WORD - (size_t)(time - value), "time%s", rest);
}

static void write_words(struct drawing *d)
{
	static const char *const axes[KINDS] = {"batch", "packet size (bytes)", NULL, "percentile"};
	struct chart *chart = &d->chart;
	bool said;

	snprintf(chart->axis, sizeof(chart->axis), "%s",
		 axes[d->kind] ? axes[d->kind] : words_of_parameter(d->first->name));
	/* Who counts calls or instructions a packet need not be told the unit; times are scaled. */
	said = strcmp(d->first->unit, "ns") &&
	       !strncmp(d->first->metric, d->first->unit, strlen(d->first->unit));
	snprintf(chart->unit, sizeof(chart->unit), "%s", said ? "" : d->first->unit);
	write_value(d);
	write_title(d);
}

static void choose_form(struct drawing *d)
{
	struct chart *chart = &d->chart;

	if (d->kind == QUANTILES)
		chart->form = CHART_QUANTILES;
	else if (d->kind == BATCHES && chart->place_count <= ROW_PLACES)
		chart->form = CHART_ROWS;
	else
		chart->form = CHART_CURVES;
}

static void draw(struct drawing *d, const char *folder)
{
	struct plot *plot = &d->plots[d->count];
	char path[PLOT_PATH];

	find_contenders(d);
	find_places(d);
	find_values(d);
	write_words(d);
	choose_form(d);
	snprintf(plot->file, sizeof(plot->file), "plot-%zu.svg", ++d->count);
	snprintf(plot->caption, sizeof(plot->caption), "%s", d->chart.title);
	snprintf(plot->subject, sizeof(plot->subject), "%s",
		 policy_of(d->first)[0] ? "wake" : d->first->name);
	snprintf(path, sizeof(path), "%s/%s", folder, plot->file);
	chart_draw(d->gnuplot, &d->chart, path);
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
	struct drawing *d = calloc(1, sizeof(*d));
	size_t count = 0;

	*plots = calloc(PLOTS_MAX, sizeof(**plots));
	*missing = system("command -v gnuplot >/dev/null 2>&1") != 0;
	if (d && *plots && !*missing && (d->gnuplot = popen("gnuplot", "w"))) {
		d->results = results;
		d->plots = *plots;
		chart_begin(d->gnuplot);
		draw_all(d, folder);
		count = pclose(d->gnuplot) ? 0 : d->count;
	}
	free(d);
	return count;
}
