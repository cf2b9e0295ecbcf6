/* SPDX-License-Identifier: BSD-2-Clause */
/* pings.h - round trips in sequence: their clock, and when to give up. */
#ifndef ZCXSK_BENCH_PINGS_H
#define ZCXSK_BENCH_PINGS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	ECHO_MS = 200, /* an echo that takes longer is lost */
	LOST_MAX = 10, /* in a row; then the turn ends */
};

struct pings {
	uint64_t *round_trips_ns;
	uint32_t count, number; /* of the one in flight */
	uint32_t lost;		/* in a row */
	uint64_t start_ns, give_up_ns;
};

/* Marks all as lost. */
void pings_init(struct pings *pings, uint64_t *round_trips_ns, uint32_t count);
/* False if all were sent, too many were lost, or the user wants to stop. */
bool pings_go_on(const struct pings *pings);
/* Call it right before the next one is sent. */
void pings_start(struct pings *pings);
void pings_end(struct pings *pings, bool arrived);

#endif
