/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * holder.c - finds the process that keeps an XDP program attached, by the descriptors that
 * /proc shows: the kernel removes the program when the last one of its link is closed.
 */
#include "explain/holder.h"

#include <bpf/bpf.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX 1024u /* bytes of /proc that are read: the fields are at the start */

/* Reads a file in a folder as a string, "" if that fails. */
static void read_text(int folder, const char *path, char *text, size_t size)
{
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

/*
 * The link that attaches the program to the interface. Returns its ID, 0 for none, or -errno;
 * -EEXIST if two match, because indices repeat in other network namespaces.
 */
static int64_t find_link(uint32_t program_id, uint32_t ifindex)
{
	uint32_t id = 0, found = 0;

	while (!bpf_link_get_next_id(id, &id)) {
		struct bpf_link_info info = {0};
		uint32_t size = sizeof(info);
		int fd = bpf_link_get_fd_by_id(id), ret;

		if (fd == -ENOENT) /* closed meanwhile */
			continue;
		if (fd < 0)
			return fd;
		ret = bpf_obj_get_info_by_fd(fd, &info, &size);
		close(fd);
		if (ret || info.type != BPF_LINK_TYPE_XDP || info.prog_id != program_id ||
		    info.xdp.ifindex != ifindex)
			continue;
		if (found)
			return -EEXIST;
		found = id;
	}
	return errno == ENOENT ? (int64_t)found : -errno;
}

/* Whether a line of an fdinfo file has this value. */
static bool has_field(const char *text, const char *field, uint32_t value)
{
	const char *at = strstr(text, field);

	return at && strtoul(at + strlen(field), NULL, 10) == value;
}

/* Whether the process has a link of the program open. */
static bool holds(int process, uint32_t program_id)
{
	char path[32 + NAME_MAX], target[32], text[TEXT_MAX];
	int fds = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fds < 0 ? NULL : fdopendir(fds);
	struct dirent *entry;
	bool found = false;

	if (!list && fds >= 0)
		close(fds);
	while (list && !found && (entry = readdir(list))) {
		ssize_t n = readlinkat(dirfd(list), entry->d_name, target, sizeof(target) - 1);

		target[n > 0 ? n : 0] = '\0';
		if (!strstr(target, "bpf_link") && !strstr(target, "bpf-link"))
			continue;
		snprintf(path, sizeof(path), "fdinfo/%s", entry->d_name);
		read_text(process, path, text, sizeof(text));
		found = has_field(text, "\nprog_id:", program_id);
	}
	if (list)
		closedir(list);
	return found;
}

/* Checks the process of a folder of /proc; fills in *holder if it is the one. */
static bool check_process(struct holder *holder, DIR *proc, const char *folder, uint32_t program_id)
{
	int process = openat(dirfd(proc), folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool found = process >= 0 && holds(process, program_id);

	if (found) {
		read_text(process, "comm", holder->name, sizeof(holder->name));
		holder->name[strcspn(holder->name, "\n")] = '\0';
		holder->pid = (pid_t)strtol(folder, NULL, 10);
	}
	if (process >= 0)
		close(process);
	return found;
}

static enum holding find_process(struct holder *holder, uint32_t program_id)
{
	DIR *proc = opendir("/proc");
	enum holding holding = HOLDING_NOT_FOUND;
	struct dirent *entry;

	if (!proc)
		return holding;
	if (check_process(holder, proc, "self", program_id))
		holding = HOLDING_SELF;
	while (holding == HOLDING_NOT_FOUND && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    check_process(holder, proc, entry->d_name, program_id))
			holding = HOLDING_OTHER;
	closedir(proc);
	return holding;
}

void holder_find(struct holder *holder, uint32_t program_id, uint32_t ifindex)
{
	int64_t link = find_link(program_id, ifindex);

	memset(holder, 0, sizeof(*holder));
	if (!link) {
		holder->holding = HOLDING_NO_LINK;
		return;
	}
	holder->link_id = link > 0 ? (uint32_t)link : 0;
	holder->holding = find_process(holder, program_id);
	if (link < 0 && holder->holding == HOLDING_NOT_FOUND)
		holder->holding = HOLDING_UNKNOWN;
}
