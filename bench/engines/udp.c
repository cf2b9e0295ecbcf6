/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * udp.c - the kernel's UDP: a connected socket that sends one packet a call,
 * a batch a call, or 64 segments a call that the kernel cuts apart (GSO).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel_socket.h"

enum {
	GSO_SEGMENTS = 64,	 /* the most that the kernel accepts in one call */
	GSO_BYTES = 0xffff - 28, /* and in bytes, without the IPv4 and UDP headers */
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

static int udp_open(struct kernel_socket *s, const struct engine_setup *setup, char *why)
{
	int fd = open_connected(setup, why);

	return fd < 0 ? fd : kernel_socket_init(s, setup, fd, PACKET_HEADERS, why);
}

static void name_mode(struct engine_turn *turn)
{
	snprintf(turn->mode, sizeof(turn->mode), "kernel");
}

static int mmsg_send(const struct engine_setup *setup, uint64_t ns, uint64_t rate,
		     struct engine_turn *turn, char *why)
{
	struct kernel_socket s;
	int rc = udp_open(&s, setup, why);

	if (rc)
		return rc;
	name_mode(turn);
	rc = kernel_socket_send(&s, setup, ns, rate, turn, why);
	kernel_socket_close(&s);
	return rc;
}

static int mmsg_receive(const struct engine_setup *setup, uint64_t ns, struct engine_turn *turn,
			char *why)
{
	struct kernel_socket s;
	int rc = udp_open(&s, setup, why);

	if (rc)
		return rc;
	name_mode(turn);
	rc = kernel_socket_receive(&s, setup, ns, turn, why);
	kernel_socket_close(&s);
	return rc;
}

static int mmsg_forward(const struct engine_setup *setup, uint64_t ns, struct engine_turn *turn,
			char *why)
{
	struct kernel_socket s;
	int rc = udp_open(&s, setup, why);

	if (rc)
		return rc;
	name_mode(turn);
	rc = kernel_socket_forward(&s, setup, ns, turn, why);
	kernel_socket_close(&s);
	return rc;
}

/* One packet a call, whatever the batch is. */
static struct engine_setup one_by_one(const struct engine_setup *setup)
{
	struct engine_setup one = *setup;

	one.batch = 1;
	return one;
}

/* A burst goes one by one, so that a rate means the same for all engines. */
static int one_send(const struct engine_setup *setup, uint64_t ns, uint64_t rate,
		    struct engine_turn *turn, char *why)
{
	struct kernel_socket s;
	int rc = udp_open(&s, setup, why);

	if (rc)
		return rc;
	s.single = true;
	name_mode(turn);
	rc = kernel_socket_send(&s, setup, ns, rate, turn, why);
	kernel_socket_close(&s);
	return rc;
}

static int one_receive(const struct engine_setup *setup, uint64_t ns, struct engine_turn *turn,
		       char *why)
{
	struct engine_setup one = one_by_one(setup);

	return mmsg_receive(&one, ns, turn, why);
}

static int one_ping(const struct engine_setup *setup, uint32_t count, struct engine_turn *turn,
		    uint64_t *round_trips_ns, char *why)
{
	struct engine_setup one = one_by_one(setup);
	struct kernel_socket s;
	int rc = udp_open(&s, &one, why);

	if (rc)
		return rc;
	name_mode(turn);
	/* A checksum left to the device would come back from a veth peer unwritten. */
	if (set_flag(s.fd, SO_NO_CHECK))
		rc = engine_fails(why, "SO_NO_CHECK", errno);
	else
		rc = kernel_socket_ping(&s, &one, count, round_trips_ns, why);
	kernel_socket_close(&s);
	return rc;
}

/* One message of many segments. The payload is zeros in all engines. */
static int gso_init(struct kernel_socket *s, const struct engine_setup *setup, uint32_t *segments,
		    char *why)
{
	int payload = (int)(setup->packet_size - PACKET_HEADERS);
	struct engine_setup one = one_by_one(setup);
	int rc;

	*segments = GSO_BYTES / (uint32_t)payload < GSO_SEGMENTS ? GSO_BYTES / (uint32_t)payload
								 : GSO_SEGMENTS;
	rc = udp_open(s, &one, why);
	if (rc)
		return rc;
	free(s->bytes);
	s->bytes = calloc(*segments, (size_t)payload);
	s->parts[0].iov_base = s->bytes;
	s->parts[0].iov_len = *segments * (size_t)payload;
	if (!s->bytes)
		rc = engine_fails(why, "memory", ENOMEM);
	else if (setsockopt(s->fd, IPPROTO_UDP, UDP_SEGMENT, &payload, sizeof(payload)))
		rc = engine_fails(why, "UDP_SEGMENT", errno == ENOPROTOOPT ? EOPNOTSUPP : errno);
	if (rc)
		kernel_socket_close(s);
	return rc;
}

static int gso_send(const struct engine_setup *setup, uint64_t ns, uint64_t rate,
		    struct engine_turn *turn, char *why)
{
	struct kernel_socket s;
	uint32_t segments;
	int rc = gso_init(&s, setup, &segments, why);

	if (rc)
		return rc;
	name_mode(turn);
	/* The loop counts messages; a rate, too low for whole ones, is one a second. */
	if (rate)
		rate = rate < segments ? 1 : rate / segments;
	rc = kernel_socket_send(&s, setup, ns, rate, turn, why);
	turn->packets *= segments;
	kernel_socket_close(&s);
	return rc;
}

const struct engine engine_udp_send = {
	.name = "udp-send",
	.words = "kernel UDP, one call a packet",
	.send = one_send,
	.receive = one_receive,
	.ping = one_ping,
};

const struct engine engine_udp_sendmmsg = {
	.name = "udp-sendmmsg",
	.words = "kernel UDP, one call a batch",
	.send = mmsg_send,
	.receive = mmsg_receive,
	.forward = mmsg_forward,
};

const struct engine engine_udp_gso = {
	.name = "udp-gso",
	.words = "kernel UDP, 64 segments a call",
	.send = gso_send,
};
