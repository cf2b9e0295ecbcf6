/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.h - the output of a run: progress lines, the summary, the JSON object.
 */
#ifndef ZCXSOCK_REPORT_H
#define ZCXSOCK_REPORT_H

#include <stdio.h>

#include "run.h"

/* The report about one socket, read once at the end. */
struct report_socket {
	struct zcxsk_socket_info info;
	struct zcxsk_stats stats;
	struct zcxsk_redirect_stats redirect;
	const struct zcxsk_rules *rules; /* in force; NULL = none */
	uint64_t hits[ZCXSK_RULES_MAX];	 /* by rule */
};

struct report {
	const struct run *run;
	double seconds;
	struct report_socket sockets[2]; /* the main one; fwd --out: the sending one */
	uint32_t socket_count;
};

/* Sets the stream for text, and whether to colour it. Call it first. */
void report_begin(FILE *text);

/* Prints the set-up, for --verbose. */
void report_setup(const struct run *r);
/* Prints a progress line. */
void report_line(struct run *r, uint64_t now_ns);

/* Reads the counters after a run, before its sockets are closed. */
void report_read(struct report *report, const struct run *r);
void report_summary(const struct report *report);
/* Writes one JSON object and a newline. False if that failed. */
bool report_json(const struct report *report, FILE *to);

/* System calls for the rings of all sockets. */
uint64_t report_kicks(const struct report *report);
/* Packets sent per kick of the TX ring, 0 without kicks. */
double report_packets_per_kick(const struct zcxsk_stats *stats);

/* tx --tokens: packets sent whose token was never reported. */
uint64_t report_tokens_missing(const struct report *report);
/* False if a token was reported wrongly, or is missing although its packet completed. */
bool report_tokens_right(const struct report *report);

#endif
