/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xsk.h - one step of the ladder: a kernel socket with its registration and
 * rings, bound in one mode; made completely or undone completely.
 */
#ifndef ZCXSK_LIB_SOCKET_XSK_H
#define ZCXSK_LIB_SOCKET_XSK_H

#include "datapath/socket.h"

/*
 * Makes s's kernel socket in the given mode. s->redirect is attached in a way
 * that suits the mode. 0, or -errno with everything undone and *error filled.
 */
int xsk_open(struct zcxsk_socket *s, enum zcxsk_mode mode, struct zcxsk_error *error);

/* Our views of new rings, with frames posted on the fill ring. */
void xsk_take_rings(struct zcxsk_socket *s, const struct zcxsk_kernel_rings *rings);

/* No rings: every view is of an empty one, and what was out stays counted. */
void xsk_drop_rings(struct zcxsk_socket *s);

/* Unmaps the rings and closes the fd, in that order: the mappings hold it. */
void xsk_close(struct zcxsk_socket *s);

#endif
