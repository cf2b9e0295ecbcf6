/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attach.c - loads the BPF program and attaches it to an interface, in one of two
 * ways: by a bpf_link, which the kernel removes with the process, or in libxdp's
 * dispatcher, where several programs share the interface.
 */
#include "redirect/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <unistd.h>
#include <xdp/libxdp.h>

#include "base/fd.h"
#include "base/minmax.h"
#include "nic/driver.h"
#include "nic/foresee.h"
#include "nic/offloads.h"
#include "redirect.skel.h"
#include "redirect/abandoned.h"
#include "redirect/present.h"

/* The program's section in the object, by which libxdp finds it. */
#define SECTION "xdp"

static bool is_generic(enum zcxsk_attach how)
{
	return how == ZCXSK_ATTACH_GENERIC || how == ZCXSK_ATTACH_DISPATCHER_GENERIC;
}

static bool by_dispatcher(enum zcxsk_attach how)
{
	return how == ZCXSK_ATTACH_DISPATCHER || how == ZCXSK_ATTACH_DISPATCHER_GENERIC;
}

static enum xdp_attach_mode dispatcher_mode(enum zcxsk_attach how)
{
	return is_generic(how) ? XDP_MODE_SKB : XDP_MODE_NATIVE;
}

int attach_explain(struct zcxsk_redirect *redirect, struct zcxsk_error *error, enum step step,
		   int code, const char *detail)
{
	struct explain_facts facts = {
		.nic = &redirect->nic,
		.mode = step == STEP_ATTACH_GENERIC ? ZCXSK_MODE_GENERIC_COPY
						    : ZCXSK_MODE_NATIVE_COPY,
		.usable_queues = nic_usable_queues(&redirect->nic),
		.detail = detail,
	};

	return explain(error, step, code, &facts);
}

int attach_check_here(struct nic *nic, struct zcxsk_error *error)
{
	int ret = nic_follow(nic);

	if (!ret)
		return 0;
	if (ret != -ENODEV)
		return explain_text(error, "read the interface", ret, "",
				    "the name of %s cannot be read", nic->ifname);
	return explain_text(error, "read the interface", -ENODEV,
			    "Call it in the network namespace in which the redirect was attached.",
			    "%s (index %u) is not in this network namespace", nic->ifname,
			    nic->ifindex);
}

static bool detach_link(struct zcxsk_redirect *redirect)
{
	if (redirect->link_fd < 0)
		return false;
	/* Closing is not enough: a forked child may hold the link too. It cannot fail. */
	bpf_link_detach(redirect->link_fd);
	fd_close(&redirect->link_fd);
	return true;
}

void attach_abandon(struct zcxsk_redirect *redirect)
{
	redirect->link_fd = -1;
	redirect->owner_fd = -1;
}

void attach_release(struct zcxsk_redirect *redirect)
{
	struct xdp_program *entry = redirect->entry;
	struct redirect *skel = redirect->skel;

	detach_link(redirect);
	/* Forgotten first: a child that is forked meanwhile uses them. */
	redirect->entry = NULL;
	redirect->skel = NULL;
	redirect->keeper.in_child = NULL;
	xdp_program__close(entry);
	/* From here on an entry that could not be removed is an abandoned one. */
	fd_close(&redirect->owner_fd);
	redirect__destroy(skel);
	if (redirect->keeper.release)
		redirect->keeper.release(redirect->keeper.self);
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void attach_in_child(struct zcxsk_redirect *redirect)
{
	struct bpf_program *program;
	struct bpf_map *map;

	fd_close(&redirect->link_fd);
	fd_close(&redirect->owner_fd);
	xdp_program__close(redirect->entry);
	redirect->entry = NULL;
	if (!redirect->skel)
		return;
	bpf_object__for_each_map (map, redirect->skel->obj)
		close_if_open(bpf_map__fd(map));
	bpf_object__for_each_program (program, redirect->skel->obj)
		close_if_open(bpf_program__fd(program));
	close_if_open(bpf_object__btf_fd(redirect->skel->obj));
}

static int open_object(struct zcxsk_redirect *redirect)
{
	uint32_t queues = redirect->nic.rx_queues_max;

	redirect->skel = redirect__open();
	if (!redirect->skel)
		return -errno;
	/* Queues may be added later; packets on queues without a socket pass. */
	return bpf_map__set_max_entries(redirect->skel->maps.zcxsk_sockets, max_u32(queues, 1));
}

static int foresee_link(struct zcxsk_redirect *redirect, bool generic, struct zcxsk_error *error)
{
	struct foresight native = foresee_native(&redirect->nic);

	redirect->unknown = generic ? NULL : native.unknown;
	if (generic || !native.code)
		return 0;
	return attach_explain(redirect, error, STEP_ATTACH_NATIVE, native.code, NULL);
}

/* Attaches the loaded program. Returns a descriptor or -errno. */
static int new_link(struct zcxsk_redirect *redirect, enum zcxsk_attach how,
		    struct zcxsk_error *error)
{
	bool generic = is_generic(how);
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);
	int fd = bpf_link_create(bpf_program__fd(redirect->skel->progs.zcxsk_redirect),
				 (int)redirect->nic.ifindex, BPF_XDP, &opts);

	if (fd >= 0)
		return fd;
	return attach_explain(redirect, error, generic ? STEP_ATTACH_GENERIC : STEP_ATTACH_NATIVE,
			      fd, NULL);
}

static int create_link(struct zcxsk_redirect *redirect, enum zcxsk_attach how,
		       struct zcxsk_error *error)
{
	if (redirect->foreseen)
		return foresee_link(redirect, is_generic(how), error);
	redirect->link_fd = new_link(redirect, how, error);
	return redirect->link_fd < 0 ? redirect->link_fd : 0;
}

int attach_renew_link(struct zcxsk_redirect *redirect, struct zcxsk_error *error)
{
	int fd, ret;

	bpf_link_detach(redirect->link_fd);
	fd = new_link(redirect, redirect->attached, error);
	if (fd < 0)
		return fd;
	/* Other threads may use the descriptor: its number stays the same. */
	do
		ret = dup3(fd, redirect->link_fd, O_CLOEXEC);
	while (ret < 0 && (errno == EINTR || errno == EBUSY));
	close(fd);
	return ret < 0 ? attach_explain(redirect, error, STEP_ATTACH_NATIVE, -errno, NULL) : 0;
}

static int attach_link(struct zcxsk_redirect *redirect, enum zcxsk_attach how,
		       struct zcxsk_error *error)
{
	int ret;

	ret = open_object(redirect);
	if (!ret)
		ret = redirect__load(redirect->skel);
	if (ret)
		return attach_explain(redirect, error, STEP_BPF_LOAD, ret, NULL);
	return create_link(redirect, how, error);
}

/* The driver's conditions are those of a program alone. */
static int foresee_entry(struct zcxsk_redirect *redirect, enum zcxsk_attach how,
			 struct zcxsk_error *error)
{
	struct foresight dispatcher = foresee_dispatcher();
	int ret = redirect__load(redirect->skel);

	if (ret)
		return attach_explain(redirect, error, STEP_BPF_LOAD, ret, NULL);
	if (dispatcher.code)
		return attach_explain(redirect, error, STEP_ATTACH_DISPATCHER, dispatcher.code,
				      NULL);
	ret = foresee_link(redirect, is_generic(how), error);
	if (!redirect->unknown)
		redirect->unknown = dispatcher.unknown;
	return ret;
}

static int attach_dispatcher(struct zcxsk_redirect *redirect, enum zcxsk_attach how,
			     struct zcxsk_error *error)
{
	int ifindex = (int)redirect->nic.ifindex;
	char detail[128] = "";
	int ret;

	ret = open_object(redirect);
	if (ret)
		return attach_explain(redirect, error, STEP_BPF_LOAD, ret, NULL);
	if (redirect->foreseen)
		return foresee_entry(redirect, how, error);
	redirect->entry = xdp_program__from_bpf_obj(redirect->skel->obj, SECTION);
	ret = (int)libxdp_get_error(redirect->entry);
	if (ret)
		redirect->entry = NULL;
	else
		ret = xdp_program__attach(redirect->entry, ifindex, dispatcher_mode(how), 0);
	if (ret) {
		libxdp_strerror(ret, detail, sizeof(detail));
		return attach_explain(redirect, error, STEP_ATTACH_DISPATCHER, ret, detail);
	}
	ret = redirect_has_dispatcher(&redirect->nic, is_generic(how)) ? 0 : -EOPNOTSUPP;
	if (!ret) {
		redirect->owner_fd = abandoned_tie(xdp_program__fd(redirect->entry));
		return 0;
	}
	attach_explain(redirect, error, STEP_ATTACH_DISPATCHER, ret,
		       "libxdp made no dispatcher here");
	explain_left(error, xdp_program__detach(redirect->entry, ifindex, dispatcher_mode(how), 0),
		     redirect->nic.ifname);
	return ret;
}

int attach_leave_dispatcher(struct zcxsk_redirect *redirect)
{
	int ret;

	if (!redirect->entry)
		return 0;
	/* libxdp 1.3 leaks two open files here each time; a caller cannot prevent that. */
	ret = xdp_program__detach(redirect->entry, (int)redirect->nic.ifindex,
				  dispatcher_mode(redirect->attached), 0);
	return ret == -ENOENT || ret == -ENODEV ? 0 : ret;
}

static int attach_how(struct zcxsk_redirect *redirect, enum zcxsk_attach how,
		      struct zcxsk_error *error)
{
	int ret;

	if (!is_generic(how) && driver_facts(redirect->nic.driver)->runs_xdp_in_members)
		ret = attach_explain(redirect, error, STEP_ATTACH_NATIVE, -EOPNOTSUPP, NULL);
	/* The driver would drop longer packets, also the kernel's; not every kernel refuses. */
	else if (!is_generic(how) && redirect->nic.mtu > nic_xdp_mtu_limit(&redirect->nic))
		ret = attach_explain(redirect, error, STEP_ATTACH_NATIVE, -EINVAL, NULL);
	else if (by_dispatcher(how))
		ret = attach_dispatcher(redirect, how, error);
	else
		ret = attach_link(redirect, how, error);
	if (ret)
		attach_release(redirect);
	else
		redirect->attached = how;
	return ret;
}

/* Whether generic XDP may work after native XDP failed with this code. */
static bool worth_generic(int code)
{
	return code != -EPERM && code != -EBUSY && code != -EEXIST && code != -ENODEV &&
	       code != -EMFILE && code != -ENFILE && code != -ENOMEM;
}

int attach_best(struct zcxsk_redirect *redirect, bool dispatcher, uint32_t modes,
		struct zcxsk_error *error)
{
	enum zcxsk_attach native_how = dispatcher ? ZCXSK_ATTACH_DISPATCHER : ZCXSK_ATTACH_NATIVE;
	enum zcxsk_attach generic_how =
		dispatcher ? ZCXSK_ATTACH_DISPATCHER_GENERIC : ZCXSK_ATTACH_GENERIC;
	bool native = modes & REDIRECT_NATIVE_MODES;
	bool generic = modes & ZCXSK_MODE_GENERIC_COPY;
	int ret;

	if (!native)
		return attach_how(redirect, generic_how, error);
	ret = attach_how(redirect, native_how, &redirect->refusal);
	if (ret && generic && worth_generic(ret) && !attach_how(redirect, generic_how, NULL))
		return 0;
	/* If both fail, report the error of the better mode. */
	if (ret && error)
		*error = redirect->refusal;
	return ret;
}

/* ---- whether the program is still there ---- */

/* A link that another program has detached belongs to no interface. */
static bool link_is_attached(int link_fd)
{
	struct bpf_link_info info = {0};
	uint32_t size = sizeof(info);

	return bpf_obj_get_info_by_fd(link_fd, &info, &size) || info.xdp.ifindex;
}

static uint32_t present_program(uint32_t ifindex)
{
	struct nic_link link;

	if (nic_read_link(&link, ifindex))
		return 0;
	return link.native_program ? link.native_program : link.generic_program;
}

bool redirect_is_in_place(const struct zcxsk_redirect *redirect, uint32_t *other_id)
{
	const struct nic *nic = &redirect->nic;
	bool in_place = true;

	*other_id = 0;
	if (nic->elsewhere)
		return true;
	if (redirect->link_fd >= 0)
		in_place = link_is_attached(redirect->link_fd);
	else if (redirect->entry)
		in_place = redirect_has_dispatcher(nic, is_generic(redirect->attached));
	if (redirect->link_fd < 0 || !in_place)
		*other_id = present_program(nic->ifindex);
	if (redirect->keeper.add)
		in_place = *other_id ==
			   (nic->native_prog_id ? nic->native_prog_id : nic->generic_prog_id);
	return in_place;
}

/* ---- detaching for a change of the queues ---- */

bool redirect_detach_link(struct zcxsk_redirect *redirect)
{
	return redirect->link_fd >= 0 && !pools_await(&redirect->pools, &redirect->nic) &&
	       detach_link(redirect);
}

int redirect_reattach(struct zcxsk_redirect *redirect, struct zcxsk_error *error)
{
	if (redirect->link_fd >= 0 || redirect->entry)
		return 0;
	return create_link(redirect, redirect->attached, error);
}
