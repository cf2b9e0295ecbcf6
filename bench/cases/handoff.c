/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handoff.c - the cost of passing packets between two threads: the library's handoff
 * against a queue under a mutex. One thread pushes batches as fast as possible, the
 * other pops them. Needs no privileges.
 */
#include "handoff.h"

#include <errno.h>
#include <pthread.h>

#include "meter.h"
#include "runner.h"

enum { LOOK_EVERY = 1024 /* packets between two clock reads */ };

const uint64_t handoff_patience_ns = 100 * NS_PER_MS; /* half of a turn of --quick */

static const struct handoff_way *const ways[] = {&handoff_zcxsk, &handoff_mutex};

enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

struct handoff_contender {
	const struct handoff_way *way;
	uint32_t batch;
	struct series *series;
};

/* One turn, shared by both threads. */
struct turn {
	const struct handoff_way *way;
	void *handle;
	uint32_t batch;
	int cpu; /* of the popping thread */
	bool stop;
	uint64_t popped;
	uint64_t wrong; /* packets out of order */
};

static void *pop_all(void *argument)
{
	struct zcxsk_packet packets[HANDOFF_BATCH_MAX];
	struct turn *t = argument;
	uint32_t n;

	place_pin(t->cpu);
	do {
		n = t->way->pop(t->handle, packets, t->batch);
		for (uint32_t i = 0; i < n; i++)
			t->wrong += packets[i].addr != t->popped + i;
		t->popped += n;
	} while (n || !__atomic_load_n(&t->stop, __ATOMIC_ACQUIRE));
	return NULL;
}

/* Pushes until the time is over. Returns how many packets. */
static uint64_t push_all(struct turn *t, uint64_t ns)
{
	struct zcxsk_packet packets[HANDOFF_BATCH_MAX] = {{0}};
	uint64_t start = meter_now_ns(), pushed = 0, look = 0;

	for (;;) {
		for (uint32_t i = 0; i < t->batch; i++)
			packets[i].addr = pushed + i;
		pushed += t->way->push(t->handle, packets, t->batch);
		if (pushed < look)
			continue;
		look = pushed + LOOK_EVERY;
		if (meter_now_ns() - start >= ns || stop_requested())
			return pushed;
	}
}

static int time_turn(struct turn *t, uint64_t ns, double *result, char *why)
{
	uint64_t start = meter_now_ns(), pushed;
	pthread_t thread;
	int ret = pthread_create(&thread, NULL, pop_all, t);

	if (ret)
		return engine_fails(why, "thread", ret);
	pushed = push_all(t, ns);
	*result = (double)(meter_now_ns() - start) / (double)pushed;
	__atomic_store_n(&t->stop, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	if (!t->wrong && t->popped == pushed)
		return 0;
	return engine_refuses(why, EIO, "packets were lost or reordered");
}

static int take_turn(const struct plan *plan, void *context, char *why)
{
	struct handoff_contender *c = context;
	struct turn t = {.way = c->way, .batch = c->batch};
	double ns = 0;
	int ret, cpu;

	place_processors(&cpu, &t.cpu);
	t.handle = c->way->open();
	if (!t.handle)
		return engine_fails(why, "memory", ENOMEM);
	ret = time_turn(&t, plan->turn_ns, &ns, why);
	c->way->close(t.handle);
	if (!ret)
		series_add(c->series, ns);
	return ret;
}

static int run_batch(const struct plan *plan, uint32_t batch)
{
	struct handoff_contender contexts[WAYS];
	struct contender contenders[WAYS];
	size_t n = 0;

	if (batch > HANDOFF_BATCH_MAX) {
		progress_say("handoff: batch %u is skipped: the queue holds %d packets", batch,
			     HANDOFF_BATCH_MAX);
		return 0;
	}
	for (size_t i = 0; i < WAYS; i++) {
		if (!plan_wants(plan, ways[i]->engine))
			continue;
		contexts[n] = (struct handoff_contender){
			ways[i], batch,
			results_named(plan->results, "handoff", ways[i]->engine, "memory",
				      "ns_per_packet", "ns", batch)};
		contenders[n] = (struct contender){
			.engine = ways[i]->engine, .context = &contexts[n], .turn = take_turn};
		n++;
	}
	return runner_run(plan, "handoff", contenders, n);
}

static int run(const struct plan *plan)
{
	int ret = 0;

	for (size_t i = 0; plan->batches[i] && !ret && !stop_requested(); i++)
		ret = run_batch(plan, plan->batches[i]);
	return ret;
}

static uint32_t count_turns(const struct plan *plan)
{
	return plan_count(plan->batches) * WAYS * plan->rounds;
}

const struct bench_case case_handoff = {
	.name = "handoff",
	.words = "packets from one thread to another; needs no privileges",
	.ignores = NEEDS_PLACE_OPTIONS,
	.turns = count_turns,
	.run = run,
};
