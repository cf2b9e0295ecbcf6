/* SPDX-License-Identifier: BSD-2-Clause */
/* ring_cycle.c - times cycles on rings in memory. */
#include "ring.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include "meter.h"
#include "runner.h"

enum {
	LOOK_EVERY = 1024, /* packets between two clock reads, with two threads */
	/*
	 * Packets of a lap, between two runs of the simulated kernel: many, so that the
	 * clock reads cost little, but fewer than may be in flight.
	 */
	LAP = 512,
	LAPS_MAX = 32768,	   /* of a turn */
	CLOCK_TRIES = 1000,	   /* pairs of clock reads; the fastest is the cost of a read */
	SPINS_BEFORE_YIELD = 4096, /* in case both threads share a processor */
};

/* For the other thread to get a processor, on a busy machine. */
#define PATIENCE_NS (5 * NS_PER_S)

const struct ring_user *const ring_users[RING_USERS] = {&ring_user_zcxsk, &ring_user_libxdp};

struct sets {
	const struct ring_user *user;
	const struct ring_setup *setup;
	struct ring_memory *memory[RING_SETS_MAX];
	void *handle[RING_SETS_MAX];
	uint32_t count;
};

static void close_sets(struct sets *s)
{
	for (uint32_t i = 0; i < s->count; i++) {
		/* Closing would wait for packets in flight. */
		if (s->memory[i])
			while (ring_memory_complete(s->memory[i], UINT32_MAX))
				;
		if (s->handle[i])
			s->user->close(s->handle[i]);
		ring_memory_free(s->memory[i]);
	}
}

static int open_sets(struct sets *s, const struct ring_user *user, const struct ring_setup *setup,
		     char *why)
{
	uint32_t entries = setup->entries ? setup->entries : RING_ENTRIES;
	uint32_t frames = setup->frames ? setup->frames : RING_FRAMES;

	*s = (struct sets){.user = user, .setup = setup};
	if (!setup->frames && frames < 2 * entries)
		frames = 2 * entries;
	for (s->count = 0; s->count < (setup->sets ? setup->sets : 1); s->count++) {
		struct ring_memory *memory = ring_memory_make(entries);

		s->memory[s->count] = memory;
		s->handle[s->count] = memory ? user->open(memory, frames) : NULL;
		if (s->handle[s->count])
			continue;
		ring_memory_free(memory);
		close_sets(s);
		return engine_refuses(why, ENOMEM,
				      "no memory for rings of %u entries and %u frames", entries,
				      frames);
	}
	return 0;
}

/* Completes everything sent, or delivers this many packets. */
static void stand_in(struct sets *s, uint32_t packets)
{
	for (uint32_t i = 0; i < s->count; i++) {
		if (s->setup->receive)
			ring_memory_deliver(s->memory[i], packets);
		else
			ring_memory_complete(s->memory[i], UINT32_MAX);
	}
}

/* One loop per direction, so that the inner loop has no branch. */
static uint64_t run_lap(struct sets *s, uint32_t cycles)
{
	uint32_t batch = s->setup->batch;
	uint64_t packets = 0;

	if (s->setup->receive) {
		for (uint32_t c = 0; c < cycles; c++)
			for (uint32_t i = 0; i < s->count; i++)
				packets += s->user->rx(s->handle[i], batch);
	} else {
		for (uint32_t c = 0; c < cycles; c++)
			for (uint32_t i = 0; i < s->count; i++)
				packets += s->user->tx(s->handle[i], batch);
	}
	return packets;
}

static uint64_t clock_cost_ns(void)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < CLOCK_TRIES; i++) {
		uint64_t start = meter_now_ns(), took = meter_now_ns() - start;

		least = took < least ? took : least;
	}
	return least;
}

/* Nanoseconds per packet of each lap of a turn. */
static double laps[LAPS_MAX];

/* The median, so that an interrupted lap does not matter. */
static double median_lap(uint32_t n)
{
	qsort(laps, n, sizeof(laps[0]), compare_doubles);
	return n ? laps[n / 2] : 0;
}

/* Half of a small ring: the library does not fill a ring completely. */
static uint32_t cycles_of_lap(const struct sets *s)
{
	uint32_t lap = s->memory[0]->tx.size / 2;

	lap = lap < LAP ? lap : LAP;
	return s->setup->batch < lap ? lap / s->setup->batch : 1;
}

static double time_alone(struct sets *s, uint64_t ns)
{
	uint32_t cycles = cycles_of_lap(s), n = 0, warm = 0;
	uint64_t look = clock_cost_ns(), first = meter_now_ns(), end = first;

	while (n < LAPS_MAX && end - first < ns && !stop_requested()) {
		uint64_t start, packets;

		stand_in(s, cycles * s->setup->batch);
		start = meter_now_ns();
		packets = run_lap(s, cycles);
		end = meter_now_ns();
		/* The first laps, one pass through the rings, only warm up the caches. */
		if (warm++ >= RING_ENTRIES / LAP && packets && end - start > look)
			laps[n++] = (double)(end - start - look) / (double)packets;
	}
	return median_lap(n);
}

/* ---- two threads -------------------------------------------------------------- */

struct kernel {
	struct sets *sets;
	bool stop;
};

static void *play_kernel(void *argument)
{
	struct kernel *k = argument;
	struct sets *s = k->sets;
	uint32_t idle = 0;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((unsigned)s->setup->kernel_cpu, &set);
	(void)pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
	while (!__atomic_load_n(&k->stop, __ATOMIC_RELAXED)) {
		uint32_t moved = 0;

		for (uint32_t i = 0; i < s->count; i++)
			moved += s->setup->receive
					 ? ring_memory_deliver(s->memory[i], s->setup->batch)
					 : ring_memory_complete(s->memory[i], s->setup->batch);
		idle = moved ? 0 : idle + 1;
		if (idle > SPINS_BEFORE_YIELD)
			sched_yield();
	}
	return NULL;
}

static uint64_t cycle_across(struct sets *s)
{
	uint64_t done = 0;

	/* Bounded, so that the clock is read even if the kernel thread does not run. */
	for (uint32_t i = 0; i < LOOK_EVERY && done < LOOK_EVERY; i++)
		for (uint32_t j = 0; j < s->count; j++)
			done += s->setup->receive ? s->user->rx(s->handle[j], s->setup->batch)
						  : s->user->tx(s->handle[j], s->setup->batch);
	return done;
}

static int time_across(struct sets *s, uint64_t ns, double *result, char *why)
{
	struct kernel kernel = {.sets = s};
	uint64_t start, lap, end, packets;
	pthread_t thread;
	uint32_t n = 0;
	int ret = pthread_create(&thread, NULL, play_kernel, &kernel);

	if (ret)
		return engine_fails(why, "thread", ret);
	/* The other thread is running once the first packet has passed. */
	for (start = end = meter_now_ns(); !cycle_across(s) && end - start < PATIENCE_NS;
	     end = meter_now_ns())
		;
	start = lap = end = meter_now_ns();
	while (n < LAPS_MAX && end - start < (n ? ns : PATIENCE_NS) && !stop_requested()) {
		packets = cycle_across(s);
		end = meter_now_ns();
		if (!packets)
			continue;
		laps[n++] = (double)(end - lap) / (double)packets;
		lap = end;
	}
	__atomic_store_n(&kernel.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	*result = median_lap(n);
	return n ? 0 : engine_refuses(why, EIO, "no packet passed");
}

int ring_cycle_time(const struct ring_user *user, const struct ring_setup *setup, uint64_t ns,
		    double *ns_per_packet, char *why)
{
	struct sets s;
	int ret;

	if (setup->batch > RING_BATCH_MAX)
		return engine_refuses(why, EOPNOTSUPP,
				      "batch %u is more than can be in flight (%d)", setup->batch,
				      RING_BATCH_MAX);
	ret = open_sets(&s, user, setup, why);
	if (ret)
		return ret;
	if (setup->kernel_cpu >= 0)
		ret = time_across(&s, ns, ns_per_packet, why);
	else
		*ns_per_packet = time_alone(&s, ns);
	close_sets(&s);
	return ret;
}
