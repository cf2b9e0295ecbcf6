/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * udp.c - the kernel's UDP: a connected socket that sends one packet a call, a
 * batch a call, or 64 segments a call that the kernel splits (GSO).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel_socket.h"

enum {
	GSO_SEGMENTS = 64,	 /* the kernel's limit for one call */
	GSO_BYTES = 0xffff - 28, /* the same in bytes, without IPv4 and UDP headers */
};

static int set_flag(int fd, int option)
{
	int on = 1;

	return setsockopt(fd, SOL_SOCKET, option, &on, sizeof(on));
}

/* From the near end's address to the far end's. */
static int open_connected(const struct engine_setup *setup, char *why)
{
	struct sockaddr_in near = {.sin_family = AF_INET,
				   .sin_port = htons(PACKET_PORT),
				   .sin_addr.s_addr = setup->place->near_ip};
	struct sockaddr_in far = near;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error;

	far.sin_addr.s_addr = setup->place->far_ip;
	if (fd < 0)
		return engine_fails(why, "socket", errno);
	kernel_socket_tune(fd, setup);
	if (set_flag(fd, SO_REUSEADDR) || bind(fd, (struct sockaddr *)&near, sizeof(near)) ||
	    connect(fd, (struct sockaddr *)&far, sizeof(far))) {
		error = errno;
		close(fd);
		return engine_fails(why, "UDP socket", error);
	}
	return fd;
}

static int mmsg_open(struct kernel_socket *s, const struct engine_setup *setup, int purpose,
		     char *why)
{
	int fd = open_connected(setup, why);

	(void)purpose;
	if (fd < 0)
		return fd;
	return kernel_socket_init(s, setup, fd, setup->batch, PACKET_HEADERS, why);
}

static int one_open(struct kernel_socket *s, const struct engine_setup *setup, int purpose,
		    char *why)
{
	int ret, fd = open_connected(setup, why);

	if (fd < 0)
		return fd;
	/* It sends a batch at a time, so that a rate means the same for all engines. */
	ret = kernel_socket_init(s, setup, fd, purpose == KERNEL_SENDS ? setup->batch : 1,
				 PACKET_HEADERS, why);
	if (ret)
		return ret;
	s->single = true;
	/* A veth peer would return a checksum that was left to the device unwritten. */
	if (purpose == KERNEL_PINGS && set_flag(s->fd, SO_NO_CHECK)) {
		ret = engine_fails(why, "SO_NO_CHECK", errno);
		kernel_socket_close(s);
	}
	return ret;
}

/* One message of many segments. The payload is zero, as in all engines. */
static int gso_open(struct kernel_socket *s, const struct engine_setup *setup, int purpose,
		    char *why)
{
	int payload = (int)(setup->packet_size - PACKET_HEADERS);
	int ret = one_open(s, setup, purpose, why);

	if (ret)
		return ret;
	s->single = false;
	s->batch = 1;
	s->segments = GSO_BYTES / (uint32_t)payload < GSO_SEGMENTS ? GSO_BYTES / (uint32_t)payload
								   : GSO_SEGMENTS;
	free(s->bytes);
	s->bytes = calloc(s->segments, (size_t)payload);
	s->parts[0].iov_base = s->bytes;
	s->parts[0].iov_len = s->segments * (size_t)payload;
	if (!s->bytes)
		ret = engine_fails(why, "memory", ENOMEM);
	else if (setsockopt(s->fd, IPPROTO_UDP, UDP_SEGMENT, &payload, sizeof(payload)))
		ret = engine_fails(why, "UDP_SEGMENT", errno == ENOPROTOOPT ? EOPNOTSUPP : errno);
	if (ret)
		kernel_socket_close(s);
	return ret;
}

const struct engine engine_udp_send = {
	.name = "udp-send",
	.words = "kernel UDP, one call a packet",
	.open = one_open,
	.send = kernel_send,
	.move = kernel_move,
	.receives = true,
	.ping = kernel_ping,
};

const struct engine engine_udp_sendmmsg = {
	.name = "udp-sendmmsg",
	.words = "kernel UDP, one call a batch",
	.open = mmsg_open,
	.send = kernel_send,
	.move = kernel_move,
	.receives = true,
	.forwards = true,
};

const struct engine engine_udp_gso = {
	.name = "udp-gso",
	.words = "kernel UDP, 64 segments a call",
	.open = gso_open,
	.send = kernel_send,
};
