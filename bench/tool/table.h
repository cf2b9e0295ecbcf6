/* SPDX-License-Identifier: BSD-2-Clause */
/* table.h - the results as text for people, and as CSV. */
#ifndef ZCXSK_BENCH_TABLE_H
#define ZCXSK_BENCH_TABLE_H

#include <stdio.h>

#include "result.h"

enum { FORMAT_BYTES = 32 };

void table_print(FILE *to, const struct results *results);
/* One line for each series. */
void table_print_csv(FILE *to, const struct results *results);
/* The subcommand `compare`; argv[0] is its name. Returns the exit status. */
int compare_main(int argc, char **argv);
/* "1,234,567" from 1000 on, "12.35" below, "0" for zero. */
void table_format(char text[FORMAT_BYTES], double value);

#endif
