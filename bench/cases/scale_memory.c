/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scale_memory.c - user-space cost of a TX cycle against the queues per thread, the
 * ring size, and the number of frames. All sizes have a turn in each round, so that
 * they can be compared.
 */
#include "scale_memory.h"

#include "ring_cycle.h"
#include "runner.h"

enum {
	BATCH = 64, /* packets, as in the case of `ring` that it is compared with */
	SIZES_MAX = 5,
};

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

static const struct ring_user *const users[] = {&ring_user_zcxsk, &ring_user_libxdp};

enum {
	GROUPS = sizeof(groups) / sizeof(groups[0]),
	USERS = sizeof(users) / sizeof(users[0]),
};

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
		for (size_t u = 0; u < USERS; u++) {
			if (!plan_wants(plan, users[u]->name))
				continue;
			contexts[n] = (struct scale_contender){users[u], sizes};
			contenders[n] = (struct contender){.engine = users[u]->name,
							   .context = &contexts[n],
							   .turn = take_turn};
			n++;
		}
	}
	return n;
}

uint32_t scale_memory_turns(const struct plan *plan)
{
	struct scale_contender contexts[SIZES_MAX * USERS];
	struct contender contenders[SIZES_MAX * USERS];
	size_t n = 0;

	for (size_t g = 0; g < GROUPS; g++)
		n += list_contenders(plan, groups[g], contexts, contenders);
	return (uint32_t)n * plan->rounds;
}

int scale_memory_run(const struct plan *plan)
{
	struct scale_contender contexts[SIZES_MAX * USERS];
	struct contender contenders[SIZES_MAX * USERS];
	int ret = 0;

	for (size_t g = 0; g < GROUPS && !ret && !stop_requested(); g++)
		ret = runner_run(plan, groups[g]->name, contenders,
				 list_contenders(plan, groups[g], contexts, contenders));
	return ret;
}
