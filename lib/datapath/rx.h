/* SPDX-License-Identifier: BSD-2-Clause */
/* rx.h - the part of receiving that closing a socket needs. */
#ifndef ZCXSK_LIB_DATAPATH_RX_H
#define ZCXSK_LIB_DATAPATH_RX_H

#include "datapath/socket.h"

/* Puts the frames of packets that nobody will take any more into the cache. */
void rx_collect(struct zcxsk_socket *s);

#endif
