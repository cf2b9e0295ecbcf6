/* SPDX-License-Identifier: BSD-2-Clause */
/* abandoned.h - programs of ended processes in libxdp's dispatcher. */
#ifndef ZCXSK_LIB_REDIRECT_ABANDONED_H
#define ZCXSK_LIB_REDIRECT_ABANDONED_H

#include <stdbool.h>

#include "nic/nic.h"

/* The kernel's name of our program. */
#define REDIRECT_PROGRAM "zcxsk_redirect"

/*
 * Ties an attached program to this process. Returns a descriptor, which is to be closed
 * after the program is detached, or -1 if that is not possible: such a program is never
 * removed as abandoned.
 */
int abandoned_tie(int program_fd);

/*
 * Removes our programs whose process has ended from the dispatcher on the interface, and
 * the dispatcher, if nothing else is in it. Returns true if it has removed any.
 */
bool abandoned_remove(const struct nic *nic);

#endif
