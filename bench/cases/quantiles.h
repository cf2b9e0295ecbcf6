/* SPDX-License-Identifier: BSD-2-Clause */
/* quantiles.h - the distribution of a turn's times: PREFIX_p50, PREFIX_p99, ... in ns. */
#ifndef ZCXSK_BENCH_QUANTILES_H
#define ZCXSK_BENCH_QUANTILES_H

#include "sweep.h"

/*
 * Sorts the times and adds their quantiles. UINT64_MAX stands for a lost packet;
 * PREFIX_lost is the share of these. False if all were lost.
 */
bool quantiles_add(const struct entry *entry, const char *mode, const char *prefix,
		   uint64_t *times_ns, uint32_t count);

#endif
