/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * af_packet.c - raw packets by system calls, a batch in each.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <unistd.h>

#include "kernel_socket.h"
#include "raw_socket.h"

int raw_socket_open(const struct engine_setup *setup, char *why)
{
	int on = 1, fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return engine_fails(why, "packet socket", errno);
	kernel_socket_tune(fd, setup);
	/* Without these it is slower, or sees its own packets, which are told from echoes. */
	(void)setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on));
	(void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
	return fd;
}

int raw_socket_bind(int fd, const struct engine_setup *setup, bool receives, char *why)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = receives ? htons(ETH_P_IP) : 0,
				      .sll_ifindex = (int)if_nametoindex(setup->ifname)};

	if (bind(fd, (struct sockaddr *)&address, sizeof(address)))
		return engine_fails(why, "bind", errno);
	return 0;
}

static int open_packets(struct kernel_socket *s, const struct engine_setup *setup, bool receives,
			char *why)
{
	int rc, fd = raw_socket_open(setup, why);

	if (fd < 0)
		return fd;
	rc = raw_socket_bind(fd, setup, receives, why);
	if (!rc)
		return kernel_socket_init(s, setup, fd, 0, why);
	close(fd);
	return rc;
}

static int af_packet_send(const struct engine_setup *setup, uint64_t ns, uint64_t rate,
			  struct engine_turn *turn, char *why)
{
	struct kernel_socket s;
	int rc = open_packets(&s, setup, false, why);

	if (rc)
		return rc;
	snprintf(turn->mode, sizeof(turn->mode), "kernel");
	rc = kernel_socket_send(&s, setup, ns, rate, turn, why);
	kernel_socket_close(&s);
	return rc;
}

static int af_packet_receive(const struct engine_setup *setup, uint64_t ns,
			     struct engine_turn *turn, char *why)
{
	struct kernel_socket s;
	int rc = open_packets(&s, setup, true, why);

	if (rc)
		return rc;
	snprintf(turn->mode, sizeof(turn->mode), "kernel");
	rc = kernel_socket_receive(&s, setup, ns, turn, why);
	kernel_socket_close(&s);
	return rc;
}

static int af_packet_forward(const struct engine_setup *setup, uint64_t ns,
			     struct engine_turn *turn, char *why)
{
	struct kernel_socket s;
	int rc = open_packets(&s, setup, true, why);

	if (rc)
		return rc;
	snprintf(turn->mode, sizeof(turn->mode), "kernel");
	rc = kernel_socket_forward(&s, setup, ns, turn, why);
	kernel_socket_close(&s);
	return rc;
}

static int af_packet_ping(const struct engine_setup *setup, uint32_t count,
			  struct engine_turn *turn, uint64_t *round_trips_ns, char *why)
{
	struct engine_setup one = *setup;
	struct kernel_socket s;
	int rc;

	one.batch = 1;
	snprintf(turn->mode, sizeof(turn->mode), "kernel");
	rc = open_packets(&s, &one, true, why);
	if (rc)
		return rc;
	rc = kernel_socket_ping(&s, &one, count, round_trips_ns, why);
	kernel_socket_close(&s);
	return rc;
}

const struct engine engine_af_packet = {
	.name = "af-packet",
	.words = "raw packet socket, one call a batch",
	.send = af_packet_send,
	.receive = af_packet_receive,
	.forward = af_packet_forward,
	.ping = af_packet_ping,
};
