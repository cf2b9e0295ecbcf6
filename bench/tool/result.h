/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * result.h - the readings: a series for each case, engine, mode, batch, packet size
 * and metric, in the order of the rounds, and ratios between the series of two
 * engines that were measured in the same rounds.
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
	uint32_t parameter;   /* the quantity that a case varies; 0 = does not apply */
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

/* Fills in an identity; packet_size and parameter are 0. */
struct series series_named(const char *name, const char *engine, const char *mode,
			   const char *metric, const char *unit, uint32_t batch);
/* The series with this identity, or NULL. */
struct series *results_find(const struct results *results, const struct series *identity);
/*
 * Finds or creates the series with this identity. It is valid until results_free().
 * NULL if out of memory.
 */
struct series *results_series(struct results *results, const struct series *identity);
/* The same for series_named(). */
struct series *results_named(struct results *results, const char *name, const char *engine,
			     const char *mode, const char *metric, const char *unit,
			     uint32_t batch);
/* Accepts NULL, and ignores readings above RESULT_ROUNDS_MAX. */
void series_add(struct series *series, double value);
struct summary series_summary(const struct series *series);
/* True if they differ at most in engine and mode. */
bool series_is_comparable(const struct series *a, const struct series *b);
/* True if more is better, false if less is. */
bool series_is_rate(const struct series *series);
/* False if there are no common rounds. */
bool series_ratio(const struct series *of, const struct series *against, struct ratio *ratio);
/* The series of another engine that is otherwise equal, or NULL. */
const struct series *results_partner(const struct results *results, const struct series *series,
				     const char *engine);
void results_free(struct results *results);
/* For qsort(). */
int compare_doubles(const void *a, const void *b);

#endif
