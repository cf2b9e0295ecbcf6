/* SPDX-License-Identifier: BSD-2-Clause */
/* meter.c - the clock of a turn, and the error texts of one. */
#include "meter.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "case.h"

int engine_fails(char *why, const char *step, int error)
{
	return engine_refuses(why, error, "%s: %s", step, strerror(error));
}

int engine_refuses(char *why, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, WHY_BYTES, format, args);
	va_end(args);
	return -error;
}

static uint64_t read_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

uint64_t meter_now_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

void meter_start(struct meter *meter, const struct engine_setup *setup, uint64_t ns, uint64_t rate)
{
	if (setup->ready)
		setup->ready(setup->context);
	memset(meter, 0, sizeof(*meter));
	meter->setup = setup;
	meter->rate = rate;
	meter->spin = setup->spin || setup->busy_poll;
	meter->gaps = setup->gaps;
	meter->cpu_start_ns = read_clock(CLOCK_THREAD_CPUTIME_ID);
	meter->start_ns = meter->progress_ns = meter_now_ns();
	meter->end_ns = meter->start_ns + ns;
}

bool meter_look(struct meter *meter)
{
	meter->unseen = METER_STRIDE - 1;
	return meter_now_ns() < meter->end_ns && !stop_requested();
}

uint64_t meter_early_ns(struct meter *meter, uint32_t n)
{
	uint64_t due_ns, now;

	if (!meter->rate)
		return 0;
	meter_look_soon(meter);
	now = meter_now_ns();
	due_ns = meter->start_ns +
		 (uint64_t)((double)meter->paced * (double)NS_PER_S / (double)meter->rate);
	if (now < due_ns)
		return due_ns - now;
	meter->paced += n;
	return 0;
}

void meter_pass(struct meter *meter, uint64_t ns)
{
	uint64_t until = meter_now_ns() + ns;
	struct timespec t;

	if (meter->spin)
		return;
	if (until > meter->end_ns)
		until = meter->end_ns;
	t.tv_sec = (time_t)(until / NS_PER_S);
	t.tv_nsec = (long)(until % NS_PER_S);
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

bool meter_is_early(struct meter *meter, uint32_t n)
{
	uint64_t early_ns = meter_early_ns(meter, n);

	if (early_ns)
		meter_pass(meter, early_ns);
	return early_ns;
}

void meter_defer(struct meter *meter, uint32_t n)
{
	meter_look_soon(meter);
	if (meter->rate)
		meter->paced -= n;
}

void meter_progress(struct meter *meter)
{
	uint64_t now;

	if (!meter->gaps)
		return;
	now = meter_now_ns();
	if (now - meter->progress_ns > meter->gap_ns)
		meter->gap_ns = now - meter->progress_ns;
	meter->progress_ns = now;
}

void meter_depart(struct meter *meter)
{
	if (meter->gaps)
		meter->progress_ns = meter_now_ns();
}

void meter_stop(struct meter *meter, struct engine_turn *turn)
{
	turn->ns = meter_now_ns() - meter->start_ns;
	turn->cpu_ns = read_clock(CLOCK_THREAD_CPUTIME_ID) - meter->cpu_start_ns;
	turn->longest_gap_ns = meter->gap_ns;
	if (meter->setup->over)
		meter->setup->over(meter->setup->context);
}

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
