/* SPDX-License-Identifier: BSD-2-Clause */
/* present.h - other XDP programs on the interface. */
#ifndef ZCXSK_LIB_REDIRECT_PRESENT_H
#define ZCXSK_LIB_REDIRECT_PRESENT_H

#include <stdbool.h>
#include <zcxsk/error.h>
#include <zcxsk/mode.h>

#include "nic/nic.h"

/* Modes in which the program runs inside the driver. */
#define REDIRECT_NATIVE_MODES ((uint32_t)(ZCXSK_MODE_ZERO_COPY | ZCXSK_MODE_NATIVE_COPY))

/*
 * Sets *dispatcher if libxdp's dispatcher is on the interface, and limits *modes to
 * those that work with it; first removes what killed processes have left in it. Fails with
 * -EBUSY if a foreign program is there. look_only: removes nothing.
 */
int redirect_find_present(struct nic *nic, bool look_only, bool *dispatcher, uint32_t *modes,
			  struct zcxsk_error *error);

/*
 * Whether the dispatcher is on the interface. If libxdp cannot create one, it
 * silently attaches the program alone, and nobody else could join.
 */
bool redirect_has_dispatcher(const struct nic *nic, bool generic);

#endif
