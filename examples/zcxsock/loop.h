/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop.h - the tool's own event loop, like that of a program with other event
 * sources: epoll on the service descriptor of the socket.
 */
#ifndef ZCXSOCK_LOOP_H
#define ZCXSOCK_LOOP_H

#include <stdbool.h>
#include <zcxsk/zcxsk.h>

struct loop {
	struct zcxsk_socket *socket;
	int epoll;
};

/* 0 or -errno. */
int loop_open(struct loop *l, struct zcxsk_socket *socket);
void loop_close(struct loop *l);

/*
 * Sleeps until the service is due, which it then calls, or until ns are over; with
 * for_room it kicks first. Returns the result of loop_serve(), -EINTR, or 0.
 */
int loop_sleep(struct loop *l, bool for_room, uint64_t ns);

/* Calls the service of a socket. -ENXIO and -ENETDOWN if that is its status, else 0. */
int loop_serve(struct zcxsk_socket *socket);

#endif
