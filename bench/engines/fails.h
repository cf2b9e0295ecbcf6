/* SPDX-License-Identifier: BSD-2-Clause */
/* fails.h - how an engine says why it cannot. */
#ifndef ZCXSK_BENCH_FAILS_H
#define ZCXSK_BENCH_FAILS_H

enum { WHY_BYTES = 200 };

/* Fills `why` with the step and the errno's words; returns -error. */
int engine_fails(char *why, const char *step, int error);

#endif
