/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quirks.h - settings of a driver under which a mode can be had and then does
 * not work: nothing refuses, so the library does.
 */
#ifndef ZCXSK_LIB_SOCKET_QUIRKS_H
#define ZCXSK_LIB_SOCKET_QUIRKS_H

#include "datapath/socket.h"

/* 0, or -EOPNOTSUPP with the explanation, before anything was tried. */
int quirks_check(const struct zcxsk_socket *s, enum zcxsk_mode mode, struct zcxsk_error *error);

/*
 * Drivers that run a program only on the queues that were there when it was
 * attached: packets of later ones pass, past the program, until it is attached
 * again. veth up to 6.18 at least.
 */
bool quirks_new_queues_lack_program(const struct nic *nic);

#endif
