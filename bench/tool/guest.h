/* SPDX-License-Identifier: BSD-2-Clause */
/* guest.h - --guest: boots the virtual machine of the source tree and runs the bench in it. */
#ifndef ZCXSK_BENCH_GUEST_H
#define ZCXSK_BENCH_GUEST_H

#include <jansson.h>

#include "options.h"

/* 0, or -errno after reporting the reason. */
int guest_measure(const struct options *options, struct results *results, json_t **machine);

#endif
