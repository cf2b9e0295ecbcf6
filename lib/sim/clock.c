/* SPDX-License-Identifier: BSD-2-Clause */
/* clock.c - the virtual clock: finds the next event and runs events in order of time. */
#include "sim/state.h"

static uint64_t link_when(const struct zcxsk_sim *sim)
{
	return sim_down(sim) ? sim->up_ns : NEVER;
}

void sim_link_up(struct zcxsk_sim *sim)
{
	sim->up_ns = 0;
	/* The copy modes continue only with the next kick. */
	if (!sim->copy && !sim->dead)
		sim_tx_poll(sim);
}

/* The sources of events. Of two events at the same time the one listed first runs first. */
static const struct source {
	uint64_t (*when)(const struct zcxsk_sim *sim);
	void (*fire)(struct zcxsk_sim *sim);
} sources[] = {
	{sim_state_when, sim_state_fire},	  {link_when, sim_link_up},
	{sim_interrupt_when, sim_interrupt_fire}, {sim_held_when, sim_held_fire},
	{sim_flag_when, sim_flag_fire},		  {sim_arrival_when, sim_arrival_fire},
};

#define SOURCES (sizeof(sources) / sizeof(sources[0]))

static const struct source *next_source(const struct zcxsk_sim *sim, uint64_t *when)
{
	const struct source *first = NULL;

	*when = NEVER;
	for (unsigned i = 0; i < SOURCES; i++) {
		uint64_t t = sources[i].when(sim);

		if (t < *when) {
			*when = t;
			first = &sources[i];
		}
	}
	return first;
}

uint64_t sim_clock_next(const struct zcxsk_sim *sim)
{
	uint64_t when;

	next_source(sim, &when);
	return when;
}

void sim_clock_run(struct zcxsk_sim *sim, uint64_t until)
{
	const struct source *source;
	uint64_t when;

	while ((source = next_source(sim, &when)) && when <= until) {
		/* An event that a fault made due in the past happens now. */
		if (when > sim->now)
			sim->now = when;
		source->fire(sim);
	}
	sim->now = until;
}
