/* SPDX-License-Identifier: BSD-2-Clause */
/* table.h - the results for people. */
#ifndef ZCXSK_BENCH_TABLE_H
#define ZCXSK_BENCH_TABLE_H

#include <stdio.h>

#include "result.h"

void table_print(FILE *to, const struct results *results);

#endif
