/* SPDX-License-Identifier: BSD-2-Clause */
/* poll.c - the socket's file descriptor in an event loop: poll and epoll. */
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "check.h"
#include "rig.h"
#include "traffic.h"

#define PATIENCE_MS 20000
#define ROUNDS 100u

static int ready(int fd, short events, int timeout_ms)
{
	struct pollfd p = {.fd = fd, .events = events};
	int n = poll(&p, 1, timeout_ms);

	return n == 1 ? p.revents : n;
}

static void by_poll(struct zcxsk_socket *tx, struct zcxsk_socket *rx)
{
	CHECK_EQ("an idle receiver is not readable", ready(zcxsk_socket_fd(rx), POLLIN, 0), 0);
	CHECK("a sender with room is writable",
	      ready(zcxsk_socket_fd(tx), POLLOUT, PATIENCE_MS) & POLLOUT);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		traffic_send_all(tx, i, 1);
		CHECK("poll reports a packet",
		      ready(zcxsk_socket_fd(rx), POLLIN, PATIENCE_MS) & POLLIN);
		CHECK_EQ("the packet is received", traffic_receive(rx, i), 1);
		CHECK_EQ("poll reports nothing after that", ready(zcxsk_socket_fd(rx), POLLIN, 0),
			 0);
	}
}

static void by_epoll(struct zcxsk_socket *tx, struct zcxsk_socket *rx)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = rx};
	int loop = epoll_create1(EPOLL_CLOEXEC);

	CHECK("epoll", loop >= 0);
	CHECK_EQ("the descriptor can be watched",
		 epoll_ctl(loop, EPOLL_CTL_ADD, zcxsk_socket_fd(rx), &event), 0);
	CHECK_EQ("an idle receiver causes no event", epoll_wait(loop, &event, 1, 0), 0);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		traffic_send_all(tx, i, 1);
		CHECK_EQ("epoll reports a packet", epoll_wait(loop, &event, 1, PATIENCE_MS), 1);
		CHECK("epoll reports the right socket",
		      event.data.ptr == rx && event.events & EPOLLIN);
		CHECK_EQ("the packet is received", traffic_receive(rx, i), 1);
	}
	close(loop);
}

static void events(enum zcxsk_mode mode)
{
	struct zcxsk_socket *rx = rig_open_plain(rig_right(0), mode);
	struct zcxsk_socket *tx = rig_open_plain(rig_left(0), mode);

	by_poll(tx, rx);
	by_epoll(tx, rx);
	rig_check_quiet("frames are completed in an event loop", tx);
	zcxsk_socket_close(tx);
	zcxsk_socket_close(rx);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(events);
	return 0;
}
