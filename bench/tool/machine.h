/* SPDX-License-Identifier: BSD-2-Clause */
/* machine.h - the machine that was measured on, for whoever reads the figures. */
#ifndef ZCXSK_BENCH_MACHINE_H
#define ZCXSK_BENCH_MACHINE_H

#include <jansson.h>

#include "place.h"

/* What could be found out; place may be NULL. NULL without memory. */
json_t *machine_describe(const struct place *place);

#endif
