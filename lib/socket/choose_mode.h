/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * choose_mode.h - the ways down from zero-copy: which mode is tried after which,
 * what makes a refusal final, and the binding of one socket in one mode.
 */
#ifndef ZCXSK_LIB_SOCKET_CHOOSE_MODE_H
#define ZCXSK_LIB_SOCKET_CHOOSE_MODE_H

#include "datapath/socket.h"

/*
 * Binds the socket in the best allowed mode. s has its interface facts, memory
 * and ring sizes; afterwards it has fd, rings, mode and redirect. The UMEM's
 * lock is held by the caller. 0 or -errno with the explanation of the best
 * step; then s holds nothing that it did not hold before.
 */
int choose_climb(struct zcxsk_socket *s, struct zcxsk_error *error);

/* Reasons that are the same on every step, so that going on is no use. */
bool choose_is_final(int code);

/* Index of a mode in zcxsk_socket.refusals. */
unsigned choose_step(enum zcxsk_mode mode);

#endif
