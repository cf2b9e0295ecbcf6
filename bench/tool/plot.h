/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plot.h - the results as plots, drawn by gnuplot: bars with error bars over
 * batch sizes, lines over packet sizes and parameters, and the distribution of
 * latencies.
 */
#ifndef ZCXSK_BENCH_PLOT_H
#define ZCXSK_BENCH_PLOT_H

#include "result.h"

enum { PLOT_CAPTION = 160, PLOT_FILE = 32 };

struct plot {
	char file[PLOT_FILE]; /* within the folder */
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
