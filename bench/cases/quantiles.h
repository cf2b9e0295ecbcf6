/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quantiles.h - the distribution of times of a turn, as series: metric
 * PREFIX_p50, PREFIX_p99, ... in ns.
 */
#ifndef ZCXSK_BENCH_QUANTILES_H
#define ZCXSK_BENCH_QUANTILES_H

#include "sweep.h"

/*
 * Sorts the times and adds what they say. UINT64_MAX stands for a lost packet;
 * their share is PREFIX_lost. False when all were lost.
 */
bool quantiles_add(const struct entry *entry, const char *mode, const char *prefix,
		   uint64_t *times_ns, uint32_t count);

#endif
