/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check.h - assertions for tests that are plain programs. Each names the behaviour that it
 * checks; the first failure ends the program with status 1.
 */
#ifndef ZCXSK_TESTS_CHECK_H
#define ZCXSK_TESTS_CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_SKIPPED 77 /* exit status that CTest and the guest's cases count as a skip */

static inline _Noreturn void check_skip(const char *reason)
{
	printf("skipped: %s\n", reason);
	exit(CHECK_SKIPPED);
}

static inline void check_true(const char *file, int line, const char *behaviour, bool holds,
			      const char *condition)
{
	if (holds)
		return;
	fflush(stdout);
	fprintf(stderr, "%s:%d: failed: %s: %s\n", file, line, behaviour, condition);
	exit(1);
}

static inline void check_equal(const char *file, int line, const char *behaviour,
			       const char *expression, long long got, long long wanted)
{
	if (got == wanted)
		return;
	fflush(stdout);
	fprintf(stderr, "%s:%d: failed: %s: %s is %lld, expected %lld\n", file, line, behaviour,
		expression, got, wanted);
	exit(1);
}

static inline void check_names(const char *file, int line, const char *behaviour, const char *text,
			       const char *word)
{
	if (strstr(text, word))
		return;
	fflush(stdout);
	fprintf(stderr, "%s:%d: failed: %s: '%s' is missing in '%s'\n", file, line, behaviour, word,
		text);
	exit(1);
}

#define CHECK(behaviour, condition) check_true(__FILE__, __LINE__, behaviour, condition, #condition)
#define CHECK_EQ(behaviour, got, wanted)                                                           \
	check_equal(__FILE__, __LINE__, behaviour, #got, (long long)(got), (long long)(wanted))
/* Checks that the text contains the word. */
#define CHECK_NAMES(behaviour, text, word) check_names(__FILE__, __LINE__, behaviour, text, word)

#endif
