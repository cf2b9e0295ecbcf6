/* SPDX-License-Identifier: BSD-2-Clause */
/* options.h - what the user asked for on the command line, checked. */
#ifndef ZCXSK_BENCH_OPTIONS_H
#define ZCXSK_BENCH_OPTIONS_H

#include "case.h"

struct options {
	struct plan plan; /* without place and results */
	const struct bench_case *what;
	bool veth, guest;
	bool inside_guest;	  /* of the bench that the guest's harness has started */
	const char *guest_kernel; /* NULL = the harness's choice */
	const char *ifname, *peer;
	bool yes_default_route;
	const char *json, *csv, *report;
};

/*
 * Reads the command line of a case. On a mistake it names the value and the
 * limit and ends the program with status 2; --help, --list and --version end it
 * with status 0.
 */
void options_read(struct options *options, int argc, char **argv);

/* "zcxsk-bench: ..." and a line end on stderr; ends the program with status 2. */
__attribute__((noreturn, format(printf, 1, 2))) void options_fail(const char *format, ...);
/* A number of the command line; see options_fail() for any other text. */
uint64_t parse_number(const char *option, const char *word, uint64_t min, uint64_t max);
double parse_decimal(const char *option, const char *word, double min, double max);

#endif
