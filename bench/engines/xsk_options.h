/* SPDX-License-Identifier: BSD-2-Clause */
/* xsk_options.h - busy polling of an AF_XDP socket, as the kernel's documentation sets it up. */
#ifndef ZCXSK_BENCH_XSK_OPTIONS_H
#define ZCXSK_BENCH_XSK_OPTIONS_H

#include <stdbool.h>
#include <sys/socket.h>

/* For C library headers older than the kernel. */
#ifndef SO_PREFER_BUSY_POLL
#define SO_PREFER_BUSY_POLL 69
#endif
#ifndef SO_BUSY_POLL_BUDGET
#define SO_BUSY_POLL_BUDGET 70
#endif

/*
 * If the kernel refuses an option, the socket stays on interrupts. Preferred busy
 * polling replaces the kick by a poll of the RX NAPI. With a separate TX NAPI, as
 * on virtio-net, nothing would be sent, so it is for receiving only.
 */
static inline void xsk_busy_poll(int fd, bool sends)
{
	int prefer = !sends;
	int us = 20;	 /* each receive call polls this long; the documentation's value */
	int budget = 64; /* packets a poll, a NAPI weight */

	(void)setsockopt(fd, SOL_SOCKET, SO_PREFER_BUSY_POLL, &prefer, sizeof(prefer));
	(void)setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL, &us, sizeof(us));
	(void)setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL_BUDGET, &budget, sizeof(budget));
}

#endif
