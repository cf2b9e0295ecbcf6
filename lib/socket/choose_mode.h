/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * choose_mode.h - the choice of a socket's mode: the allowed modes are tried in
 * order, zero-copy first, until one works or an error is final.
 */
#ifndef ZCXSK_LIB_SOCKET_CHOOSE_MODE_H
#define ZCXSK_LIB_SOCKET_CHOOSE_MODE_H

#include "datapath/socket.h"

/*
 * Binds the socket in the best allowed mode. s must have its interface facts, memory
 * and ring sizes; then it has fd, rings, mode and redirect. The caller holds the
 * UMEM's lock. Returns 0, or -errno with the error of the best mode and everything
 * undone.
 */
int choose_mode(struct zcxsk_socket *s, struct zcxsk_error *error);

/* Whether every other mode would fail for the same reason. */
bool choose_is_final(int code);

/* The index of a mode in s->setup.refusals. */
unsigned choose_index(enum zcxsk_mode mode);

#endif
