/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * present.c - other people's programs on an interface are told apart
 * from libxdp's dispatcher, and left alone.
 */
#include "redirect/present.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "explain/explain.h"

/* What libxdp calls its dispatcher; other programs count as other people's. */
#define DISPATCHER "xdp_dispatcher"

/* Kernel's name of a program; "" without the right to ask. */
static void program_name(uint32_t id, char name[BPF_OBJ_NAME_LEN])
{
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	name[0] = '\0';
	if (fd < 0)
		return;
	if (!bpf_obj_get_info_by_fd(fd, &info, &size))
		snprintf(name, BPF_OBJ_NAME_LEN, "%s", info.name);
	close(fd);
}

static int refuse_foreign(const struct nic *nic, uint32_t id, const char *name,
			  struct zcxsk_error *error)
{
	char remedy[sizeof(error->remedy)];

	snprintf(remedy, sizeof(remedy),
		 "End the program that attached it, or take it off with `ip link set dev %s %s "
		 "off`. Programs loaded by xdp-loader or libxdp can share the interface.",
		 nic->ifname, nic->native_prog_id ? "xdp" : "xdpgeneric");
	return explain_text(error, "attach XDP", -EBUSY, remedy,
			    "XDP program %u%s%s is on %s already and is left alone", id,
			    name[0] ? " " : "", name, nic->ifname);
}

int redirect_look_around(const struct nic *nic, bool *dispatcher, uint32_t *modes,
			 struct zcxsk_error *error)
{
	bool native = nic->native_prog_id;
	uint32_t id = native ? nic->native_prog_id : nic->generic_prog_id;
	char name[BPF_OBJ_NAME_LEN];

	*dispatcher = false;
	if (!id)
		return 0;
	program_name(id, name);
	if (strcmp(name, DISPATCHER))
		return refuse_foreign(nic, id, name, error);
	*dispatcher = true;
	*modes &= native ? REDIRECT_NATIVE_MODES : ZCXSK_MODE_GENERIC_COPY;
	if (*modes)
		return 0;
	return explain_text(error, "attach XDP", -EBUSY,
			    "Allow more modes, or start the other programs in the mode wanted.",
			    "the libxdp dispatcher on %s runs in %s mode, which the allowed modes "
			    "exclude",
			    nic->ifname, native ? "native" : "generic");
}

bool redirect_dispatcher_is_there(const struct nic *nic, bool generic)
{
	uint32_t flags = generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
	char name[BPF_OBJ_NAME_LEN];
	uint32_t id = 0;

	if (bpf_xdp_query_id((int)nic->ifindex, (int)flags, &id) || !id)
		return false;
	program_name(id, name);
	return !strcmp(name, DISPATCHER);
}
