// SPDX-License-Identifier: BSD-2-Clause
/* linkwatch.c - rtnetlink's link group, cut down to one interface. */
#include "nic/linkwatch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE 4096 /* bytes taken at a time; what does not fit is not looked at anyway */

/*
 * Lets notices of one interface through. On a machine full of containers the
 * others would wake a sleeper all the time. Loads are big-endian.
 */
static int only(int fd, uint32_t ifindex)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 NLMSG_HDRLEN + offsetof(struct ifinfomsg, ifi_index)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(ifindex), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

int linkwatch_open(uint32_t ifindex)
{
	struct sockaddr_nl group = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
	int rc, fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	if (!only(fd, ifindex) && !bind(fd, (struct sockaddr *)&group, sizeof(group)))
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

void linkwatch_clear(int fd)
{
	char piece[PIECE];

	/* An overflow is an error once, and word of a change like any other. */
	while (read(fd, piece, sizeof(piece)) > 0 || errno == ENOBUFS)
		;
}
