/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop.h - an event loop of the tool's own, as in a program that waits for
 * other things too: epoll on the descriptor of the library's watchdog and, for
 * room, on the socket.
 */
#ifndef ZCXSOCK_LOOP_H
#define ZCXSOCK_LOOP_H

#include <stdbool.h>
#include <zcxsk/zcxsk.h>

struct loop {
	struct zcxsk_socket *socket;
	int epoll;
	int watchdog;	    /* its descriptor */
	uint32_t half_ring; /* entries of the TX ring */
};

/* 0 or -errno. */
int loop_open(struct loop *l, struct zcxsk_socket *socket);
void loop_close(struct loop *l);

/*
 * Sleeps until the watchdog wants to run, which it then does, until ns are over
 * or, for_room, until the TX ring is half empty. What zcxsk_watchdog_run() came
 * back with, -EINTR, or 0.
 */
int loop_sleep(struct loop *l, bool for_room, uint64_t ns);

#endif
