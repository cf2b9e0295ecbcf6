/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plot.h - the results as plots, drawn by gnuplot: a row for each engine, curves
 * over batch and packet sizes and parameters, and the distribution of times; all
 * with error bars from the smallest to the largest reading.
 */
#ifndef ZCXSK_BENCH_PLOT_H
#define ZCXSK_BENCH_PLOT_H

#include "result.h"

enum { PLOT_CAPTION = 160, PLOT_FILE = 32, PLOT_PATH = 4096 };

struct plot {
	char subject[RESULT_WORD]; /* the case; those of one stand together */
	char file[PLOT_FILE];	   /* within the folder */
	char caption[PLOT_CAPTION];
};

/*
 * Draws all that the results have into the folder. *plots is an array for
 * free(). Returns how many there are; 0 with *missing set where there is no
 * gnuplot.
 */
size_t plot_draw(const char *folder, const struct results *results, struct plot **plots,
		 bool *missing);

#endif
