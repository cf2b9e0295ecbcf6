/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * epoll_send.c - a sender in an event loop: sends a packet every 100 ms for a
 * second and sleeps in between. The loop also waits for the socket's service
 * descriptor. zcxsk_socket_service() then sends small batches and collects
 * completions, even if the card's interrupts are lost.
 *
 *   cc epoll_send.c $(pkg-config --cflags --libs libzcxsk) -o epoll_send
 *   ./epoll_send eth1
 *
 *   eth1 in zero-copy mode
 *   1 sent, 1 completed
 *   2 sent, 2 completed
 *   ...
 *   10 sent, 10 completed
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <zcxsk/zcxsk.h>

enum { COUNT = 10, PERIOD_NS = 100 * 1000 * 1000, TICKS_MAX = 2 * COUNT, PACKET_BYTES = 60 };
enum { EVENTS = 16 }; /* room for one of each type */

struct progress {
	uint32_t ticks;
	uint32_t sent;
	uint32_t completed;
};

/* Broadcast, locally administered source, EtherType 0x88B5 (local experiments), zeroes. */
static const unsigned char packet[PACKET_BYTES] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02,
						   0x00, 0x00, 0x00, 0x00, 0x01, 0x88, 0xb5};

static int fail(const struct zcxsk_error *error)
{
	char text[sizeof(*error)];

	zcxsk_error_format(error, text, sizeof(text));
	fprintf(stderr, "epoll_send: %s\n", text);
	return 1;
}

static int watch(int epoll, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/* The other event source of this loop. */
static int open_clock(void)
{
	struct itimerspec period = {.it_value.tv_nsec = PERIOD_NS,
				    .it_interval.tv_nsec = PERIOD_NS};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	timerfd_settime(fd, 0, &period, NULL);
	return fd;
}

/* Sends the next packet, if one is left and the ring has room. 0 or -errno. */
static int tick(struct zcxsk_socket *socket, int clock, struct progress *p)
{
	uint64_t periods;
	int ret;

	if (read(clock, &periods, sizeof(periods)) < 0)
		return 0;
	if (++p->ticks > TICKS_MAX)
		return -ETIMEDOUT;
	if (p->sent == COUNT)
		return 0;
	ret = zcxsk_tx_send(socket, packet, sizeof(packet));
	p->sent += !ret;
	return ret == -EAGAIN ? 0 : ret;
}

/* Lets the library do what is due. 0, or -ENXIO if the device is gone. */
static int serve(struct zcxsk_socket *socket)
{
	struct zcxsk_event events[EVENTS];
	uint32_t n;

	zcxsk_socket_service(socket, events, EVENTS, &n);
	return zcxsk_socket_status(socket) == -ENXIO ? -ENXIO : 0;
}

static int loop(struct zcxsk_socket *socket, int epoll, int clock)
{
	struct progress p = {0};
	uint32_t printed = 0;

	while (printed < COUNT) {
		struct epoll_event event;
		int n = epoll_wait(epoll, &event, 1, -1), ret;

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0 && event.data.fd == clock)
			ret = tick(socket, clock, &p);
		else
			ret = serve(socket);
		if (ret)
			return ret;
		p.completed = p.sent - zcxsk_tx_outstanding(socket);
		if (p.completed > printed)
			printf("%" PRIu32 " sent, %" PRIu32 " completed\n", p.sent, p.completed);
		printed = p.completed;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct zcxsk_socket_opts opts;
	struct zcxsk_socket *socket;
	struct zcxsk_error error;
	int epoll = epoll_create1(EPOLL_CLOEXEC), clock = open_clock(), ret;

	if (argc != 2) {
		fprintf(stderr, "usage: epoll_send IFACE\n");
		return 2;
	}
	zcxsk_socket_opts_init(&opts);
	opts.flags = ZCXSK_SOCKET_TX_ONLY;
	if (zcxsk_socket_open(&socket, argv[1], 0, &opts, &error))
		return fail(&error);
	printf("%s in %s mode\n", argv[1], zcxsk_mode_name(zcxsk_socket_mode(socket)));
	if (watch(epoll, zcxsk_socket_service_fd(socket)) || watch(epoll, clock)) {
		perror("epoll_send");
		return 1;
	}
	ret = loop(socket, epoll, clock);
	if (ret)
		fprintf(stderr, "epoll_send: %s\n", zcxsk_errno_name(ret));
	zcxsk_socket_close(socket);
	return ret ? 1 : 0;
}
