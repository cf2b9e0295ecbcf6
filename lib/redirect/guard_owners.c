/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_owners.c - which sockets belong to SSH servers and to the ancestors of this
 * process, by one of which it was started.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "redirect/guard_facts.h"
#include "redirect/guard_proc.h"

/* PROC_PID_INIT_INO: the namespace in which every process has a number. */
#define FIRST_PID_NAMESPACE "pid:[4026531836]"

/* More ancestors than this are a mistake in reading. */
#define ANCESTORS_MAX 256

#define PATH_SIZE 320

static bool is_gone(int code)
{
	return code == -ENOENT || code == -ESRCH;
}

/* Names of servers whose connections are sessions; newer ones have a suffix. */
static bool is_server(const char *name)
{
	static const char *const names[] = {"sshd", "dropbear", "tinysshd"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(name, names[i], strlen(names[i])))
			return true;
	return false;
}

static int link_text(const char *path, char *text, size_t size)
{
	ssize_t length = readlink(path, text, size - 1);

	if (length < 0)
		return -errno;
	text[length] = '\0';
	return 0;
}

static int add_socket(struct guard_list *list, const char *text, bool ancestor)
{
	struct guard_owned *owned;
	unsigned long inode;

	if (sscanf(text, "socket:[%lu]", &inode) != 1)
		return 0;
	owned = guard_list_add(list, sizeof(*owned));
	if (!owned)
		return -ENOMEM;
	owned->inode = inode;
	owned->ancestor = ancestor;
	return 0;
}

/* Opens a folder of /proc. */
static int open_folder(const char *path, DIR **dir)
{
	*dir = NULL;
	for (int i = 0; !*dir && (!i || errno == EINTR) && i < GUARD_PROC_ATTEMPTS; i++)
		*dir = opendir(path);
	return *dir ? 0 : -errno;
}

static int add_sockets_of(struct guard_list *list, long pid, bool ancestor)
{
	char path[PATH_SIZE], text[64];
	struct dirent *entry;
	DIR *dir;
	int ret;

	snprintf(path, sizeof(path), "/proc/%ld/fd", pid);
	ret = open_folder(path, &dir);
	if (ret)
		return is_gone(ret) ? 0 : ret;
	while (!ret) {
		errno = 0;
		entry = readdir(dir);
		if (!entry) {
			ret = -errno;
			break;
		}
		snprintf(path, sizeof(path), "/proc/%ld/fd/%s", pid, entry->d_name);
		if (entry->d_name[0] == '.')
			continue;
		ret = link_text(path, text, sizeof(text));
		ret = ret ? (is_gone(ret) ? 0 : ret) : add_socket(list, text, ancestor);
	}
	closedir(dir);
	return is_gone(ret) ? 0 : ret;
}

/* The parent of a process, 0 = none in this namespace; or -errno. */
static long parent_of(long pid)
{
	char path[PATH_SIZE], text[512];
	const char *end;
	long parent;
	int ret;

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	ret = guard_proc_read(path, text, sizeof(text));
	if (ret < 0)
		return ret;
	/* The name, in parentheses, may contain anything. */
	end = strrchr(text, ')');
	return end && sscanf(end + 1, " %*c %ld", &parent) == 1 ? parent : -EPROTO;
}

/* The first process, which all descend from, says nothing of how this one was started. */
static int add_ancestors(struct guard_list *list)
{
	long pid = getppid();
	int ret = 0;

	for (unsigned n = 0; pid > 1 && n < ANCESTORS_MAX; n++) {
		int one = add_sockets_of(list, pid, true);

		if (one && !ret)
			ret = one;
		pid = parent_of(pid);
	}
	return ret ? ret : pid < 0 ? (int)pid : 0;
}

static int add_server(struct guard_list *list, const char *pid)
{
	char path[PATH_SIZE], name[64];
	int ret;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	ret = guard_proc_read(path, name, sizeof(name));
	if (ret < 0)
		return is_gone(ret) ? 0 : ret;
	return is_server(name) ? add_sockets_of(list, atol(pid), false) : 0;
}

static int add_servers(struct guard_list *list)
{
	struct dirent *entry;
	DIR *dir;
	int ret = open_folder("/proc", &dir);

	if (ret)
		return ret;
	for (;;) {
		int one;

		errno = 0;
		entry = readdir(dir);
		if (!entry) {
			ret = ret ? ret : -errno;
			break;
		}
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		one = add_server(list, entry->d_name);
		ret = ret ? ret : one;
	}
	closedir(dir);
	return ret;
}

/* Whether processes may exist that /proc does not show: 0, or -errno. */
static int check_sight(void)
{
	char text[64];
	int ret = link_text("/proc/self/ns/pid", text, sizeof(text));

	if (ret)
		return ret;
	if (strcmp(text, FIRST_PID_NAMESPACE))
		return -ENOTUNIQ;
	/* The mount option hidepid hides the processes of others. */
	ret = guard_proc_read("/proc/1/comm", text, sizeof(text));
	return ret < 0 ? ret : 0;
}

/* The part that can be read is of use even if another part cannot. */
const struct guard_table *guard_read_owners(struct guard_facts *facts)
{
	struct guard_table *t = &facts->owners;
	int sight, servers;

	if (t->read)
		return t;
	t->read = true;
	sight = check_sight();
	servers = add_servers(&t->list);
	facts->ancestors = add_ancestors(&t->list);
	t->ret = servers ? servers : sight;
	return t;
}
