/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.h - what the user sees of a run: progress lines, the summary, the
 * JSON object.
 */
#ifndef ZCXSOCK_REPORT_H
#define ZCXSOCK_REPORT_H

#include <stdio.h>

#include "run.h"

/* Everything that is said about one socket, read once at the end. */
struct report_socket {
	struct zcxsk_socket_info info;
	struct zcxsk_stats stats;
	struct zcxsk_redirect_stats redirect;
	const struct zcxsk_rules *rules; /* in force; NULL = none */
	uint64_t hits[ZCXSK_RULES_MAX];	 /* of each rule */
};

struct report {
	const struct run *run;
	double seconds;
	struct report_socket sockets[2]; /* the main one; fwd --out: the way out */
	uint32_t socket_count;
};

/* Says where text goes and whether it may be coloured; before any other call. */
void report_begin(FILE *text);

/* The set-up, for --verbose. */
void report_setup(const struct run *r);
/* A progress line. */
void report_line(struct run *r, uint64_t now_ns);

/* Reads the counters of a run that is over, while its sockets are open. */
void report_read(struct report *report, const struct run *r);
void report_summary(const struct report *report);
/* One JSON object with a newline. False when it could not be written. */
bool report_json(const struct report *report, FILE *to);

/* System calls for the rings, of all sockets. */
uint64_t report_kicks(const struct report *report);
/* Packets sent for each kick of the TX ring, 0 where there was none. */
double report_packets_per_kick(const struct zcxsk_stats *stats);

/* tx --tokens: packets sent whose token never came. */
uint64_t report_tokens_missing(const struct report *report);
/* False when a token came that should not, or one is missing for no reason. */
bool report_tokens_right(const struct report *report);

#endif
