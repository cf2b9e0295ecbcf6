/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xsk_options.h - what libxdp's loop and the library's are both given: busy
 * polling of an AF_XDP socket, as the kernel's documentation sets it up.
 */
#ifndef ZCXSK_BENCH_XSK_OPTIONS_H
#define ZCXSK_BENCH_XSK_OPTIONS_H

#include <stdbool.h>
#include <sys/socket.h>

/* Of newer kernels than the C library's headers may be. */
#ifndef SO_PREFER_BUSY_POLL
#define SO_PREFER_BUSY_POLL 69
#endif
#ifndef SO_BUSY_POLL_BUDGET
#define SO_BUSY_POLL_BUDGET 70
#endif

/*
 * What is refused leaves the socket on interrupts. Preferred busy polling
 * replaces the kick by a poll of the receive NAPI. Where sending has a NAPI of
 * its own, as on virtio-net, nothing would leave: it is for receiving alone.
 */
static inline void xsk_busy_poll(int fd, bool sends)
{
	int prefer = !sends;
	int us = 20;	 /* each receive call polls that long; the documentation's value */
	int budget = 64; /* packets a poll, a NAPI weight */

	(void)setsockopt(fd, SOL_SOCKET, SO_PREFER_BUSY_POLL, &prefer, sizeof(prefer));
	(void)setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL, &us, sizeof(us));
	(void)setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL_BUDGET, &budget, sizeof(budget));
}

#endif
