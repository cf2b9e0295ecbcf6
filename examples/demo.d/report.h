/* SPDX-License-Identifier: BSD-2-Clause */
/* report.h - prints the result as tables, a verdict, and JSON. */
#ifndef DEMO_REPORT_H
#define DEMO_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "lost.h"
#include "rate.h"
#include "verify.h"

struct report {
	const char *sender; /* interface names */
	const char *receiver;
	enum zcxsk_mode promised; /* for both directions */
	const struct verify_result *verify;
	const struct rate_result *rate;
	const struct lost_result *lost; /* NULL: not measured */
};

/* Prints the tables, and a line for each failed check. True if none failed. */
bool report_print(FILE *out, const struct report *report);

/* Writes one JSON object. False if it could not be written. */
bool report_json(FILE *out, const struct report *report);

#endif
