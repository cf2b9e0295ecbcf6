/* SPDX-License-Identifier: BSD-2-Clause */
/* compare.h - the subcommand that tells whether something got slower. */
#ifndef ZCXSK_BENCH_COMPARE_H
#define ZCXSK_BENCH_COMPARE_H

/* argv[0] is "compare". The exit status. */
int compare_main(int argc, char **argv);

#endif
