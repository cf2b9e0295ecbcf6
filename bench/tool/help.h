/* SPDX-License-Identifier: BSD-2-Clause */
/* help.h - the texts of --help and --list. */
#ifndef ZCXSK_BENCH_HELP_H
#define ZCXSK_BENCH_HELP_H

#include <stdio.h>

void help_print_usage(FILE *to);
void help_print(FILE *to);
void help_print_list(FILE *to);

#endif
