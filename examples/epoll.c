/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * epoll.c - an event loop that waits for packets, for Ctrl-C (a signalfd) and
 * for a timeout. It takes every ARP packet from queue 0 of an interface and
 * reports each second without one.
 *
 *   cc epoll.c $(pkg-config --cflags --libs libzcxsk) -o epoll
 *   ./epoll eth1
 *
 *   eth1 in zero-copy mode, Ctrl-C to stop
 *   3 packets
 *   nothing for a second
 *   ^Cstopped after 3 packets
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <zcxsk/zcxsk.h>

enum { BATCH = 64, DEADLINE_MS = 1000 };

static int fail(const struct zcxsk_error *error)
{
	char text[sizeof(*error)];

	zcxsk_error_format(error, text, sizeof(text));
	fprintf(stderr, "epoll: %s\n", text);
	return 1;
}

static int watch(int epoll, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/* Makes Ctrl-C readable from a descriptor. -1 on error. */
static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Empties the RX ring: one event may announce many packets. */
static uint64_t receive(struct zcxsk_socket *socket)
{
	struct zcxsk_packet packets[BATCH];
	uint64_t count = 0;
	uint32_t n;

	while ((n = zcxsk_rx_burst(socket, packets, BATCH)) > 0) {
		zcxsk_packet_release(socket, packets, n);
		count += n;
	}
	return count;
}

static uint64_t loop(struct zcxsk_socket *socket, int epoll, int signals)
{
	uint64_t total = 0;

	for (;;) {
		struct epoll_event event;
		int n = epoll_wait(epoll, &event, 1, DEADLINE_MS);
		uint64_t count;

		if (n < 0 && errno != EINTR)
			return total;
		if (n > 0 && event.data.fd == signals)
			return total;
		if (n > 0 && event.events & EPOLLERR)
			return total; /* the device is gone */
		count = receive(socket);
		if (count)
			printf("%" PRIu64 " packets\n", count);
		else if (!n)
			printf("nothing for a second\n");
		total += count;
	}
}

int main(int argc, char **argv)
{
	struct zcxsk_redirect_opts redirect;
	struct zcxsk_socket_opts opts;
	struct zcxsk_socket *socket;
	struct zcxsk_error error;
	int epoll = epoll_create1(EPOLL_CLOEXEC), signals = open_signals();

	if (argc != 2) {
		fprintf(stderr, "usage: epoll IFACE\n");
		return 2;
	}
	zcxsk_redirect_opts_init(&redirect);
	redirect.rules_text = "take arp";
	zcxsk_socket_opts_init(&opts);
	opts.flags = ZCXSK_SOCKET_RX_ONLY;
	opts.redirect_opts = &redirect;
	if (zcxsk_socket_open(&socket, argv[1], 0, &opts, &error))
		return fail(&error);
	if (watch(epoll, zcxsk_socket_fd(socket)) || watch(epoll, signals)) {
		perror("epoll");
		return 1;
	}
	printf("%s in %s mode, Ctrl-C to stop\n", argv[1],
	       zcxsk_mode_name(zcxsk_socket_mode(socket)));
	printf("stopped after %" PRIu64 " packets\n", loop(socket, epoll, signals));
	zcxsk_socket_close(socket);
	return 0;
}
