/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * present.c - finds an XDP program that is already on the interface: libxdp's
 * dispatcher can be joined, a foreign program is left alone.
 */
#include "redirect/present.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "explain/words.h"
#include "nic/offloads.h"
#include "redirect/abandoned.h"

/* The name of libxdp's dispatcher; any other program is foreign. */
#define DISPATCHER "xdp_dispatcher"

/* The kernel's name of a program; "" if it may not be read. -errno without a descriptor. */
static int program_name(uint32_t id, char name[BPF_OBJ_NAME_LEN])
{
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	name[0] = '\0';
	if (fd < 0)
		return fd == -EMFILE || fd == -ENFILE ? fd : 0;
	if (!bpf_obj_get_info_by_fd(fd, &info, &size))
		snprintf(name, BPF_OBJ_NAME_LEN, "%s", info.name);
	close(fd);
	return 0;
}

static int refuse_foreign(const struct nic *nic, uint32_t id, const char *name,
			  struct zcxsk_error *error)
{
	explain_text(error, "attach XDP", -EBUSY, "",
		     "another XDP program (id %u%s%s) is attached to %s and was left alone", id,
		     name[0] ? ", " : "", name, nic->ifname);
	if (error) {
		say_detach(error, nic);
		say_remedy(error,
			   " Programs loaded by xdp-loader or libxdp can share the interface.");
	}
	return -EBUSY;
}

/* The program on the interface, by the facts of *nic. Returns 0 or as program_name(). */
static int read_present(const struct nic *nic, uint32_t *id, char name[BPF_OBJ_NAME_LEN])
{
	*id = nic->native_prog_id ? nic->native_prog_id : nic->generic_prog_id;
	name[0] = '\0';
	return *id ? program_name(*id, name) : 0;
}

int redirect_find_present(struct nic *nic, bool look_only, bool *dispatcher, uint32_t *modes,
			  struct zcxsk_error *error)
{
	char name[BPF_OBJ_NAME_LEN];
	uint32_t id;
	bool native;
	int ret = read_present(nic, &id, name);

	*dispatcher = false;
	if (!ret && !look_only && !strcmp(name, DISPATCHER) && abandoned_remove(nic)) {
		nic_read_programs(nic);
		ret = read_present(nic, &id, name);
	}
	if (ret)
		return explain_text(error, "attach XDP", ret, "",
				    "the XDP program on %s cannot be read", nic->ifname);
	if (!id)
		return 0;
	if (strcmp(name, DISPATCHER))
		return refuse_foreign(nic, id, name, error);
	native = nic->native_prog_id;
	*dispatcher = true;
	*modes &= native ? REDIRECT_NATIVE_MODES : ZCXSK_MODE_GENERIC_COPY;
	if (*modes)
		return 0;
	return explain_text(error, "attach XDP", -EBUSY,
			    "Allow more modes, or load the other programs in an allowed mode.",
			    "the libxdp dispatcher on %s runs in %s mode, which the options do not "
			    "allow",
			    nic->ifname, native ? "native" : "generic");
}

bool redirect_has_dispatcher(const struct nic *nic, bool generic)
{
	char name[BPF_OBJ_NAME_LEN];
	struct nic_link link;
	uint32_t id;

	if (nic_read_link(&link, nic->ifindex))
		return false;
	id = generic ? link.generic_program : link.native_program;
	if (!id)
		return false;
	return !program_name(id, name) && !strcmp(name, DISPATCHER);
}
