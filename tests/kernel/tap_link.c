/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tap_link.c - creates pairs of tap interfaces, and passes what leaves one end to the other. Runs
 * in the background until it is killed.
 *
 *   tap_link A B [C D]
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "check.h"

#define ENDS 4
#define PACKET_MAX 65536

static int open_tap(const char *ifname)
{
	struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	CHECK("a tap interface", fd >= 0 && !ioctl(fd, TUNSETIFF, &ifr));
	return fd;
}

/* An interface that is down takes no packets: they are lost, as on a wire. */
static void pass_on(int from, int to)
{
	static char packet[PACKET_MAX];
	ssize_t length;

	while ((length = read(from, packet, sizeof(packet))) > 0)
		if (write(to, packet, (size_t)length) < 0 && errno == EBADFD)
			exit(1);
}

static void run(const struct pollfd *given, nfds_t n)
{
	struct pollfd fds[ENDS];

	memcpy(fds, given, n * sizeof(*fds));
	for (;;) {
		CHECK("poll", poll(fds, n, -1) > 0);
		for (nfds_t i = 0; i < n; i++)
			if (fds[i].revents)
				pass_on(fds[i].fd, fds[i ^ 1].fd);
	}
}

int main(int argc, char **argv)
{
	struct pollfd fds[ENDS];
	nfds_t n = 0;

	CHECK("tap_link A B [C D]", argc == 3 || argc == 5);
	for (; argv[n + 1]; n++)
		fds[n] = (struct pollfd){.fd = open_tap(argv[n + 1]), .events = POLLIN};
	CHECK("it goes on in the background", !daemon(0, 0));
	run(fds, n);
}
