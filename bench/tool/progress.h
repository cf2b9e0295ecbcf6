/* SPDX-License-Identifier: BSD-2-Clause */
/* progress.h - the part of progress.c that is main's. */
#ifndef ZCXSK_BENCH_PROGRESS_H
#define ZCXSK_BENCH_PROGRESS_H

void progress_catch_signals(void);
/* The signal that asked for the end, 0 = none. */
int progress_signal(void);

#endif
