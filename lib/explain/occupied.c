/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * occupied.c - finds out how a foreign XDP program was attached, and so which command
 * detaches it: what a bpf_link holds, the kernel does not detach by the interface.
 */
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "explain/words.h"

#define FDINFO "/proc/self/fdinfo"

/* Whether the file, of the folder fdinfo, describes a link of the program. */
static bool is_link_of(const char *file, uint32_t prog_id)
{
	char path[sizeof(FDINFO) + NAME_MAX + 2], line[128];
	uint32_t link = 0, prog = 0;
	FILE *info;

	snprintf(path, sizeof(path), FDINFO "/%s", file);
	info = fopen(path, "re");
	while (info && fgets(line, sizeof(line), info)) {
		sscanf(line, "link_id: %" SCNu32, &link);
		sscanf(line, "prog_id: %" SCNu32, &prog);
	}
	if (info)
		fclose(info);
	return link && prog == prog_id;
}

/* Whether this process holds the link of the program. Needs no privileges. */
static bool is_own(uint32_t prog_id)
{
	DIR *files = opendir(FDINFO);
	struct dirent *file;
	bool own = false;

	while (files && !own && (file = readdir(files)))
		own = file->d_name[0] != '.' && is_link_of(file->d_name, prog_id);
	if (files)
		closedir(files);
	return own;
}

/* Whether the link attaches the program to the interface; false also if it has gone. */
static bool attaches(uint32_t link_id, uint32_t prog_id, uint32_t ifindex)
{
	struct bpf_link_info info = {0};
	uint32_t size = sizeof(info);
	int fd = bpf_link_get_fd_by_id(link_id);
	bool is = fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size) &&
		  info.type == BPF_LINK_TYPE_XDP && info.prog_id == prog_id &&
		  info.xdp.ifindex == ifindex;

	if (fd >= 0)
		close(fd);
	return is;
}

/*
 * Finds the link of the program on the interface; *link_id is 0 if it has none. Returns
 * false if the kernel does not list the links, or two match: indices repeat in other
 * network namespaces.
 */
static bool find_link(uint32_t prog_id, uint32_t ifindex, uint32_t *link_id)
{
	unsigned matches = 0;
	uint32_t id = 0;

	*link_id = 0;
	while (!bpf_link_get_next_id(id, &id)) {
		if (!attaches(id, prog_id, ifindex))
			continue;
		*link_id = id;
		matches++;
	}
	return errno == ENOENT && matches < 2;
}

void say_detach(struct zcxsk_error *error, const struct nic *nic)
{
	const char *how = nic->native_prog_id ? "xdp" : "xdpgeneric";
	uint32_t id = nic->native_prog_id ? nic->native_prog_id : nic->generic_prog_id;
	uint32_t link;

	if (is_own(id)) {
		say_remedy(error, "This process attached it: pass zcxsk_socket_redirect() of its "
				  "socket as `redirect`, or open the queues as a port.");
		return;
	}
	if (!find_link(id, nic->ifindex, &link))
		say_remedy(error,
			   "Stop the process that attached it, or detach it: `ip link set dev %s "
			   "%s off`, or `bpftool link detach id N` with the id that `bpftool link` "
			   "shows for prog %" PRIu32 ".",
			   nic->ifname, how, id);
	else if (link)
		say_remedy(error,
			   "Stop the process that attached it, or detach it: `bpftool link detach "
			   "id %" PRIu32 "`.",
			   link);
	else
		say_remedy(error, "Detach it: `ip link set dev %s %s off`.", nic->ifname, how);
}
