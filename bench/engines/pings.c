/* SPDX-License-Identifier: BSD-2-Clause */
/* pings.c - round trips in sequence. */
#include "pings.h"

#include "case.h"
#include "meter.h"

void pings_init(struct pings *p, uint64_t *round_trips_ns, uint32_t count)
{
	*p = (struct pings){.round_trips_ns = round_trips_ns, .count = count};
	for (uint32_t i = 0; i < count; i++)
		round_trips_ns[i] = UINT64_MAX;
}

bool pings_go_on(const struct pings *p)
{
	return p->number < p->count && p->lost < LOST_MAX && !stop_requested();
}

void pings_start(struct pings *p)
{
	p->start_ns = meter_now_ns();
	p->give_up_ns = p->start_ns + ECHO_MS * NS_PER_MS;
}

void pings_end(struct pings *p, bool arrived)
{
	if (arrived)
		p->round_trips_ns[p->number] = meter_now_ns() - p->start_ns;
	p->lost = arrived ? 0 : p->lost + 1;
	p->number++;
}
