/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scale.c - cost against size. At the place: batch, packet and ring size, and the
 * setup of a socket. In memory, without a device: queues, ring size and frames.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "meter.h"
#include "ring.h"
#include "sweep.h"

static const uint32_t batches[] = {1, 4, 16, 64, 256, 1024, 0};
static const uint32_t packet_sizes[] = {64, 256, 512, 1024, 1514, 9000, 0};
static const uint32_t ring_sizes[] = {256, 1024, 4096};

enum {
	RING_SIZES = sizeof(ring_sizes) / sizeof(ring_sizes[0]),
	BATCH = 64,	  /* packets, unless it is varied */
	PACKET_SIZE = 64, /* bytes, likewise */
	SIZES_MAX = 5,
};

/* Kernel sockets have no rings to vary; tx measures them at all batch sizes. */
static bool is_af_xdp(const struct engine *engine)
{
	return engine->has_modes && engine->send;
}

/* ---- the setup of a socket ------------------------------------------------------ */

struct set_up {
	uint64_t start_ns, ns;
	long pages, pages_before; /* resident */
};

static long resident_pages(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long all, resident = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%ld %ld", &all, &resident) != 2)
		resident = 0;
	fclose(file);
	return resident;
}

static void note_ready(void *context)
{
	struct set_up *s = context;

	s->ns = meter_now_ns() - s->start_ns;
	s->pages = resident_pages();
}

/* A turn of no length: it opens, sends next to nothing, and closes. */
static int set_up_turn(const struct entry *e, char *why)
{
	struct set_up s = {.pages_before = resident_pages()};
	struct engine_setup setup = e->setup;
	struct engine_turn turn = {0};
	int ret;

	setup.ready = note_ready;
	setup.context = &s;
	s.start_ns = meter_now_ns();
	ret = e->engine->send(&setup, 0, 0, &turn, why);
	if (ret)
		return ret;
	sweep_add(e, turn.mode, "setup_time", "ns", (double)s.ns);
	if (s.pages > s.pages_before)
		sweep_add(e, turn.mode, "memory", "bytes",
			  (double)(s.pages - s.pages_before) * (double)sysconf(_SC_PAGESIZE));
	return 0;
}

/* ---- in memory ------------------------------------------------------------------ */

struct size {
	const char *name; /* of the case in the results */
	struct ring_setup setup;
	uint32_t parameter;
};

#define SIZE(word, field, value)                                                                   \
	{                                                                                          \
		"scale_" word, {.batch = BATCH, .kernel_cpu = -1, .field = (value)}, (value)       \
	}

/* The first of each is what `ring` measures. */
static const struct size queues[] = {SIZE("queues", sets, 1),
				     SIZE("queues", sets, 2),
				     SIZE("queues", sets, 4),
				     SIZE("queues", sets, 8),
				     {0}};
static const struct size entries[] = {SIZE("ring_entries", entries, RING_ENTRIES),
				      SIZE("ring_entries", entries, 512),
				      SIZE("ring_entries", entries, 8192),
				      SIZE("ring_entries", entries, 16384),
				      {0}};
static const struct size frames[] = {SIZE("frames", frames, RING_FRAMES),
				     SIZE("frames", frames, 65536),
				     SIZE("frames", frames, 262144),
				     {0}};
static const struct size *const groups[] = {queues, entries, frames};

enum { GROUPS = sizeof(groups) / sizeof(groups[0]) };

struct scale_contender {
	const struct ring_user *user;
	const struct size *size;
};

static int take_turn(const struct plan *plan, void *context, char *why)
{
	const struct scale_contender *c = context;
	struct series identity =
		series_named(c->size->name, c->user->name, "memory", "ns_per_packet", "ns", BATCH);
	double ns;
	int ret = ring_cycle_time(c->user, &c->size->setup, plan->turn_ns, &ns, why);

	if (ret)
		return ret;
	identity.parameter = c->size->parameter;
	series_add(results_series(plan->results, &identity), ns);
	return 0;
}

static size_t list_contenders(const struct plan *plan, const struct size *sizes,
			      struct scale_contender *contexts, struct contender *contenders)
{
	size_t n = 0;

	for (; sizes->name; sizes++) {
		for (size_t u = 0; u < RING_USERS; u++) {
			if (!plan_wants(plan, ring_users[u]->name))
				continue;
			contexts[n] = (struct scale_contender){ring_users[u], sizes};
			contenders[n] = (struct contender){.engine = ring_users[u]->name,
							   .context = &contexts[n],
							   .turn = take_turn};
			n++;
		}
	}
	return n;
}

static uint32_t memory_turns(const struct plan *plan)
{
	struct scale_contender contexts[SIZES_MAX * RING_USERS];
	struct contender contenders[SIZES_MAX * RING_USERS];
	size_t n = 0;

	for (size_t g = 0; g < GROUPS; g++)
		n += list_contenders(plan, groups[g], contexts, contenders);
	return (uint32_t)n * plan->rounds;
}

static int memory_run(const struct plan *plan)
{
	struct scale_contender contexts[SIZES_MAX * RING_USERS];
	struct contender contenders[SIZES_MAX * RING_USERS];
	int ret = 0;

	for (size_t g = 0; g < GROUPS && !ret && !stop_requested(); g++)
		ret = runner_run(plan, groups[g]->name, contenders,
				 list_contenders(plan, groups[g], contexts, contenders));
	return ret;
}

/* ---- the sweeps ----------------------------------------------------------------- */

static const struct sweep set_up = {.name = "scale_setup", .can = can_send, .turn = set_up_turn};

static struct plan small_packets(const struct plan *plan)
{
	struct plan small = plan_single(plan);

	small.batches[0] = BATCH;
	small.packet_sizes[0] = PACKET_SIZE;
	small.packet_sizes[1] = 0;
	return small;
}

static struct plan all_batches(const struct plan *plan)
{
	struct plan all = small_packets(plan);

	memcpy(all.batches, batches, sizeof(batches));
	return all;
}

static struct plan all_packet_sizes(const struct plan *plan)
{
	struct plan all = small_packets(plan);

	memcpy(all.packet_sizes, packet_sizes, sizeof(packet_sizes));
	return all;
}

static struct sweep sweep_like_tx(const char *name, uint32_t ring_size)
{
	struct sweep sweep = sweep_tx;

	sweep.name = name;
	sweep.can = is_af_xdp;
	sweep.ring_size = sweep.parameter = ring_size;
	return sweep;
}

static uint32_t scale_turns(const struct plan *plan)
{
	struct plan b = all_batches(plan), p = all_packet_sizes(plan), s = small_packets(plan);
	struct sweep tx = sweep_like_tx("", 0);

	return sweep_turns(&b, &tx, 1) + sweep_turns(&p, &tx, 1) +
	       RING_SIZES * sweep_turns(&s, &tx, 1) + sweep_turns(&s, &set_up, 1) +
	       memory_turns(plan);
}

static int run_ring_sizes(const struct plan *plan)
{
	struct sweep sweeps[RING_SIZES];

	for (uint32_t i = 0; i < RING_SIZES; i++)
		sweeps[i] = sweep_like_tx("scale_ring_size", ring_sizes[i]);
	return sweep_run(plan, sweeps, RING_SIZES);
}

static int scale_run(const struct plan *plan)
{
	struct plan b = all_batches(plan), p = all_packet_sizes(plan), s = small_packets(plan);
	struct sweep batch = sweep_like_tx("scale_batch", 0);
	struct sweep packet = sweep_like_tx("scale_packet_size", 0);
	int ret = memory_run(plan);

	if (!ret)
		ret = sweep_run(&s, &set_up, 1);
	if (!ret)
		ret = sweep_run(&b, &batch, 1);
	if (!ret)
		ret = sweep_run(&p, &packet, 1);
	if (!ret)
		ret = run_ring_sizes(&s);
	return ret;
}

const struct bench_case case_scale = {
	.name = "scale",
	.words = "cost against batch, packet, ring and memory size, and queues",
	.needs_place = true,
	.ignores = "batch packet-size",
	.only_sends = true,
	.turns = scale_turns,
	.run = scale_run,
};
