/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xsk.h - a kernel socket with its registration and rings, bound in one mode: it is
 * opened completely or not at all.
 */
#ifndef ZCXSK_LIB_SOCKET_XSK_H
#define ZCXSK_LIB_SOCKET_XSK_H

#include "datapath/socket.h"

/*
 * Opens the kernel socket of s in the given mode; s->redirect must be attached as the
 * mode needs, or NULL if it needs none. Returns 0, or -errno with everything undone and *error
 * filled.
 */
int xsk_open(struct zcxsk_socket *s, enum zcxsk_mode mode, struct zcxsk_error *error);

/* Starts using new rings, and posts frames on the fill ring. */
void xsk_take_rings(struct zcxsk_socket *s, const struct zcxsk_kernel_rings *rings);

/* Stops using the rings: every view shows an empty ring. Frames in flight stay counted. */
void xsk_drop_rings(struct zcxsk_socket *s);

/* Only the views: every one shows an empty ring without entries. */
void xsk_view_no_rings(struct zcxsk_socket *s);

/* Unmaps the rings, then closes the descriptor: mappings hold references to the socket. */
void xsk_close(struct zcxsk_socket *s);

#endif
