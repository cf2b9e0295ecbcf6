/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop.c - sleeps in epoll instead of in the library.
 */
#include "loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "clock.h"

#define EVENTS 16 /* more than there are types */

int loop_open(struct loop *l, struct zcxsk_socket *socket)
{
	struct epoll_event event = {.events = EPOLLIN};
	int fd = zcxsk_socket_service_fd(socket);

	if (fd < 0)
		return fd;
	l->socket = socket;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll < 0)
		return -errno;
	return epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

void loop_close(struct loop *l)
{
	if (l->epoll > 0)
		close(l->epoll);
}

int loop_serve(struct zcxsk_socket *socket)
{
	struct zcxsk_event events[EVENTS];
	uint32_t n;
	int status;

	/* The status has it all: the tool has no use for the single changes. */
	zcxsk_socket_service(socket, events, EVENTS, &n);
	status = zcxsk_socket_status(socket);
	return status == -ENXIO || status == -ENETDOWN ? status : 0;
}

int loop_sleep(struct loop *l, bool for_room, uint64_t ns)
{
	struct timespec t = {(time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S)};
	struct epoll_event event;
	int n;

	if (for_room)
		zcxsk_tx_flush(l->socket);
	n = epoll_pwait2(l->epoll, &event, 1, &t, NULL);
	if (n < 0)
		return -errno;
	return n ? loop_serve(l->socket) : 0;
}
