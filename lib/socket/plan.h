/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plan.h - everything about a socket that is decided before the kernel is
 * asked: options, sizes, memory, limits.
 */
#ifndef ZCXSK_LIB_SOCKET_PLAN_H
#define ZCXSK_LIB_SOCKET_PLAN_H

#include "datapath/socket.h"

/* Checks options and puts the defaults in. 0 or -EINVAL with *error filled. */
int plan_options(struct zcxsk_socket_opts *opts, struct zcxsk_error *error);

/* Facts of the interface, ring sizes, memory, limits, records. */
int plan_socket(struct zcxsk_socket *s, const char *ifname, struct zcxsk_error *error);

/* The part of it that needs no interface; ring sizes are in s->setup.info. */
int plan_data_path(struct zcxsk_socket *s, struct zcxsk_error *error);

/* Bytes of a frame for this memory: large enough for the MTU, if not said; 0 = default. */
uint32_t plan_frame_size(const struct zcxsk_umem_opts *u, const struct nic *nic);

/* Frees what was made, however far it got. */
void plan_undo(struct zcxsk_socket *s);

#endif
