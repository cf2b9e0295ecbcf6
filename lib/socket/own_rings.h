/* SPDX-License-Identifier: BSD-2-Clause */
/* own_rings.h - the frames in rings that the program works, when their queue ends. */
#ifndef ZCXSK_LIB_SOCKET_OWN_RINGS_H
#define ZCXSK_LIB_SOCKET_OWN_RINGS_H

#include "datapath/socket.h"

/* The queue is about to be closed: counts the frames that it has. */
void own_rings_end(struct zcxsk_socket *s);

/* A new queue has followed, which the kernel binds only after it has released the old one. */
void own_rings_begin(struct zcxsk_socket *s);

#endif
