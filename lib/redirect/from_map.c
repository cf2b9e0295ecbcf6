/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * from_map.c - a redirect on the XSKMAP of another program. It loads nothing,
 * attaches nothing and detaches nothing.
 */
#include <zcxsk/broker.h>

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"
#include "explain/explain.h"
#include "redirect/redirect.h"

#define STEP "take the map of sockets"

struct given {
	int map_fd;
};

/* ---- as the keeper of the map ---------------------------------------------- */

static int given_add(void *self, uint32_t queue, int fd)
{
	const struct given *given = self;

	return bpf_map_update_elem(given->map_fd, &queue, &fd, BPF_NOEXIST);
}

static int given_remove(void *self, uint32_t queue)
{
	const struct given *given = self;

	return bpf_map_delete_elem(given->map_fd, &queue);
}

static void given_in_child(void *self)
{
	struct given *given = self;

	fd_close(&given->map_fd);
}

static void given_release(void *self)
{
	struct given *given = self;

	close(given->map_fd);
	free(given);
}

/* ---- checks ----------------------------------------------------------------- */

/*
 * Without this check only the first socket would notice a map of another type. Old
 * kernels do not let a process without CAP_BPF read the type; then it is accepted.
 */
static int check_map(int map_fd, struct zcxsk_error *error)
{
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info);
	int ret;

	if (fcntl(map_fd, F_GETFD) < 0)
		return explain_text(error, STEP, -EBADF, "Pass an open descriptor of the map.",
				    "descriptor %d is not open", map_fd);
	ret = bpf_obj_get_info_by_fd(map_fd, &info, &size);
	if (ret == -EPERM)
		return 0;
	if (ret)
		return explain_text(error, STEP, ret, "Pass the descriptor of the map.",
				    "descriptor %d is not a BPF map", map_fd);
	if (info.type != BPF_MAP_TYPE_XSKMAP || info.key_size != sizeof(uint32_t))
		return explain_usage(error, STEP, "Pass the map that the program redirects to.",
				     "descriptor %d is not an XSKMAP (type %d) but of type %u%s%s",
				     map_fd, BPF_MAP_TYPE_XSKMAP, info.type,
				     info.name[0] ? ", " : "", info.name);
	return 0;
}

/* How the program runs: according to modes, otherwise to what is on the interface. */
static int find_attached(const struct nic *nic, uint32_t modes, enum zcxsk_attach *attached,
			 struct zcxsk_error *error)
{
	bool native = modes ? modes & (ZCXSK_MODE_ZERO_COPY | ZCXSK_MODE_NATIVE_COPY)
			    : nic->native_prog_id;

	if (modes & ~ZCXSK_MODES_ALL)
		return explain_usage(error, STEP, "Use the modes in zcxsk/mode.h.",
				     "unknown modes 0x%x, known are 0x%x", modes & ~ZCXSK_MODES_ALL,
				     ZCXSK_MODES_ALL);
	if (!modes && !nic->native_prog_id && !nic->generic_prog_id)
		return explain_text(error, STEP, -ENOENT,
				    "Attach the program first, or pass its modes.",
				    "no XDP program is attached to %s", nic->ifname);
	*attached = native ? ZCXSK_ATTACH_NATIVE : ZCXSK_ATTACH_GENERIC;
	return 0;
}

/* ---- creating the redirect ----------------------------------------------------- */

static int keep_map(struct zcxsk_redirect **out, const struct nic *nic, enum zcxsk_attach attached,
		    int map_fd, struct zcxsk_error *error)
{
	struct redirect_keeper keeper = {
		.self = malloc(sizeof(struct given)),
		.add = given_add,
		.remove = given_remove,
		.release = given_release,
		.in_child = given_in_child,
	};
	struct given *given = keeper.self;

	if (!given)
		return explain_text(error, STEP, -ENOMEM, "", "out of memory");
	given->map_fd = fcntl(map_fd, F_DUPFD_CLOEXEC, 0);
	if (given->map_fd < 0) {
		int ret = -errno;

		free(given);
		return explain_text(error, STEP, ret,
				    "Close descriptors, or raise the limit (`ulimit -n 4096`).",
				    "descriptor %d of the map cannot be duplicated", map_fd);
	}
	*out = redirect_new_kept(nic, attached, &keeper);
	if (*out)
		return 0;
	given_release(given);
	return explain_text(error, STEP, -ENOMEM, "", "out of memory");
}

int zcxsk_redirect_from_map(struct zcxsk_redirect **out, const char *ifname, int map_fd,
			    uint32_t modes, struct zcxsk_error *error)
{
	enum zcxsk_attach attached = ZCXSK_ATTACH_NATIVE;
	struct nic nic;
	int ret;

	if (out)
		*out = NULL;
	if (!out || !ifname)
		return explain_usage(error, STEP, "", "%s is NULL", out ? "ifname" : "out");
	ret = nic_read(&nic, ifname);
	if (ret)
		return explain_lookup(error, ret, ifname);
	ret = find_attached(&nic, modes, &attached, error);
	if (!ret)
		ret = check_map(map_fd, error);
	if (!ret)
		ret = keep_map(out, &nic, attached, map_fd, error);
	if (!ret)
		explain_clear(error);
	return ret;
}

int zcxsk_redirect_from_pinned(struct zcxsk_redirect **out, const char *ifname, const char *path,
			       uint32_t modes, struct zcxsk_error *error)
{
	int map_fd, ret;

	if (out)
		*out = NULL;
	if (!out || !path)
		return explain_usage(error, STEP, "", "%s is NULL", out ? "path" : "out");
	map_fd = bpf_obj_get(path);
	if (map_fd < 0)
		return explain_text(error, STEP, map_fd,
				    map_fd == -EACCES ? "Let this user read and write the file."
						      : "Check it: bpftool map show pinned PATH.",
				    "%.128s cannot be opened as a pinned map", path);
	ret = zcxsk_redirect_from_map(out, ifname, map_fd, modes, error);
	close(map_fd);
	return ret;
}
