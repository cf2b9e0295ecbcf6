/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plain_socket.h - a socket whose rings lie in ordinary memory, so that the
 * data path can be tested without a kernel: the test plays the kernel's part
 * by hand. Indices start just below the 32-bit wrap.
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
	struct xdp_desc entries[PLAIN_RING]; /* addresses alone use half of it */
	struct xdp_desc beyond[PLAIN_RING];  /* looks right, so that reading on does harm */
};

struct plain_socket {
	struct zcxsk_socket s;
	struct plain_ring rx, fill, tx, comp;
};

/* Makes one with a UMEM of PLAIN_FRAMES frames of 2048 bytes. */
void plain_open(struct plain_socket *p, uint32_t pool_flags);
void plain_close(struct plain_socket *p);

/* Views over the four rings, for tests of the rings themselves. */
struct zcxsk_ring_prod plain_prod(struct plain_ring *r);
struct zcxsk_ring_cons plain_cons(struct plain_ring *r);

/* The kernel's part: take n descriptors off TX and complete them, in order. */
uint32_t plain_kernel_sends(struct plain_socket *p, uint32_t n);
/* The kernel's part: take n frames off fill and deliver packets of len bytes. */
uint32_t plain_kernel_receives(struct plain_socket *p, uint32_t n, uint32_t len);

/* Frames that the application has. */
int64_t plain_in_application(struct plain_socket *p);

/* Frames by the ledger of places in the stats, which must always be all. */
uint64_t plain_accounted(struct plain_socket *p);

#endif
