/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop.c - sleeps in epoll instead of in the library.
 */
#include "loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "clock.h"

#define DESCRIPTORS 2

static int watch(const struct loop *l, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.fd = fd};

	return epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

int loop_open(struct loop *l, struct zcxsk_socket *socket)
{
	struct zcxsk_socket_info info;
	int ret;

	zcxsk_socket_info_init(&info);
	ret = zcxsk_socket_read_info(socket, &info);
	if (ret)
		return ret;
	l->socket = socket;
	l->half_ring = info.tx_ring_size / 2;
	l->watchdog = zcxsk_watchdog_fd(socket);
	if (l->watchdog < 0)
		return l->watchdog;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	return l->epoll < 0 ? -errno : watch(l, l->watchdog, EPOLLIN);
}

void loop_close(struct loop *l)
{
	if (l->epoll > 0)
		close(l->epoll);
}

int loop_sleep(struct loop *l, bool for_room, uint64_t ns)
{
	struct timespec t = {(time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S)};
	struct epoll_event events[DESCRIPTORS];
	int socket = zcxsk_socket_fd(l->socket), n;

	/*
	 * The kernel reports EPOLLOUT while the ring is at least half empty. Then
	 * completions are missing, which only the watchdog's descriptor reports, and
	 * a writable socket in the set would end every sleep.
	 */
	for_room = for_room && zcxsk_tx_flush(l->socket) > l->half_ring;
	if (for_room && (n = watch(l, socket, EPOLLOUT)))
		return n;
	n = epoll_pwait2(l->epoll, events, DESCRIPTORS, &t, NULL);
	if (n < 0)
		n = -errno;
	if (for_room)
		epoll_ctl(l->epoll, EPOLL_CTL_DEL, socket, NULL);
	for (int i = 0; i < n; i++)
		if (events[i].data.fd == l->watchdog)
			return zcxsk_watchdog_run(l->socket);
	return n < 0 ? n : 0;
}
