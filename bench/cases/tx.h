/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tx.h - sending, as other cases vary it.
 */
#ifndef ZCXSK_BENCH_TX_H
#define ZCXSK_BENCH_TX_H

#include "sweep.h"

extern const struct sweep sweep_tx;

#endif
