/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * promiscuous.c - a membership of a packet socket, which the kernel counts beside those of
 * others and ends with the descriptor. An interface flag would outlive a killed process.
 */
#include "socket/promiscuous.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "explain/explain.h"

static int fail(const struct zcxsk_socket *s, int code, struct zcxsk_error *error)
{
	return explain_text(error, "promiscuous mode", code,
			    "Give the program CAP_NET_RAW, or open the socket without "
			    "ZCXSK_SOCKET_PROMISCUOUS.",
			    "the kernel does not put %s into promiscuous mode",
			    s->setup.nic.ifname);
}

int promiscuous_join(struct zcxsk_socket *s, struct zcxsk_error *error)
{
	struct packet_mreq request = {.mr_ifindex = (int)s->setup.nic.ifindex,
				      .mr_type = PACKET_MR_PROMISC};
	int ret;

	if (!(s->setup.opts.flags & ZCXSK_SOCKET_PROMISCUOUS))
		return 0;
	if (s->setup.nic.elsewhere)
		return explain_text(error, "promiscuous mode", -EOPNOTSUPP,
				    "Open the socket without ZCXSK_SOCKET_PROMISCUOUS.",
				    "%s is in another network namespace", s->setup.nic.ifname);
	/* Without a protocol the socket receives no packets. */
	s->setup.promiscuous_fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (s->setup.promiscuous_fd < 0)
		return fail(s, -errno, error);
	if (s->setup.foreseen)
		return 0;
	if (!setsockopt(s->setup.promiscuous_fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request,
			sizeof(request)))
		return 0;
	ret = -errno;
	promiscuous_leave(s);
	return fail(s, ret, error);
}

void promiscuous_leave(struct zcxsk_socket *s)
{
	fd_close(&s->setup.promiscuous_fd);
}
