/* SPDX-License-Identifier: BSD-2-Clause */
/* rx.h - the part of receiving that closing a socket needs. */
#ifndef ZCXSK_LIB_DATAPATH_RX_H
#define ZCXSK_LIB_DATAPATH_RX_H

#include "datapath/socket.h"

/* Returns the frames of unread packets to the cache. */
void rx_collect(struct zcxsk_socket *s);

#endif
