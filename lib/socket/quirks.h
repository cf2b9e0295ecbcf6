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

#endif
