/* SPDX-License-Identifier: BSD-2-Clause */
/* runner.c - turns of the contenders, interleaved. */
#include "runner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Reasons for skipping an engine that are remembered. */
enum { SAID_MAX = 64 };

static bool is_absence(int ret)
{
	return ret == -EOPNOTSUPP || ret == -ENOENT || ret == -ENETUNREACH;
}

/* True at the first call with these words: each batch size has the same reason. */
static bool is_new(const char *engine, const char *why)
{
	static char said[SAID_MAX][WHY_BYTES + RESULT_WORD];
	static size_t count;
	char words[WHY_BYTES + RESULT_WORD];

	snprintf(words, sizeof(words), "%s: %s", engine, why);
	for (size_t i = 0; i < count; i++)
		if (!strcmp(said[i], words))
			return false;
	if (count < SAID_MAX)
		strcpy(said[count++], words);
	return true;
}

static void take_turn(const struct plan *plan, const char *what, struct contender *c)
{
	char why[WHY_BYTES] = "";

	progress_turn(c->engine);
	c->ret = c->turn(plan, c->context, why);
	/* A turn cut short by a signal has not failed. */
	if (c->ret && stop_requested())
		c->ret = 0;
	if (c->ret && !is_absence(c->ret))
		progress_say("%s: %s failed: %s", what, c->engine, why);
	else if (c->ret && is_new(c->engine, why))
		progress_say("%s: %s is skipped: %s", what, c->engine, why);
}

static int outcome(const struct contender *contenders, size_t n)
{
	int ret = 0;

	for (size_t i = 0; i < n; i++) {
		if (!contenders[i].ret)
			return 0;
		if (!ret && !is_absence(contenders[i].ret))
			ret = contenders[i].ret;
	}
	return ret;
}

int runner_run(const struct plan *plan, const char *what, struct contender *contenders, size_t n)
{
	int cpu, far_cpu;

	place_processors(&cpu, &far_cpu);
	place_pin(cpu);
	for (size_t i = 0; i < n; i++)
		contenders[i].ret = 0;
	for (uint32_t round = 0; round < plan->rounds; round++) {
		for (size_t i = 0; i < n && !stop_requested(); i++) {
			struct contender *c = &contenders[round % 2 ? n - 1 - i : i];

			if (c->ret)
				progress_turn(c->engine);
			else
				take_turn(plan, what, c);
		}
	}
	return outcome(contenders, n);
}
