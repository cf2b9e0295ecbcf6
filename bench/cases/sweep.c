/* SPDX-License-Identifier: BSD-2-Clause */
/* sweep.c - the turns of all engines, modes and sizes, and their readings. */
#include "sweep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "meter.h"
#include "packet.h"

enum { ENTRIES_MAX = 64 /* engines, in modes, of several sweeps */ };

/* Results of different ways of waiting are different cases. */
static void name_entry(struct entry *e)
{
	const char *wait = e->setup.busy_poll ? "_busy_poll" : e->setup.spin ? "_spin" : "";

	snprintf(e->name, sizeof(e->name), "%s%s", e->sweep->name, wait);
}

static void fill_entry(struct entry *e, const struct plan *plan, const struct sweep *sweep,
		       const struct engine *engine, const char *mode)
{
	*e = (struct entry){
		.sweep = sweep,
		.plan = plan,
		.engine = engine,
		.parameter = sweep->parameter,
		.setup = {.engine = engine,
			  .place = plan->place,
			  .ifname = plan->place->near,
			  .mode = mode,
			  .ring_size = sweep->ring_size,
			  .spin = plan->spin,
			  .busy_poll = plan->busy_poll,
			  .gaps = sweep->gaps,
			  .kick = sweep->kick},
	};
	name_entry(e);
}

/* Reports missing engines once, however many sweeps there are. */
static void say_absent(void)
{
	static bool said;

	for (uint32_t i = 0; engines[i] && !said; i++)
		if (engines[i]->is_here && !engines[i]->is_here())
			progress_say("%s is skipped: it is not installed (Debian packages: %s)",
				     engines[i]->name, engines[i]->packages);
	said = true;
}

static bool takes_part(const struct plan *plan, const struct sweep *sweep, uint32_t i)
{
	return plan->engine_wanted[i] && sweep->can(engines[i]) &&
	       (!engines[i]->is_here || engines[i]->is_here());
}

/* An engine without modes takes part once, whatever modes were requested. */
static uint32_t list_sweep(struct entry *entries, uint32_t room, const struct plan *plan,
			   const struct sweep *sweep)
{
	uint32_t n = 0;

	for (uint32_t i = 0; engines[i]; i++) {
		bool every = engines[i]->has_modes && plan->modes[0];

		if (!takes_part(plan, sweep, i))
			continue;
		for (uint32_t m = 0; every ? plan->modes[m] != NULL : m < 1; m++)
			if (n < room)
				fill_entry(&entries[n++], plan, sweep, engines[i],
					   every ? plan->modes[m] : NULL);
	}
	return n;
}

static uint32_t list_entries(struct entry *entries, const struct plan *plan,
			     const struct sweep *sweeps, uint32_t count)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < count; i++)
		n += list_sweep(entries + n, ENTRIES_MAX - n, plan, &sweeps[i]);
	return n;
}

uint32_t sweep_turns(const struct plan *plan, const struct sweep *sweeps, uint32_t count)
{
	static const struct place nowhere;
	struct plan here = *plan;
	struct entry entries[ENTRIES_MAX];

	here.place = plan->place ? plan->place : (struct place *)&nowhere;
	return list_entries(entries, &here, sweeps, count) * plan->rounds *
	       plan_count(plan->batches) * plan_count(plan->packet_sizes);
}

static int take_turn(const struct plan *plan, void *context, char *why)
{
	const struct entry *e = context;

	(void)plan;
	if (e->setup.packet_size < PACKET_MIN || e->setup.packet_size > PACKET_MAX)
		return engine_refuses(why, EINVAL, "packets must have %d to %d bytes", PACKET_MIN,
				      PACKET_MAX);
	return e->sweep->turn(e, why);
}

static int run_sizes(const struct plan *plan, struct entry *entries, uint32_t n, uint32_t batch,
		     uint32_t packet_size)
{
	struct contender contenders[ENTRIES_MAX] = {0};

	for (uint32_t i = 0; i < n; i++) {
		entries[i].setup.batch = batch;
		entries[i].setup.packet_size = packet_size;
		contenders[i] = (struct contender){.engine = entries[i].engine->name,
						   .context = &entries[i],
						   .turn = take_turn};
	}
	return runner_run(plan, entries[0].name, contenders, n);
}

int sweep_run(const struct plan *plan, const struct sweep *sweeps, uint32_t count)
{
	struct entry entries[ENTRIES_MAX];
	uint32_t n = list_entries(entries, plan, sweeps, count);
	int ret, first = 0;

	say_absent();
	if (!n)
		return 0;
	for (uint32_t s = 0; plan->packet_sizes[s]; s++) {
		for (uint32_t b = 0; plan->batches[b] && !stop_requested(); b++) {
			ret = run_sizes(plan, entries, n, plan->batches[b], plan->packet_sizes[s]);
			first = first ? first : ret;
		}
	}
	return first;
}

uint32_t waits_list(const struct plan *plan, bool busy_poll, struct plan plans[WAITS])
{
	uint32_t n = 0;

	plans[n++] = *plan;
	if (plan->spin || plan->busy_poll)
		return n;
	if (busy_poll) {
		plans[n] = *plan;
		plans[n++].busy_poll = true;
	}
	plans[n] = *plan;
	plans[n++].spin = true;
	return n;
}

uint32_t waits_turns(const struct plan *plan, bool busy_poll, const struct sweep *sweep)
{
	struct plan plans[WAITS];
	uint32_t turns = 0, n = waits_list(plan, busy_poll, plans);

	for (uint32_t i = 0; i < n; i++)
		turns += sweep_turns(&plans[i], sweep, 1);
	return turns;
}

int waits_run(const struct plan *plan, bool busy_poll, const struct sweep *sweep)
{
	struct plan plans[WAITS];
	uint32_t n = waits_list(plan, busy_poll, plans);
	int ret, first = 0;

	for (uint32_t i = 0; i < n && !stop_requested(); i++) {
		ret = sweep_run(&plans[i], sweep, 1);
		first = first ? first : ret;
	}
	return first;
}

void sweep_add(const struct entry *e, const char *mode, const char *metric, const char *unit,
	       double value)
{
	struct series identity =
		series_named(e->name, e->engine->name, mode, metric, unit, e->setup.batch);

	identity.packet_size = e->setup.packet_size;
	identity.parameter = e->parameter;
	series_add(results_series(e->plan->results, &identity), value);
}

bool sweep_add_turn(const struct entry *e, const struct engine_turn *turn)
{
	double packets = (double)turn->packets;

	if (!turn->packets || !turn->ns)
		return false;
	sweep_add(e, turn->mode, "packets_per_second", "packets/s",
		  packets * (double)NS_PER_S / (double)turn->ns);
	sweep_add(e, turn->mode, "ns_per_packet", "ns", (double)turn->ns / packets);
	if (turn->cpu_ns)
		sweep_add(e, turn->mode, "cpu_ns_per_packet", "ns", (double)turn->cpu_ns / packets);
	if (turn->calls)
		sweep_add(e, turn->mode, "calls_per_packet", "calls",
			  (double)turn->calls / packets);
	return true;
}

static const struct {
	const char *word;
	double share; /* of the times are not larger */
} quantiles[] = {
	{"p1", 0.01}, {"p10", 0.1},  {"p25", 0.25},    {"p50", 0.5},	   {"p75", 0.75},
	{"p90", 0.9}, {"p99", 0.99}, {"p99_9", 0.999}, {"p99_99", 0.9999}, {"max", 1},
};

static int compare_times(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

bool sweep_add_times(const struct entry *e, const char *mode, const char *prefix,
		     uint64_t *times_ns, uint32_t count)
{
	char metric[RESULT_WORD];
	uint32_t arrived = count;

	qsort(times_ns, count, sizeof(times_ns[0]), compare_times);
	while (arrived && times_ns[arrived - 1] == UINT64_MAX)
		arrived--;
	if (!arrived)
		return false;
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++) {
		uint32_t at = (uint32_t)(quantiles[i].share * (arrived - 1) + 0.5);

		snprintf(metric, sizeof(metric), "%s_%s", prefix, quantiles[i].word);
		sweep_add(e, mode, metric, "ns", (double)times_ns[at]);
	}
	snprintf(metric, sizeof(metric), "%s_lost", prefix);
	sweep_add(e, mode, metric, "share", (double)(count - arrived) / (double)count);
	return true;
}
