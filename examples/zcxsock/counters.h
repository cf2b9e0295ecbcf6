/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counters.h - the counters of a socket as a table, so that every place that
 * shows them shows all of them under the same names.
 */
#ifndef ZCXSOCK_COUNTERS_H
#define ZCXSOCK_COUNTERS_H

#include <stdbool.h>
#include <zcxsk/zcxsk.h>

enum counter_group { COUNTER_LIBRARY, COUNTER_FRAMES, COUNTER_KERNEL };

struct counter {
	const char *name; /* as in struct zcxsk_stats */
	size_t offset;	  /* in struct zcxsk_stats, bytes */
	enum counter_group group;
	const char *drop;  /* in words, when it counts lost packets */
	const char *cause; /* in words, when it counts kicks by their cause */
};

/* Ends with a NULL name. */
extern const struct counter counters[];

/* All but in_application are never negative. */
int64_t counter_value(const struct counter *c, const struct zcxsk_stats *stats);

#endif
