/* SPDX-License-Identifier: BSD-2-Clause */
/* csv.h - the results as CSV, one line a series. */
#ifndef ZCXSK_BENCH_CSV_H
#define ZCXSK_BENCH_CSV_H

#include <stdio.h>

#include "result.h"

void csv_print(FILE *to, const struct results *results);

#endif
