/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * socket.h - the parts of opening a socket that are shared: on an interface, on a
 * caller-supplied kernel, and again after its queue died.
 */
#ifndef ZCXSK_LIB_SOCKET_SOCKET_H
#define ZCXSK_LIB_SOCKET_SOCKET_H

#include "datapath/socket.h"

/* Opens the queue of a socket. Returns 0, or -errno with everything undone. */
typedef int open_queue(struct zcxsk_socket *s, struct zcxsk_error *error);

/* A socket without interface and memory; NULL if out of memory. */
struct zcxsk_socket *socket_new(const struct zcxsk_socket_opts *opts,
				const struct zcxsk_kernel *kernel);

/*
 * Opens the queue and adds the socket to those of the UMEM, all under the UMEM's
 * lock.
 */
int socket_join_umem(struct zcxsk_socket *s, open_queue *open, struct zcxsk_error *error);
void socket_leave_umem(struct zcxsk_socket *s);

/*
 * As zcxsk_socket_open(), but plans with at most `share` of the free frames: others are to be
 * opened on the rest.
 */
int socket_open_sharing(struct zcxsk_socket **out, const char *ifname, uint32_t queue,
			uint64_t share, const struct zcxsk_socket_opts *opts,
			struct zcxsk_error *error);

/*
 * The two halves of that: checks the arguments and makes a socket; and opens it. After a failure
 * of the second one, socket_end() frees it, and adds to *error if the program stays attached.
 */
int socket_begin(struct zcxsk_socket **out, const char *ifname, uint32_t queue,
		 const struct zcxsk_socket_opts *opts, struct zcxsk_error *error);
int socket_open_begun(struct zcxsk_socket *s, const char *ifname, struct zcxsk_error *error);
uint32_t socket_end(struct zcxsk_socket *s, struct zcxsk_error *error);

/* Closes the service descriptor, if there is one. */
void socket_close_service(struct zcxsk_socket *s);

#endif
