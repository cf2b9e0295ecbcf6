/* SPDX-License-Identifier: BSD-2-Clause */
/* report.h - the results as an HTML page with plots. */
#ifndef ZCXSK_BENCH_REPORT_H
#define ZCXSK_BENCH_REPORT_H

#include <jansson.h>

#include "result.h"

/* Both: 0, or -1 with errno. */
int report_make_folder(const char *folder);
int report_write(const char *folder, const struct results *results, const json_t *machine);

#endif
