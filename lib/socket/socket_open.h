/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * socket_open.h - the parts of opening that other ways of opening share: on an
 * interface, on a kernel of the caller's, and once more after a dead queue.
 */
#ifndef ZCXSK_LIB_SOCKET_SOCKET_OPEN_H
#define ZCXSK_LIB_SOCKET_SOCKET_OPEN_H

#include "datapath/socket.h"

/* Makes the queue of a socket. 0 or -errno with everything undone. */
typedef int open_queue(struct zcxsk_socket *s, struct zcxsk_error *error);

/* A socket that is planned for nothing yet; NULL without memory. */
struct zcxsk_socket *socket_new(const struct zcxsk_socket_opts *opts,
				const struct zcxsk_kernel *kernel);

/*
 * Joins the sockets of the UMEM, under its lock from before the queue is made
 * to after it.
 */
int socket_join_umem(struct zcxsk_socket *s, open_queue *open, struct zcxsk_error *error);
void socket_leave_umem(struct zcxsk_socket *s);

#endif
