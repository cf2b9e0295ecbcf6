/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine_time.h - processor time of the whole machine: wall time minus idle time.
 * It includes the kernel's work in interrupts, which is charged to no thread, and
 * unrelated work, so it is meaningful only on an otherwise idle machine.
 */
#ifndef ZCXSK_BENCH_MACHINE_TIME_H
#define ZCXSK_BENCH_MACHINE_TIME_H

#include "idle_clock.h"
#include "sweep.h"

/* User, system and softirq time count ticks: rough if busy, useless if mostly asleep. */
struct machine_time {
	uint64_t wall_ns, idle_ns;
	uint64_t user_ns, system_ns, softirq_ns; /* softirq: includes hard interrupts */
};

struct machine_turn {
	struct idle_clock idle;
	bool has_idle;
	struct machine_time start, end;
};

/* As engine_setup's ready and over, on a struct machine_turn. */
void machine_turn_start(void *machine_turn);
void machine_turn_end(void *machine_turn);
/* Adds the cost per packet, of the times that could be read. */
void machine_turn_add(const struct entry *entry, const struct engine_turn *turn,
		      const struct machine_turn *machine);

#endif
