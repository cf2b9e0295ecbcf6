/* SPDX-License-Identifier: BSD-2-Clause */
/* faults.c - decides when a fault strikes: by the script, or by chance. */
#include <errno.h>
#include <stdlib.h>

#include "sim/state.h"

#define MILLION 1000000u

/* Kinds from here on are states: they begin at their time, independent of other events. */
#define FIRST_STATE ZCXSK_SIM_LINK_DOWN

/*
 * splitmix64 by Sebastiano Vigna, in the public domain: one addition and two
 * multiplications, with the same results on every machine.
 */
uint64_t sim_random(struct zcxsk_sim *sim)
{
	uint64_t z = sim->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

int sim_fault_add(struct zcxsk_sim *sim, const struct zcxsk_sim_fault *fault)
{
	if (sim->fault_count == sim->fault_room) {
		uint32_t room = sim->fault_room ? sim->fault_room * 2 : 16;
		struct zcxsk_sim_fault *more = realloc(sim->faults, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		sim->faults = more;
		sim->fault_room = room;
	}
	sim->faults[sim->fault_count++] = *fault;
	sim->scripted[fault->kind]++;
	return 0;
}

/* Keeps the order of the others, which decides which of two strikes first. */
static void drop(struct zcxsk_sim *sim, uint32_t i)
{
	sim->scripted[sim->faults[i].kind]--;
	sim->fault_count--;
	memmove(&sim->faults[i], &sim->faults[i + 1],
		(sim->fault_count - i) * sizeof(sim->faults[0]));
}

static bool strikes_by_script(struct zcxsk_sim *sim, enum zcxsk_sim_kind kind, uint64_t *value)
{
	for (uint32_t i = 0; sim->scripted[kind] && i < sim->fault_count; i++) {
		struct zcxsk_sim_fault f = sim->faults[i];

		if (f.kind != kind || f.at_ns > sim->now)
			continue;
		if (f.span_ns && sim->now >= sim_later(f.at_ns, f.span_ns)) {
			drop(sim, i--);
			continue;
		}
		if (!f.span_ns)
			drop(sim, i);
		*value = f.value;
		return true;
	}
	return false;
}

static bool strikes_by_chance(struct zcxsk_sim *sim, enum zcxsk_sim_kind kind)
{
	uint32_t ppm = sim->opts.chances[kind].ppm;

	return ppm && sim_random(sim) % MILLION < ppm;
}

bool sim_strikes(struct zcxsk_sim *sim, enum zcxsk_sim_kind kind, uint64_t *value)
{
	const struct zcxsk_sim_chance *chance = &sim->opts.chances[kind];
	struct zcxsk_sim_fault lasting = {
		.kind = kind,
		.at_ns = sim->now,
		.span_ns = chance->span_ns,
		.value = chance->value,
	};

	if (strikes_by_script(sim, kind, value))
		return true;
	if (!strikes_by_chance(sim, kind))
		return false;
	*value = chance->value;
	/* If memory runs out, it strikes once instead of lasting. */
	if (chance->span_ns)
		sim_fault_add(sim, &lasting);
	return true;
}

/* ---- states ---------------------------------------------------------------- */

static void begin(struct zcxsk_sim *sim, uint32_t kind, uint64_t span_ns)
{
	uint64_t up = sim_later(sim->now, span_ns);

	if (kind == ZCXSK_SIM_LINK_DOWN)
		sim->up_ns = up > sim->up_ns ? up : sim->up_ns;
	else if (kind == ZCXSK_SIM_DEVICE_STOPS)
		sim_tx_stop(sim, span_ns);
	else if (!sim->dead)
		sim_tx_die(sim);
}

/* The index of the earliest state in the script, or fault_count. */
static uint32_t first_state(const struct zcxsk_sim *sim)
{
	uint32_t first = sim->fault_count;

	for (uint32_t i = 0; i < sim->fault_count; i++)
		if (sim->faults[i].kind >= FIRST_STATE &&
		    (first == sim->fault_count || sim->faults[i].at_ns < sim->faults[first].at_ns))
			first = i;
	return first;
}

uint64_t sim_state_when(const struct zcxsk_sim *sim)
{
	uint32_t i = sim->fault_count ? first_state(sim) : 0;

	return i < sim->fault_count ? sim->faults[i].at_ns : NEVER;
}

void sim_state_fire(struct zcxsk_sim *sim)
{
	uint32_t i = first_state(sim);
	struct zcxsk_sim_fault f = sim->faults[i];

	drop(sim, i);
	begin(sim, f.kind, f.span_ns);
}

void sim_states_by_chance(struct zcxsk_sim *sim)
{
	for (uint32_t kind = FIRST_STATE; kind < ZCXSK_SIM_KINDS; kind++)
		if (strikes_by_chance(sim, kind))
			begin(sim, kind, sim->opts.chances[kind].span_ns);
}
