/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abandoned.c - removes programs that killed processes have left in libxdp's dispatcher,
 * whose entries are pinned and outlive their process.
 *
 * Each of our programs there has an additional map of one AF_XDP socket, of its process.
 * The kernel empties the entry when the process ends, whatever ends it and in whatever
 * namespaces it is. To put another socket into an empty entry claims the program: others
 * then regard it as in use.
 */
#include "redirect/abandoned.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xdp/libxdp.h>

#include "base/compat.h"
#include "base/minmax.h"

#define OWNER_MAP "zcxsk_owner"
#define SOCKETS_MAP "zcxsk_sockets"
#define MAPS_MAX 16u	 /* of one of our programs */
#define PROGRAMS_MAX 10u /* of a dispatcher */

/* A socket that receives nothing; newer kernels accept only those with an RX ring in a map. */
static int open_socket(void)
{
	int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const uint32_t entries = 1;

	if (fd < 0 || !setsockopt(fd, SOL_XDP, XDP_RX_RING, &entries, sizeof(entries)))
		return fd;
	close(fd);
	return -1;
}

int abandoned_tie(int program_fd)
{
	const uint32_t only_key = 0;
	int map = bpf_map_create(BPF_MAP_TYPE_XSKMAP, OWNER_MAP, sizeof(uint32_t), sizeof(int), 1,
				 NULL);
	int owner = map < 0 ? -1 : open_socket();
	/* The socket first: from when the program has the map, an empty one says abandoned. */
	bool tied = owner >= 0 && !bpf_map_update_elem(map, &only_key, &owner, BPF_NOEXIST) &&
		    !bpf_prog_bind_map(program_fd, map, NULL);

	if (map >= 0)
		close(map);
	if (!tied && owner >= 0)
		close(owner);
	return tied ? owner : -1;
}

/* ---- whether a program is abandoned ---- */

/*
 * Sockets in the map although the owner has ended are those of a broker's clients. Empty
 * entries have the probe for a moment; only the program of a dead process delivers to it.
 */
static bool has_sockets(int map, uint32_t entries, int probe)
{
	bool has = false;

	for (uint32_t i = 0; i < entries && !has; i++) {
		has = bpf_map_update_elem(map, &i, &probe, BPF_NOEXIST);
		if (!has)
			bpf_map_delete_elem(map, &i);
	}
	return has;
}

/* A descriptor of the program's XSKMAP with this name, or -1. */
static int find_map(const uint32_t *ids, uint32_t count, const char *name,
		    struct bpf_map_info *info)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t size = sizeof(*info);
		int fd = bpf_map_get_fd_by_id(ids[i]);

		memset(info, 0, sizeof(*info));
		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, info, &size) &&
		    info->type == BPF_MAP_TYPE_XSKMAP && !strcmp(info->name, name))
			return fd;
		if (fd >= 0)
			close(fd);
	}
	return -1;
}

/* Whether the program is ours, its process has ended, and the probe now claims it. */
static bool claim(int program_fd, int probe)
{
	uint32_t ids[MAPS_MAX], size = sizeof(struct bpf_prog_info), count;
	struct bpf_prog_info info = {.nr_map_ids = MAPS_MAX, .map_ids = (uintptr_t)ids};
	const uint32_t only_key = 0;
	struct bpf_map_info map;
	bool claimed = false;
	int owner, sockets;

	if (bpf_obj_get_info_by_fd(program_fd, &info, &size) || strcmp(info.name, REDIRECT_PROGRAM))
		return false;
	count = min_u32(info.nr_map_ids, MAPS_MAX);
	owner = find_map(ids, count, OWNER_MAP, &map);
	sockets = find_map(ids, count, SOCKETS_MAP, &map);
	if (owner >= 0 && sockets >= 0)
		claimed = !bpf_map_update_elem(owner, &only_key, &probe, BPF_NOEXIST) &&
			  !has_sockets(sockets, map.max_entries, probe);
	if (owner >= 0)
		close(owner);
	if (sockets >= 0)
		close(sockets);
	return claimed;
}

/* Looked for without libxdp, whose version 1.3 leaks an open file for each it looks at. */
static bool claim_any(int probe)
{
	bool claimed = false;
	uint32_t id = 0;

	while (!claimed && !bpf_prog_get_next_id(id, &id)) {
		int fd = bpf_prog_get_fd_by_id(id);

		claimed = fd >= 0 && claim(fd, probe);
		if (fd >= 0)
			close(fd);
	}
	return claimed;
}

/* ---- removing them ---- */

static bool remove_claimed(const struct nic *nic, int probe)
{
	struct xdp_multiprog *dispatcher = xdp_multiprog__get_from_ifindex((int)nic->ifindex);
	struct xdp_program *gone[PROGRAMS_MAX], *program = NULL;
	size_t count = 0;
	int ret = -1;

	if (libxdp_get_error(dispatcher))
		return false;
	while (count < PROGRAMS_MAX && !xdp_multiprog__is_legacy(dispatcher) &&
	       (program = xdp_multiprog__next_prog(program, dispatcher)))
		if (claim(xdp_program__fd(program), probe))
			gone[count++] = program;
	if (count)
		ret = xdp_program__detach_multi(gone, count, (int)nic->ifindex,
						xdp_multiprog__attach_mode(dispatcher), 0);
	xdp_multiprog__close(dispatcher);
	return !ret;
}

bool abandoned_remove(const struct nic *nic)
{
	int probe = open_socket();
	bool removed;

	if (probe < 0)
		return false;
	removed = claim_any(probe) && remove_claimed(nic, probe);
	close(probe);
	return removed;
}
