/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plain_socket.h - a socket whose rings are in ordinary memory, to test the data path
 * without a kernel: the test plays the kernel's part. Indices start just below the 32-bit
 * wrap.
 */
#ifndef TESTS_SUPPORT_PLAIN_SOCKET_H
#define TESTS_SUPPORT_PLAIN_SOCKET_H

#include "datapath/socket.h"

#define PLAIN_FRAMES 256u
#define PLAIN_RING 64u
#define PLAIN_START (UINT32_MAX - 3) /* three steps before the indices wrap */

struct plain_ring {
	uint32_t producer;
	uint32_t consumer;
	uint32_t flags;
	struct xdp_desc entries[PLAIN_RING]; /* rings of addresses use half of it */
	struct xdp_desc beyond[PLAIN_RING];  /* valid descriptors, so that reading past the end
						causes failures */
};

struct plain_socket {
	struct zcxsk_socket s;
	struct plain_ring rx, fill, tx, comp;
};

/* Opens a socket with a UMEM of PLAIN_FRAMES frames of 2048 bytes. */
void plain_open(struct plain_socket *p, uint32_t pool_flags);
void plain_close(struct plain_socket *p);

/* Views over the four rings, for tests of the rings themselves. */
struct zcxsk_ring_prod plain_prod(struct plain_ring *r);
struct zcxsk_ring_cons plain_cons(struct plain_ring *r);

/* The kernel's part: takes n descriptors from the TX ring and completes them in order. */
uint32_t plain_kernel_sends(struct plain_socket *p, uint32_t n);
/* The kernel's part: takes n frames from the fill ring and delivers packets of len bytes. */
uint32_t plain_kernel_receives(struct plain_socket *p, uint32_t n, uint32_t len);

/* Number of frames that the application has. */
int64_t plain_in_application(struct plain_socket *p);

/* Sum of the places of frames in the statistics, which must always be all frames. */
uint64_t plain_accounted(struct plain_socket *p);

#endif
