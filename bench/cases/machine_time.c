/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine_time.c - reads the first line of /proc/stat.
 */
#include "machine_time.h"

#include <stdio.h>
#include <unistd.h>

#include "meter.h"

static struct machine_time read_times(void)
{
	unsigned long long user, nice_user, system, idle, waiting, hard, soft;
	uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
	FILE *file = fopen("/proc/stat", "re");
	int read;

	if (!file)
		return (struct machine_time){0, 0, 0};
	read = fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu", &user, &nice_user, &system,
		      &idle, &waiting, &hard, &soft);
	fclose(file);
	if (read != 7)
		return (struct machine_time){0, 0, 0};
	return (struct machine_time){(user + nice_user) * tick_ns, system * tick_ns,
				     (hard + soft) * tick_ns};
}

void machine_turn_start(void *machine_turn)
{
	struct machine_turn *m = machine_turn;

	m->start = read_times();
}

void machine_turn_end(void *machine_turn)
{
	struct machine_turn *m = machine_turn;

	m->end = read_times();
}

void machine_turn_add(const struct entry *entry, const struct engine_turn *turn,
		      const struct machine_turn *m)
{
	uint64_t user = m->end.user_ns - m->start.user_ns;
	uint64_t system = m->end.system_ns - m->start.system_ns;
	uint64_t soft = m->end.softirq_ns - m->start.softirq_ns;
	double packets = (double)turn->packets;

	if (!turn->packets || !m->end.user_ns)
		return;
	sweep_add(entry, turn->mode, "user_ns_per_packet", "ns", (double)user / packets);
	sweep_add(entry, turn->mode, "system_ns_per_packet", "ns", (double)system / packets);
	sweep_add(entry, turn->mode, "softirq_ns_per_packet", "ns", (double)soft / packets);
	sweep_add(entry, turn->mode, "machine_ns_per_packet", "ns",
		  (double)(user + system + soft) / packets);
}
