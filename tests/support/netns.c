// SPDX-License-Identifier: BSD-2-Clause
/* netns.c - namespaces, mounts and veth pairs for tests. */
#include "netns.h"

#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>

/* Longest command; the tests' own are a line of text. */
#define COMMAND_MAX 512

int netns_run(const char *format, ...)
{
	static const char hide[] = " >/dev/null 2>&1";
	char command[COMMAND_MAX + sizeof(hide)];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(command, COMMAND_MAX, format, args);
	va_end(args);
	if (length < 0 || length >= COMMAND_MAX)
		return -EIO;
	snprintf(command + length, sizeof(hide), "%s", hide);
	return system(command) ? -EIO : 0;
}

int netns_enter(void)
{
	if (unshare(CLONE_NEWNET | CLONE_NEWNS))
		return -errno;
	/* Without this the mounts below would show outside as well. */
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -errno;
	if (mount("sysfs", "/sys", "sysfs", 0, NULL) || mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL))
		return -errno;
	return netns_run("ip link set lo up");
}

int netns_veth(const char *a, const char *b)
{
	if (netns_run("ip link add %s numrxqueues 1 numtxqueues 1 type veth peer name %s "
		      "numrxqueues 1 numtxqueues 1",
		      a, b))
		return -EIO;
	if (netns_run("ip link set %s addrgenmode none up", a))
		return -EIO;
	return netns_run("ip link set %s addrgenmode none up", b);
}
