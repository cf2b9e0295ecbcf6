/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json.h - the results as one JSON object, and back. zcxsk-bench(1) describes
 * the object.
 */
#ifndef ZCXSK_BENCH_JSON_H
#define ZCXSK_BENCH_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "result.h"

/* schema, machine, results, ratios. Takes a reference of machine, which may be NULL. NULL without
 * memory. */
json_t *json_of_results(const struct results *results, json_t *machine);
/* The results of such an object; false when it is none, with `why` filled. */
bool json_read_results(const json_t *object, struct results *results, char *why);
/* Reads a file that --json has written. NULL with `why` filled (200 bytes). */
json_t *json_load_results(const char *path, struct results *results, char *why);
/* Our engine against each other one that was measured in the same rounds. */
void json_each_ratio(const struct results *results,
		     void (*tell)(void *context, const struct series *ours,
				  const struct series *against, const struct ratio *ratio),
		     void *context);

#endif
