/* SPDX-License-Identifier: BSD-2-Clause */
/* compare.h - the subcommand that checks whether something became slower. */
#ifndef ZCXSK_BENCH_COMPARE_H
#define ZCXSK_BENCH_COMPARE_H

/* argv[0] is "compare". Returns the exit status. */
int compare_main(int argc, char **argv);

#endif
