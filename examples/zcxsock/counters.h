/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counters.h - the counters of a socket as a table, so that every output shows all
 * of them under the same names.
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
	const char *drop;  /* for people, if it counts lost packets */
	const char *cause; /* for people, if it counts kicks of one cause */
};

/* The last entry has a NULL name. */
extern const struct counter counters[];

/* Only in_application can be negative. */
int64_t counter_value(const struct counter *c, const struct zcxsk_stats *stats);

#endif
