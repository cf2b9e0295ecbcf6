/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * result.h - what was measured: one series for each case, engine, mode, batch,
 * packet size and metric, its readings in the order of the rounds, and ratios
 * between the series of two engines that were measured in the same rounds.
 */
#ifndef ZCXSK_BENCH_RESULT_H
#define ZCXSK_BENCH_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RESULT_WORD = 32, RESULT_ROUNDS_MAX = 64 };

struct series {
	char name[RESULT_WORD]; /* of the case, as in the JSON: "tx", "ring_tx_cycle" */
	char engine[RESULT_WORD];
	char mode[RESULT_WORD]; /* "zero-copy", "native-copy", "generic-copy", "kernel", "memory" */
	char metric[RESULT_WORD]; /* "packets_per_second", "ns_per_packet", ... */
	char unit[RESULT_WORD];
	uint32_t batch;	      /* 0 = does not apply */
	uint32_t packet_size; /* bytes, 0 = does not apply */
	uint32_t parameter;   /* what `scale` varies; 0 = does not apply */
	uint32_t runs;
	double values[RESULT_ROUNDS_MAX];
};

struct results {
	struct series *series;
	size_t count;
	size_t room;
};

struct summary {
	double median, min, max;
};

/* A ratio of two series of the same rounds: median of the rounds' ratios. */
struct ratio {
	double ratio, low, high; /* low, high: 95 % confidence, from the rounds' order statistics */
};

/*
 * The series with this identity; made when it is new. It stays where it is until
 * results_free(). NULL without memory.
 */
struct series *results_series(struct results *results, const struct series *identity);
/* NULL is accepted, and readings above RESULT_ROUNDS_MAX are not taken. */
void series_add(struct series *series, double value);
struct summary series_summary(const struct series *series);
/* False where there are no common rounds. */
bool series_ratio(const struct series *of, const struct series *against, struct ratio *ratio);
/* The series of another engine that differs in nothing else. NULL if there is none. */
const struct series *results_partner(const struct results *results, const struct series *series,
				     const char *engine);
void results_free(struct results *results);

#endif
