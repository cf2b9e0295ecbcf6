/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine_time.h - processor time of the whole machine, by kind. It also has
 * what the kernel does for a sender in interrupts, which no thread is charged
 * for; only on a machine that does nothing else does it say something.
 */
#ifndef ZCXSK_BENCH_MACHINE_TIME_H
#define ZCXSK_BENCH_MACHINE_TIME_H

#include "sweep.h"

struct machine_time {
	uint64_t user_ns, system_ns, softirq_ns; /* softirq: with hard interrupts */
};

struct machine_turn {
	struct machine_time start, end;
};

/* As engine_setup's ready and over, on a struct machine_turn. */
void machine_turn_start(void *machine_turn);
void machine_turn_end(void *machine_turn);
/* Adds what a packet cost; nothing where /proc/stat could not be read. */
void machine_turn_add(const struct entry *entry, const struct engine_turn *turn,
		      const struct machine_turn *machine);

#endif
