/* SPDX-License-Identifier: BSD-2-Clause */
/* scale_memory.h - the part of `scale` on rings in memory, without a device. */
#ifndef ZCXSK_BENCH_SCALE_MEMORY_H
#define ZCXSK_BENCH_SCALE_MEMORY_H

#include "case.h"

uint32_t scale_memory_turns(const struct plan *plan);
int scale_memory_run(const struct plan *plan);

#endif
