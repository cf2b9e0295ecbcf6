/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chart.h - one picture, drawn by gnuplot: a row for each contender, or a curve
 * for each over a size or over the quantiles of a time.
 */
#ifndef ZCXSK_BENCH_CHART_H
#define ZCXSK_BENCH_CHART_H

#include <stdio.h>

#include "result.h"

enum {
	CHART_WORDS = 160,
	CHART_CURVES_MAX = 32, /* contenders: engines in all their modes */
	CHART_PLACES_MAX = 16, /* along the axis; the longest sweep has 10 */
};

enum chart_form {
	CHART_ROWS,	 /* places under each other, and in each a row for each contender */
	CHART_CURVES,	 /* places are numbers, as sizes are */
	CHART_QUANTILES, /* places are words, values go over orders of magnitude */
};

struct chart_curve {
	const char *engine, *mode; /* decide about how it looks */
	char label[3 * RESULT_WORD];
	struct summary at[CHART_PLACES_MAX]; /* median 0 and max 0: not measured */
};

struct chart {
	enum chart_form form;
	char title[CHART_WORDS];
	char axis[CHART_WORDS];	 /* what the places are */
	char value[RESULT_WORD]; /* what is measured */
	char unit[RESULT_WORD];
	double places[CHART_PLACES_MAX];
	char place_words[CHART_PLACES_MAX][RESULT_WORD];
	size_t place_count;
	struct chart_curve curves[CHART_CURVES_MAX];
	size_t curve_count;
};

/* Once, before the first chart. */
void chart_begin(FILE *gnuplot);
/* Writes the picture as SVG to the path. */
void chart_draw(FILE *gnuplot, const struct chart *chart, const char *path);

#endif
