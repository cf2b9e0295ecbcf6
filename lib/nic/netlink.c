/* SPDX-License-Identifier: BSD-2-Clause */
/* netlink.c - opens a netlink socket. */
#include "nic/netlink.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>

/* Seconds: the kernel answers at once; the timeout guards against a broken socket. */
#define TIMEOUT_S 1

struct mnl_socket *netlink_open(int bus)
{
	const struct timeval timeout = {.tv_sec = TIMEOUT_S};
	struct mnl_socket *nl = mnl_socket_open2(bus, SOCK_CLOEXEC);
	int code;

	if (!nl)
		return NULL;
	if (!setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVTIMEO, &timeout,
			sizeof(timeout)) &&
	    mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) >= 0)
		return nl;
	code = errno;
	mnl_socket_close(nl);
	errno = code;
	return NULL;
}
