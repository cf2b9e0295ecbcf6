/* SPDX-License-Identifier: BSD-2-Clause */
/* linkwatch.c - subscribes to rtnetlink's link group, filtered to one interface. */
#include "nic/linkwatch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_SIZE 4096 /* bytes; longer messages are truncated, nobody reads them */

/*
 * Passes messages about one interface only. On a host with many containers the
 * others would keep waking the sleeper. BPF loads are big-endian.
 */
static int filter_interface(int fd, uint32_t ifindex)
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
	int ret, fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	if (!filter_interface(fd, ifindex) && !bind(fd, (struct sockaddr *)&group, sizeof(group)))
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

void linkwatch_clear(int fd)
{
	char buf[READ_SIZE];

	/* An overflow is reported once, as ENOBUFS; messages may follow it. */
	while (read(fd, buf, sizeof(buf)) > 0 || errno == ENOBUFS)
		;
}
