/* SPDX-License-Identifier: BSD-2-Clause */
/* present.h - what stands on an interface before and beside our program. */
#ifndef ZCXSK_LIB_REDIRECT_PRESENT_H
#define ZCXSK_LIB_REDIRECT_PRESENT_H

#include <stdbool.h>
#include <zcxsk/error.h>
#include <zcxsk/mode.h>

#include "nic/nic.h"

/* Modes whose packets reach the socket from inside the driver. */
#define REDIRECT_NATIVE_MODES ((uint32_t)(ZCXSK_MODE_ZERO_COPY | ZCXSK_MODE_NATIVE_COPY))

/*
 * Finds out by what way to go: *dispatcher is set when libxdp's dispatcher is
 * on the interface, and *modes cut down to what goes with it. libxdp itself is
 * not asked: its 1.3 keeps a file of every other program that it looks at.
 */
int redirect_look_around(const struct nic *nic, bool *dispatcher, uint32_t *modes,
			 struct zcxsk_error *error);

/*
 * libxdp puts a program alone on the interface, without saying so, when it
 * cannot make a dispatcher: nobody else could then be attached.
 */
bool redirect_dispatcher_is_there(const struct nic *nic, bool generic);

#endif
