/* SPDX-License-Identifier: BSD-2-Clause */
/* options.h - the command line, checked. */
#ifndef ZCXSK_BENCH_OPTIONS_H
#define ZCXSK_BENCH_OPTIONS_H

#include <stdio.h>

#include "case.h"

struct options {
	struct plan plan; /* without place and results */
	const struct bench_case *what;
	bool veth, guest;
	bool inside_guest;	  /* set by the guest's harness */
	const char *guest_kernel; /* NULL = the harness's default */
	const char *ifname, *peer;
	bool yes_default_route;
	const char *json, *csv, *report;
	char *plan_words[32]; /* the options of the plan once more, for the guest; ends with NULL */
};

/*
 * Reads the command line of a case. On a mistake it reports the value and the limit
 * and exits with status 2; after --help, --list and --version it exits with 0.
 */
void options_read(struct options *options, int argc, char **argv);
void options_print_help(FILE *to);
void options_print_usage(FILE *to);

/* Prints "zcxsk-bench: ..." and a newline on stderr; exits with status 2. */
__attribute__((noreturn, format(printf, 1, 2))) void options_fail(const char *format, ...);
/* True if a list of words, divided by the separator, has the word. The list may be NULL. */
bool has_word(const char *list, char separator, const char *word);
/* A decimal number; calls options_fail() for any other text. */
double parse_decimal(const char *option, const char *word, double min, double max);

#endif
