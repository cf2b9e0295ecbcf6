/* SPDX-License-Identifier: BSD-2-Clause */
/* wire.c - AF_PACKET sockets, and queries about XDP programs. */
#include "wire.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "monotonic.h"

/* The smallest Ethernet frame without its checksum, in bytes. */
#define FRAME_SIZE 60

int wire_open(const char *ifname, uint16_t ethertype)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ethertype),
		.sll_ifindex = (int)if_nametoindex(ifname),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	cr_assert_geq(fd, 0, "AF_PACKET: errno %d", errno);
	cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0, "bind: errno %d",
		     errno);
	return fd;
}

void wire_send(int fd)
{
	unsigned char frame[FRAME_SIZE] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2};
	struct sockaddr_ll address;
	socklen_t size = sizeof(address);

	cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	memcpy(frame + 12, &address.sll_protocol, sizeof(address.sll_protocol));
	cr_assert_eq(send(fd, frame, sizeof(frame), 0), FRAME_SIZE, "send: errno %d", errno);
}

bool wire_receive(int fd, int timeout_ms)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	char frame[FRAME_SIZE];

	return poll(&wait, 1, timeout_ms) == 1 &&
	       recv(fd, frame, sizeof(frame), 0) == (ssize_t)sizeof(frame);
}

uint32_t wire_program(const char *ifname)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, opts);

	cr_assert_eq(bpf_xdp_query((int)if_nametoindex(ifname), 0, &opts), 0);
	return opts.prog_id ? opts.prog_id : opts.drv_prog_id ? opts.drv_prog_id : opts.skb_prog_id;
}

static int64_t now_ms(void)
{
	return (int64_t)(monotonic_ns() / 1000000);
}

bool wire_becomes_free(const char *ifname, int timeout_ms)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	int64_t deadline = now_ms() + timeout_ms;
	char message[8192];
	bool is_free;

	cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	/* The kernel announces every change of XDP programs on netlink. */
	while (!(is_free = !wire_program(ifname)) && now_ms() < deadline)
		if (poll(&wait, 1, (int)(deadline - now_ms())) == 1)
			cr_assert_gt(recv(fd, message, sizeof(message), 0), 0);
	close(fd);
	return is_free;
}

bool wire_program_lives(uint32_t id)
{
	int fd = bpf_prog_get_fd_by_id(id);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

unsigned wire_count_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned count = 0;

	cr_assert_not_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}
