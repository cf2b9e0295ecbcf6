/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * waits.h - a sweep with each way of waiting: asleep until the kernel wakes
 * (need_wakeup), busy polling the device, spinning on the rings. If the user
 * has asked for one, only that one.
 */
#ifndef ZCXSK_BENCH_WAITS_H
#define ZCXSK_BENCH_WAITS_H

#include "sweep.h"

enum { WAITS = 3 };

/* The plan with each way of waiting. Returns how many there are. */
uint32_t waits_list(const struct plan *plan, struct plan plans[WAITS]);
uint32_t waits_turns(const struct plan *plan, const struct sweep *sweep);
int waits_run(const struct plan *plan, const struct sweep *sweep);

#endif
