/* SPDX-License-Identifier: BSD-2-Clause */
/* inherited.h - a socket in a child of the process that opened it. */
#ifndef ZCXSK_LIB_SOCKET_INHERITED_H
#define ZCXSK_LIB_SOCKET_INHERITED_H

#include "datapath/socket.h"

/*
 * The handler for fork_register(): closes the child's descriptors, and leaves a socket
 * without ends, on which no call reaches what belongs to the parent.
 */
void inherited_in_child(void *socket);

/* 0, or -EOWNERDEAD with *error filled if the options contain a parent's objects. */
int inherited_check_opts(const struct zcxsk_socket_opts *opts, struct zcxsk_error *error);

#endif
