/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check.h - assertions of tests that are plain programs. Each names the
 * behaviour it is about; the first that fails ends the program with status 1.
 */
#ifndef ZCXSK_TESTS_CHECK_H
#define ZCXSK_TESTS_CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_SKIPPED 77 /* status by which CTest and the guest's cases know a skip */

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
	fprintf(stderr, "%s:%d: %s: not so: %s\n", file, line, behaviour, condition);
	exit(1);
}

static inline void check_equal(const char *file, int line, const char *behaviour,
			       const char *expression, long long got, long long wanted)
{
	if (got == wanted)
		return;
	fflush(stdout);
	fprintf(stderr, "%s:%d: %s: %s is %lld, wanted %lld\n", file, line, behaviour, expression,
		got, wanted);
	exit(1);
}

static inline void check_names(const char *file, int line, const char *behaviour, const char *text,
			       const char *word)
{
	if (strstr(text, word))
		return;
	fflush(stdout);
	fprintf(stderr, "%s:%d: %s: no '%s' in '%s'\n", file, line, behaviour, word, text);
	exit(1);
}

#define CHECK(behaviour, condition) check_true(__FILE__, __LINE__, behaviour, condition, #condition)
#define CHECK_EQ(behaviour, got, wanted)                                                           \
	check_equal(__FILE__, __LINE__, behaviour, #got, (long long)(got), (long long)(wanted))
/* The text contains the word. */
#define CHECK_NAMES(behaviour, text, word) check_names(__FILE__, __LINE__, behaviour, text, word)

#endif
