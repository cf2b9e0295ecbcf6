/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine_time.h - processor time of the whole machine: wall time without what
 * the processor was idle. It also has what the kernel does for a sender in
 * interrupts, which no thread is charged for, and what the machine does for
 * itself; only on a machine that does nothing else does it say something.
 */
#ifndef ZCXSK_BENCH_MACHINE_TIME_H
#define ZCXSK_BENCH_MACHINE_TIME_H

#include "idle_clock.h"
#include "sweep.h"

/* The kinds are counted by ticks: rough for a busy processor, and useless for one that sleeps. */
struct machine_time {
	uint64_t wall_ns, idle_ns;
	uint64_t user_ns, system_ns, softirq_ns; /* softirq: with hard interrupts */
};

struct machine_turn {
	struct idle_clock idle;
	bool has_idle;
	struct machine_time start, end;
};

/* As engine_setup's ready and over, on a struct machine_turn. */
void machine_turn_start(void *machine_turn);
void machine_turn_end(void *machine_turn);
/* Adds what a packet cost, as far as it could be read. */
void machine_turn_add(const struct entry *entry, const struct engine_turn *turn,
		      const struct machine_turn *machine);

#endif
