/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plan.h - the preparation of a socket before the kernel is involved: options, sizes,
 * memory, limits.
 */
#ifndef ZCXSK_LIB_SOCKET_PLAN_H
#define ZCXSK_LIB_SOCKET_PLAN_H

#include "datapath/socket.h"

/* Entries of a ring; for larger ones old kernels cannot allocate the memory. */
#define PLAN_RING_MAX 65536u

/* Bytes of frames by default, and if the MTU is too large for these. */
#define PLAN_FRAME_SIZE 2048u
#define PLAN_FRAME_SIZE_LARGE 4096u

/* Checks options and fills in the defaults. 0 or -EINVAL with *error filled. */
int plan_options(struct zcxsk_socket_opts *opts, struct zcxsk_error *error);

/* Reads the interface, and chooses the sizes of the rings for sending. */
int plan_interface(struct zcxsk_socket *s, const char *ifname, struct zcxsk_error *error);

/* Number of frames of memory with these options, for a socket with these options. */
uint64_t plan_umem_frames(const struct zcxsk_umem_opts *u, const struct zcxsk_socket_opts *opts,
			  const struct nic *nic);

/* Reads the interface, chooses ring sizes and limits, gets memory and records. */
int plan_socket(struct zcxsk_socket *s, const char *ifname, struct zcxsk_error *error);

/* Whether received packets of the MTU fit into frames: 0, or -EMSGSIZE with *error filled. */
int plan_check_mtu(const struct zcxsk_socket *s, enum zcxsk_mode mode, struct zcxsk_error *error);

/* The part of plan_socket() after the ring sizes, which needs no interface. */
int plan_data_path(struct zcxsk_socket *s, struct zcxsk_error *error);

/* The frame size in bytes: as in the options, else large enough for the MTU; 0 = default. */
uint32_t plan_frame_size(const struct zcxsk_umem_opts *u, const struct zcxsk_socket_opts *o,
			 const struct nic *nic);

/* Bytes: the smallest frames without headroom that hold the packets of an interface. */
uint32_t plan_frame_size_needed(const struct zcxsk_socket_opts *o, const struct nic *nic);

/* Undoes plan_socket(), however far it got. */
void plan_undo(struct zcxsk_socket *s);

#endif
