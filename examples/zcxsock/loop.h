/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop.h - the tool's own event loop, like that of a program with other event
 * sources: epoll on the library's watchdog descriptor and, to wait for room in the
 * TX ring, on the socket.
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
 * Sleeps until the watchdog is due, which it then runs, until ns are over or, with
 * for_room, until the TX ring is half empty. Returns the result of
 * zcxsk_watchdog_run(), -EINTR, or 0.
 */
int loop_sleep(struct loop *l, bool for_room, uint64_t ns);

#endif
