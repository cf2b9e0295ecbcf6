/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live.h - confirms and reloads the rules during a run. With --confirm they end
 * after a time unless the user confirms them, by Enter on the terminal or by
 * SIGUSR1. With --rules-file, SIGHUP reloads the file.
 */
#ifndef ZCXSOCK_LIVE_H
#define ZCXSOCK_LIVE_H

#include <stdbool.h>
#include <stdint.h>

struct options;
struct run;

struct live {
	uint64_t confirm_by_ns; /* UINT64_MAX = the rules do not end */
	bool has_fallback;	/* if they end, earlier rules are in force again */
	bool expired;		/* they ended and no packets are taken any more */
	uint64_t check_at_ns;	/* when to check next what they take */
	bool warned;		/* they take something that this machine needs */
};

void live_catch_signals(const struct options *o);

/* Call when the rules come into force. */
void live_begin(struct run *r, uint64_t now_ns);

/*
 * Handles confirmations, reloads and the end of the time. Once a second it checks whether
 * the rules have begun to take packets that this machine needs.
 */
void live_look(struct run *r, uint64_t now_ns);

#endif
