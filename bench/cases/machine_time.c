/* SPDX-License-Identifier: BSD-2-Clause */
/* machine_time.c - reads the idle clock and the first line of /proc/stat. */
#include "machine_time.h"

#include <stdio.h>
#include <unistd.h>

#include "meter.h"

/* Leaves 0 if /proc/stat cannot be read. */
static void read_kinds(struct machine_time *t)
{
	unsigned long long user, nice_user, system, idle, waiting, hard, soft;
	uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
	FILE *file = fopen("/proc/stat", "re");
	int read;

	if (!file)
		return;
	read = fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu", &user, &nice_user, &system,
		      &idle, &waiting, &hard, &soft);
	fclose(file);
	if (read != 7)
		return;
	t->user_ns = (user + nice_user) * tick_ns;
	t->system_ns = system * tick_ns;
	t->softirq_ns = (hard + soft) * tick_ns;
}

void machine_turn_start(void *machine_turn)
{
	struct machine_turn *m = machine_turn;

	m->has_idle = !idle_clock_open(&m->idle);
	read_kinds(&m->start);
	if (m->has_idle)
		m->start.idle_ns = idle_clock_read_ns(&m->idle);
	m->start.wall_ns = meter_now_ns();
}

/* Reads in reverse order, so that the reads themselves are not part of the turn. */
void machine_turn_end(void *machine_turn)
{
	struct machine_turn *m = machine_turn;

	m->end.wall_ns = meter_now_ns();
	if (m->has_idle) {
		m->end.idle_ns = idle_clock_read_ns(&m->idle);
		idle_clock_close(&m->idle);
	}
	read_kinds(&m->end);
}

static void add(const struct entry *e, const struct engine_turn *turn, const char *metric,
		uint64_t start_ns, uint64_t end_ns)
{
	sweep_add(e, turn->mode, metric, "ns",
		  ((double)end_ns - (double)start_ns) / (double)turn->packets);
}

void machine_turn_add(const struct entry *e, const struct engine_turn *turn,
		      const struct machine_turn *m)
{
	const struct machine_time *from = &m->start, *to = &m->end;

	if (!turn->packets)
		return;
	if (to->user_ns) {
		add(e, turn, "user_ns_per_packet", from->user_ns, to->user_ns);
		add(e, turn, "system_ns_per_packet", from->system_ns, to->system_ns);
		add(e, turn, "softirq_ns_per_packet", from->softirq_ns, to->softirq_ns);
	}
	if (m->has_idle)
		add(e, turn, "machine_ns_per_packet", from->wall_ns - from->idle_ns,
		    to->wall_ns - to->idle_ns);
}
