/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live.h - the rules while a run goes on. With --confirm they hold for a time
 * only, unless the user says in it that all is well: by Enter on the terminal,
 * or by SIGUSR1. With --rules-file, SIGHUP has the file read again.
 */
#ifndef ZCXSOCK_LIVE_H
#define ZCXSOCK_LIVE_H

#include <stdbool.h>
#include <stdint.h>

struct options;
struct run;

struct live {
	uint64_t confirm_by_ns; /* UINT64_MAX = the rules hold for good */
	bool has_fallback;	/* others hold for good, and come back */
	bool expired;		/* there are none: nothing is taken any more */
};

void live_catch_signals(const struct options *o);

/* From now on the rules are in force. */
void live_begin(struct run *r, uint64_t now_ns);

/* Looks for what the user wants and at the time. */
void live_look(struct run *r, uint64_t now_ns);

#endif
