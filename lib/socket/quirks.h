/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quirks.h - settings with which a driver accepts a mode that then does not work, so
 * the library refuses it.
 */
#ifndef ZCXSK_LIB_SOCKET_QUIRKS_H
#define ZCXSK_LIB_SOCKET_QUIRKS_H

#include "datapath/socket.h"

/* Call before trying the mode. Returns 0, or -EOPNOTSUPP with *error filled. */
int quirks_check(const struct zcxsk_socket *s, enum zcxsk_mode mode, struct zcxsk_error *error);

/*
 * Whether the driver runs a program only on queues that existed when it was attached.
 * Packets on newer queues bypass the program until it is attached again. veth does
 * this, at least up to Linux 6.18.
 */
bool quirks_new_queues_lack_program(const struct nic *nic);

#endif
