/* SPDX-License-Identifier: BSD-2-Clause */
/* promiscuous.h - promiscuous mode for as long as a socket is open. */
#ifndef ZCXSK_LIB_SOCKET_PROMISCUOUS_H
#define ZCXSK_LIB_SOCKET_PROMISCUOUS_H

#include "datapath/socket.h"

/* Joins if the options request it. Returns 0, or -errno with *error filled. */
int promiscuous_join(struct zcxsk_socket *s, struct zcxsk_error *error);
void promiscuous_leave(struct zcxsk_socket *s);

#endif
