/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pings.h - round trips one after the other: their clock, and when to give up.
 */
#ifndef ZCXSK_BENCH_PINGS_H
#define ZCXSK_BENCH_PINGS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	ECHO_MS = 200, /* after that an echo is lost */
	LOST_MAX = 10, /* in a row, then the rest is not tried */
};

struct pings {
	uint64_t *round_trips_ns;
	uint32_t count, number; /* of the one that is on its way */
	uint32_t lost;		/* in a row */
	uint64_t start_ns, give_up_ns;
};

/* All are lost until they come. */
void pings_init(struct pings *pings, uint64_t *round_trips_ns, uint32_t count);
/* False when all were sent, or too many were lost, or the user wants to stop. */
bool pings_go_on(const struct pings *pings);
/* The next one is about to be sent. */
void pings_start(struct pings *pings);
void pings_end(struct pings *pings, bool came);

#endif
