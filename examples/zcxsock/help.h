/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * help.h - the text of --help.
 */
#ifndef ZCXSOCK_HELP_H
#define ZCXSOCK_HELP_H

#include <stdio.h>

void help_print_usage(FILE *to);
void help_print(FILE *to);

#endif
