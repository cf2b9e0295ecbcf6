/* SPDX-License-Identifier: BSD-2-Clause */
/* netns.c - tells network namespaces apart. */
#include "nic/netns.h"

#include <linux/sockios.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/compat.h"

/* Before Linux 5.14 a namespace has no cookie, but its file has a number. */
static uint64_t netns_file_of(int fd)
{
	int file = ioctl(fd, SIOCGSKNS);
	struct stat st;
	bool known = file >= 0 && !fstat(file, &st);

	if (file >= 0)
		close(file);
	return known ? st.st_ino : 0;
}

uint64_t netns_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t length = sizeof(cookie);

	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length))
		return netns_file_of(fd);
	return cookie;
}
