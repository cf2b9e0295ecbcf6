/* SPDX-License-Identifier: BSD-2-Clause */
/* json.h - results as a JSON object, which zcxsk-bench(1) describes, and back. */
#ifndef ZCXSK_BENCH_JSON_H
#define ZCXSK_BENCH_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "place.h"
#include "result.h"

/* Takes a reference to machine, which may be NULL. NULL if out of memory. */
json_t *json_of_results(const struct results *results, json_t *machine);
/* Reads a file written by --json. NULL with `why` filled (WHY_BYTES). */
json_t *json_load_results(const char *path, struct results *results, char *why);
/* Describes the machine; place may be NULL. NULL if out of memory. */
json_t *machine_describe(const struct place *place);

#endif
