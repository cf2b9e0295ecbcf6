/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runner.c - turns of the contenders, interleaved.
 */
#include "runner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Reasons for leaving an engine out that are remembered. */
enum { SAID_MAX = 64 };

static bool is_absence(int rc)
{
	return rc == -EOPNOTSUPP || rc == -ENOENT || rc == -ENETUNREACH;
}

/* True at the first call for these words: the reason is the same at each batch size. */
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
	c->rc = c->turn(plan, c->context, why);
	/* What a signal has cut off has not failed. */
	if (c->rc && stop_requested())
		c->rc = 0;
	if (c->rc && !is_absence(c->rc))
		progress_say("%s: %s failed: %s", what, c->engine, why);
	else if (c->rc && is_new(c->engine, why))
		progress_say("%s: %s is left out: %s", what, c->engine, why);
}

static int outcome(const struct contender *contenders, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		if (!contenders[i].rc)
			return 0;
		if (!rc && !is_absence(contenders[i].rc))
			rc = contenders[i].rc;
	}
	return rc;
}

int runner_run(const struct plan *plan, const char *what, struct contender *contenders, size_t n)
{
	int cpu, far_cpu;

	place_processors(&cpu, &far_cpu);
	place_pin(cpu);
	for (size_t i = 0; i < n; i++)
		contenders[i].rc = 0;
	for (uint32_t round = 0; round < plan->rounds; round++) {
		for (size_t i = 0; i < n && !stop_requested(); i++) {
			struct contender *c = &contenders[round % 2 ? n - 1 - i : i];

			if (c->rc)
				progress_turn(c->engine);
			else
				take_turn(plan, what, c);
		}
	}
	return outcome(contenders, n);
}
