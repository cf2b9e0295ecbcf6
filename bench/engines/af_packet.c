/* SPDX-License-Identifier: BSD-2-Clause */
/* af_packet.c - raw packets, a batch in each system call. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <unistd.h>

#include "kernel_socket.h"

int raw_socket_open(const struct engine_setup *setup, char *why)
{
	int on = 1, fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return engine_fails(why, "packet socket", errno);
	kernel_socket_tune(fd, setup);
	/* Without these it is slower, or sees its own packets, which never count as echoes. */
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

static int af_packet_open(struct kernel_socket *s, const struct engine_setup *setup, int purpose,
			  char *why)
{
	int ret, fd = raw_socket_open(setup, why);

	if (fd < 0)
		return fd;
	ret = raw_socket_bind(fd, setup, purpose != KERNEL_SENDS, why);
	if (!ret)
		return kernel_socket_init(s, setup, fd, purpose == KERNEL_PINGS ? 1 : setup->batch,
					  0, why);
	close(fd);
	return ret;
}

const struct engine engine_af_packet = {
	.name = "af-packet",
	.words = "raw packet socket, one call a batch",
	.open = af_packet_open,
	.send = kernel_send,
	.move = kernel_move,
	.receives = true,
	.forwards = true,
	.ping = kernel_ping,
};
