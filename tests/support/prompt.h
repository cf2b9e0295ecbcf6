/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prompt.h - checks that something happens within a promised time. Each delay is printed.
 * Other load on the machine may delay it, so the shortest of several delays is compared
 * with the promise.
 */
#ifndef ZCXSK_TESTS_PROMPT_H
#define ZCXSK_TESTS_PROMPT_H

#include <stdint.h>

#include "check.h"

struct prompt {
	const char *what;
	uint64_t soonest_ns; /* 0 = it has not happened yet */
};

static inline void prompt_note(struct prompt *p, uint64_t took_ns)
{
	printf("  %s after %.1f ms\n", p->what, (double)took_ns / 1e6);
	if (!p->soonest_ns || took_ns < p->soonest_ns)
		p->soonest_ns = took_ns + !took_ns;
}

static inline bool prompt_is_kept(const struct prompt *p, uint64_t promise_ns)
{
	return p->soonest_ns && p->soonest_ns < promise_ns;
}

static inline void prompt_check(const struct prompt *p, uint64_t promise_ns)
{
	CHECK(p->what, p->soonest_ns);
	CHECK(p->what, p->soonest_ns < promise_ns);
}

#endif
