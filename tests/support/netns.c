/* SPDX-License-Identifier: BSD-2-Clause */
/* netns.c - namespaces, mounts and veth pairs for tests. */
#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Maximum length and number of words of a command. */
#define COMMAND_MAX 512
#define WORDS_MAX 64

static void run_hidden(char *const words[])
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	execvp(words[0], words);
	_exit(127);
}

int netns_run(const char *format, ...)
{
	char command[COMMAND_MAX];
	char *words[WORDS_MAX + 1] = {NULL};
	char *rest = command;
	va_list args;
	pid_t child;
	int length;
	int status;

	va_start(args, format);
	length = vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (length < 0 || length >= COMMAND_MAX)
		return -EIO;
	for (int i = 0; i < WORDS_MAX && rest; i++)
		words[i] = strsep(&rest, " ");
	if (rest)
		return -EIO;
	child = fork();
	if (!child)
		run_hidden(words);
	if (child < 0 || waitpid(child, &status, 0) != child)
		return -EIO;
	return status ? -EIO : 0;
}

/* Names of namespaces; `ip netns` shares them with the whole machine otherwise. */
static int own_names(void)
{
	static const char names[] = "/run/netns";

	if (mkdir(names, 0755) && errno != EEXIST)
		return -errno;
	return mount("tmpfs", names, "tmpfs", 0, NULL) ? -errno : 0;
}

int netns_enter(void)
{
	int ret;

	if (unshare(CLONE_NEWNET | CLONE_NEWNS))
		return -errno;
	/* Without this, the mounts below would be visible outside the namespace. */
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -errno;
	if (mount("sysfs", "/sys", "sysfs", 0, NULL) || mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL))
		return -errno;
	ret = own_names();
	return ret ? ret : netns_run("ip link set lo up");
}

int netns_own_folder(void)
{
	if (mkdir("/mnt", 0755) && errno != EEXIST)
		return -errno;
	return mount("tmpfs", "/mnt", "tmpfs", 0, NULL) ? -errno : 0;
}

/* Two commands, because Linux 6.1 brings the link up before it applies other settings. */
static int up_without_ipv6(const char *ifname)
{
	if (netns_run("ip link set %s addrgenmode none", ifname))
		return -EIO;
	return netns_run("ip link set %s up", ifname);
}

int netns_veth(const char *a, const char *b)
{
	if (netns_run("ip link add %s numrxqueues 1 numtxqueues 1 type veth peer name %s "
		      "numrxqueues 1 numtxqueues 1",
		      a, b))
		return -EIO;
	if (up_without_ipv6(a))
		return -EIO;
	return up_without_ipv6(b);
}
