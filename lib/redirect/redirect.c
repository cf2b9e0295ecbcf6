/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * redirect.c - loads the BPF program, gets it onto the interface and off
 * again, and owns its maps. What the rules are is rulesets.c's.
 *
 * Two ways onto an interface: a bpf_link, which the kernel removes with the
 * process, and libxdp's dispatcher, which lets several programs share it.
 */
#include "redirect/redirect.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <xdp/libxdp.h>

#include "explain/explain.h"
#include "base/opts.h"
#include "redirect/silence.h"
#include "redirect.skel.h"
#include "redirect_abi.h"
#include "redirect/opts.h"
#include "redirect/present.h"
#include "redirect/rulesets.h"

/* Section of the program in the object, by which libxdp finds it. */
#define SECTION "xdp"

struct zcxsk_redirect {
	struct nic nic; /* as before attaching */
	enum zcxsk_attach attached;
	atomic_uint users; /* sockets that hold it */
	struct redirect *skel;
	struct sets sets;	       /* of rules */
	int link_fd;		       /* -1 = none */
	struct xdp_program *entry;     /* of the dispatcher; NULL = none */
	struct zcxsk_error refusal;    /* of native XDP; code 0 = none */
	struct redirect_keeper keeper; /* all zero: our own program and map */
};

static bool is_generic(enum zcxsk_attach how)
{
	return how == ZCXSK_ATTACH_GENERIC || how == ZCXSK_ATTACH_DISPATCHER_GENERIC;
}

static bool by_dispatcher(enum zcxsk_attach how)
{
	return how == ZCXSK_ATTACH_DISPATCHER || how == ZCXSK_ATTACH_DISPATCHER_GENERIC;
}

/* libxdp's and the public header's words for the same thing. */
static enum xdp_attach_mode dispatcher_mode(enum zcxsk_attach how)
{
	return is_generic(how) ? XDP_MODE_SKB : XDP_MODE_NATIVE;
}

static int explain_step(struct zcxsk_redirect *redirect, struct zcxsk_error *error, enum step step,
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

/* ---- on and off ---- */

/* The exact reverse of attaching, from however far that got. */
static void release(struct zcxsk_redirect *redirect)
{
	redirect_detach_link(redirect);
	xdp_program__close(redirect->entry);
	redirect->entry = NULL;
	redirect__destroy(redirect->skel);
	redirect->skel = NULL;
	if (redirect->keeper.release)
		redirect->keeper.release(redirect->keeper.self);
}

static int open_object(struct zcxsk_redirect *redirect)
{
	uint32_t queues = redirect->nic.rx_queues_max;

	redirect->skel = redirect__open();
	if (!redirect->skel)
		return -errno;
	/* Queues may be added later; packets of those without a socket pass. */
	return bpf_map__set_max_entries(redirect->skel->maps.zcxsk_sockets, queues ? queues : 1);
}

/* The loaded program onto the interface. */
static int create_link(struct zcxsk_redirect *redirect, enum zcxsk_attach how,
		       struct zcxsk_error *error)
{
	bool generic = is_generic(how);
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);

	redirect->link_fd = bpf_link_create(bpf_program__fd(redirect->skel->progs.zcxsk_redirect),
					    (int)redirect->nic.ifindex, BPF_XDP, &opts);
	if (redirect->link_fd >= 0)
		return 0;
	return explain_step(redirect, error, generic ? STEP_ATTACH_GENERIC : STEP_ATTACH_NATIVE,
			    redirect->link_fd, NULL);
}

static int attach_link(struct zcxsk_redirect *redirect, enum zcxsk_attach how,
		       struct zcxsk_error *error)
{
	int ret;

	ret = open_object(redirect);
	if (!ret)
		ret = redirect__load(redirect->skel);
	if (ret)
		return explain_step(redirect, error, STEP_BPF_LOAD, ret, NULL);
	return create_link(redirect, how, error);
}

static int attach_dispatcher(struct zcxsk_redirect *redirect, enum zcxsk_attach how,
			     struct zcxsk_error *error)
{
	int ifindex = (int)redirect->nic.ifindex;
	char detail[128] = "";
	int ret;

	ret = open_object(redirect);
	if (ret)
		return explain_step(redirect, error, STEP_BPF_LOAD, ret, NULL);
	redirect->entry = xdp_program__from_bpf_obj(redirect->skel->obj, SECTION);
	ret = (int)libxdp_get_error(redirect->entry);
	if (ret)
		redirect->entry = NULL;
	else
		ret = xdp_program__attach(redirect->entry, ifindex, dispatcher_mode(how), 0);
	if (ret) {
		libxdp_strerror(ret, detail, sizeof(detail));
		return explain_step(redirect, error, STEP_ATTACH_DISPATCHER, ret, detail);
	}
	ret = redirect_dispatcher_is_there(&redirect->nic, is_generic(how)) ? 0 : -EOPNOTSUPP;
	if (!ret)
		return 0;
	xdp_program__detach(redirect->entry, ifindex, dispatcher_mode(how), 0);
	return explain_step(redirect, error, STEP_ATTACH_DISPATCHER, ret,
			    ret == -EOPNOTSUPP ? "libxdp made no dispatcher here" : NULL);
}

/*
 * Takes the program out of the dispatcher; done already counts as done. libxdp
 * 1.3 leaves two files open here, each time; nothing can be done from outside.
 */
static int leave_dispatcher(struct zcxsk_redirect *redirect)
{
	int ret = xdp_program__detach(redirect->entry, (int)redirect->nic.ifindex,
				      dispatcher_mode(redirect->attached), 0);

	return ret == -ENOENT || ret == -ENODEV ? 0 : ret;
}

static int attach_how(struct zcxsk_redirect *redirect, enum zcxsk_attach how,
		      struct zcxsk_error *error)
{
	int ret;

	/* Longer packets would be lost, the kernel's own too; not every kernel refuses. */
	if (!is_generic(how) && redirect->nic.mtu > nic_xdp_mtu_limit(&redirect->nic))
		ret = explain_step(redirect, error, STEP_ATTACH_NATIVE, -EINVAL, NULL);
	else if (by_dispatcher(how))
		ret = attach_dispatcher(redirect, how, error);
	else
		ret = attach_link(redirect, how, error);
	if (ret)
		release(redirect);
	else
		redirect->attached = how;
	return ret;
}

/* Whether generic XDP may work where native XDP gave this. */
static bool worth_generic(int code)
{
	return code != -EPERM && code != -EBUSY && code != -EEXIST && code != -ENODEV;
}

/* Native first, then generic, as far as the modes allow. */
static int attach_best(struct zcxsk_redirect *redirect, bool dispatcher, uint32_t modes,
		       struct zcxsk_error *error)
{
	bool native = modes & REDIRECT_NATIVE_MODES;
	bool generic = modes & ZCXSK_MODE_GENERIC_COPY;
	int ret;

	if (!native)
		return attach_how(
			redirect,
			dispatcher ? ZCXSK_ATTACH_DISPATCHER_GENERIC : ZCXSK_ATTACH_GENERIC, error);
	ret = attach_how(redirect, dispatcher ? ZCXSK_ATTACH_DISPATCHER : ZCXSK_ATTACH_NATIVE,
			 &redirect->refusal);
	if (ret && generic && worth_generic(ret) &&
	    !attach_how(redirect,
			dispatcher ? ZCXSK_ATTACH_DISPATCHER_GENERIC : ZCXSK_ATTACH_GENERIC, NULL))
		return 0;
	/* When both fail, the reason of the better one is what counts. */
	if (ret && error)
		*error = redirect->refusal;
	return ret;
}

static int put_in_force(struct zcxsk_redirect *redirect, const struct zcxsk_redirect_opts *opts,
			struct zcxsk_error *error)
{
	int ret = sets_swap(&redirect->sets, opts->rules, opts->confirm_ns);

	return ret ? explain_step(redirect, error, STEP_BPF_LOAD, ret, NULL) : 0;
}

/* Only now, so that a slow driver's time does not count as the confirmation's. */
static int start_taking(struct zcxsk_redirect *redirect, const struct zcxsk_redirect_opts *opts,
			struct zcxsk_error *error)
{
	const struct sets_maps maps = {
		.takes_all = bpf_map__fd(redirect->skel->maps.bss),
		.sets = bpf_map__fd(redirect->skel->maps.zcxsk_sets),
		.deadlines = bpf_map__fd(redirect->skel->maps.zcxsk_deadlines),
		.hits = bpf_map__fd(redirect->skel->maps.zcxsk_hits),
		.counters = bpf_map__fd(redirect->skel->maps.zcxsk_counters),
	};
	int ret;

	sets_open(&redirect->sets, &maps);
	ret = put_in_force(redirect, opts, error);
	if (!ret)
		return 0;
	sets_close(&redirect->sets);
	if (redirect->entry)
		leave_dispatcher(redirect);
	release(redirect);
	return ret;
}

/* Everything that needs the interface; the options are known to be right. */
static int set_up(struct zcxsk_redirect *redirect, const char *ifname,
		  const struct zcxsk_redirect_opts *opts, struct zcxsk_error *error)
{
	uint32_t modes = opts->modes ? opts->modes : ZCXSK_MODES_ALL;
	bool dispatcher;
	int ret;

	ret = nic_read(&redirect->nic, ifname);
	if (ret)
		return explain_text(error, "read interface", ret,
				    "`ip link` lists the interfaces there are.",
				    ret == -ENODEV ? "no interface %s in this network namespace"
						   : "interface %s cannot be read",
				    ifname);
	ret = redirect_check_guard(&redirect->nic, opts, error);
	if (ret)
		return ret;
	quiet_begin();
	ret = redirect_look_around(&redirect->nic, &dispatcher, &modes, error);
	if (!ret)
		ret = attach_best(redirect, dispatcher || opts->flags & ZCXSK_REDIRECT_COEXIST,
				  modes, error);
	if (!ret)
		ret = start_taking(redirect, opts, error);
	quiet_end();
	return ret;
}

static int new_redirect(struct zcxsk_redirect **out, const char *ifname,
			const struct zcxsk_redirect_opts *opts, struct zcxsk_error *error)
{
	struct zcxsk_redirect *redirect = calloc(1, sizeof(*redirect));
	int ret;

	if (!redirect)
		return explain_text(error, "allocate", -ENOMEM, "", "out of memory");
	redirect->link_fd = -1;
	ret = set_up(redirect, ifname, opts, error);
	if (ret)
		free(redirect);
	else
		*out = redirect;
	return ret;
}

/* The set stays, if it is in force, since the redirect holds it too. */
static void drop_opts(struct zcxsk_redirect_opts *ours)
{
	zcxsk_rules_destroy((struct zcxsk_rules *)ours->rules);
}

int zcxsk_redirect_attach(struct zcxsk_redirect **out, const char *ifname,
			  const struct zcxsk_redirect_opts *opts, struct zcxsk_error *error)
{
	struct zcxsk_redirect_opts ours;
	int ret;

	if (out)
		*out = NULL;
	if (!out || !ifname)
		return explain_usage(error, "check options", "", "%s is NULL",
				     out ? "ifname" : "out");
	ret = redirect_take_opts(&ours, opts, error);
	if (ret)
		return ret;
	ret = new_redirect(out, ifname, &ours, error);
	drop_opts(&ours);
	if (!ret)
		explain_clear(error);
	return ret;
}

int zcxsk_redirect_detach(struct zcxsk_redirect *redirect)
{
	int ret = 0;

	if (!redirect)
		return 0;
	if (atomic_load(&redirect->users))
		return -EBUSY;
	quiet_begin();
	if (redirect->entry)
		ret = leave_dispatcher(redirect);
	if (!ret)
		release(redirect);
	quiet_end();
	if (ret)
		return ret;
	if (!redirect->keeper.add)
		sets_close(&redirect->sets);
	free(redirect);
	return 0;
}

/* ---- rules ---- */

/* The guard looks by name, in the network namespace of this thread. */
static int check_here(const struct nic *nic, struct zcxsk_error *error)
{
	if (if_nametoindex(nic->ifname) == nic->ifindex)
		return 0;
	return explain_text(error, "swap rules", -ENODEV,
			    "Swap from the network namespace in which it was attached.",
			    "%s (number %u) is not in this network namespace", nic->ifname,
			    nic->ifindex);
}

static int swap(struct zcxsk_redirect *redirect, const struct zcxsk_redirect_opts *opts,
		struct zcxsk_error *error)
{
	int ret;

	if (opts->modes || opts->flags & ZCXSK_REDIRECT_COEXIST)
		return explain_usage(error, "check options",
				     "Detach, and attach with these options.",
				     "modes and ZCXSK_REDIRECT_COEXIST are chosen when attaching");
	ret = check_here(&redirect->nic, error);
	if (!ret)
		ret = redirect_check_guard(&redirect->nic, opts, error);
	return ret ? ret : put_in_force(redirect, opts, error);
}

int zcxsk_redirect_swap(struct zcxsk_redirect *redirect, const struct zcxsk_redirect_opts *opts,
			struct zcxsk_error *error)
{
	struct zcxsk_redirect_opts ours;
	int ret;

	if (!redirect)
		return explain_usage(error, "check options", "", "redirect is NULL");
	if (redirect->keeper.add)
		return explain_text(error, "swap rules", -EOPNOTSUPP,
				    "Ask whoever has attached it.",
				    "the program on %s is somebody else's", redirect->nic.ifname);
	ret = redirect_take_opts(&ours, opts, error);
	if (ret)
		return ret;
	ret = swap(redirect, &ours, error);
	drop_opts(&ours);
	if (!ret)
		explain_clear(error);
	return ret;
}

int zcxsk_redirect_confirm(struct zcxsk_redirect *redirect)
{
	if (!redirect)
		return -EINVAL;
	return redirect->keeper.add ? -EOPNOTSUPP : sets_confirm(&redirect->sets);
}

const struct zcxsk_rules *zcxsk_redirect_rules(struct zcxsk_redirect *redirect)
{
	return redirect && !redirect->keeper.add ? sets_rules(&redirect->sets) : NULL;
}

int zcxsk_redirect_read_hits(struct zcxsk_redirect *redirect, uint64_t *hits, uint32_t count)
{
	if (!redirect || !hits)
		return -EINVAL;
	return redirect->keeper.add ? -EOPNOTSUPP : sets_hits(&redirect->sets, hits, count);
}

/* ---- questions ---- */

enum zcxsk_attach zcxsk_redirect_attached(const struct zcxsk_redirect *redirect)
{
	return redirect ? redirect->attached : (enum zcxsk_attach)0;
}

uint32_t zcxsk_redirect_queues(const struct zcxsk_redirect *redirect)
{
	return redirect ? nic_usable_queues(&redirect->nic) : 0;
}

int zcxsk_redirect_read_stats(const struct zcxsk_redirect *redirect,
			      struct zcxsk_redirect_stats *stats)
{
	struct zcxsk_redirect_stats sum;
	struct redirect_counters *counters;
	const uint32_t only_key = 0;
	int processors;
	int ret;

	if (!redirect || !stats)
		return -EINVAL;
	if (redirect->keeper.add)
		return -EOPNOTSUPP;
	processors = libbpf_num_possible_cpus();
	if (processors < 0)
		return processors;
	counters = calloc((size_t)processors, sizeof(*counters));
	if (!counters)
		return -ENOMEM;
	ret = bpf_map_lookup_elem(bpf_map__fd(redirect->skel->maps.zcxsk_counters), &only_key,
				  counters);
	zcxsk_redirect_stats_init(&sum);
	for (int i = 0; i < processors; i++) {
		sum.redirected += counters[i].packets[REDIRECT_REDIRECTED];
		sum.passed += counters[i].packets[REDIRECT_PASSED];
		sum.matched_no_socket += counters[i].packets[REDIRECT_MATCHED_NO_SOCKET];
	}
	free(counters);
	return ret ? ret : opts_answer(stats, &sum, sizeof(sum));
}

/* ---- for sockets ---- */

struct zcxsk_redirect *redirect_new_kept(const struct nic *nic, enum zcxsk_attach attached,
					 const struct redirect_keeper *keeper)
{
	struct zcxsk_redirect *redirect = calloc(1, sizeof(*redirect));

	if (!redirect)
		return NULL;
	redirect->nic = *nic;
	redirect->attached = attached;
	redirect->link_fd = -1;
	redirect->keeper = *keeper;
	return redirect;
}

const struct redirect_keeper *redirect_keeper(const struct zcxsk_redirect *redirect)
{
	return redirect->keeper.add ? &redirect->keeper : NULL;
}

void redirect_hold(struct zcxsk_redirect *redirect)
{
	atomic_fetch_add(&redirect->users, 1);
}

void redirect_drop(struct zcxsk_redirect *redirect)
{
	atomic_fetch_sub(&redirect->users, 1);
}

int redirect_add(struct zcxsk_redirect *redirect, uint32_t queue, int fd)
{
	if (redirect->keeper.add)
		return redirect->keeper.add(redirect->keeper.self, queue, fd);
	return bpf_map_update_elem(bpf_map__fd(redirect->skel->maps.zcxsk_sockets), &queue, &fd,
				   BPF_NOEXIST);
}

int redirect_remove(struct zcxsk_redirect *redirect, uint32_t queue)
{
	if (redirect->keeper.remove)
		return redirect->keeper.remove(redirect->keeper.self, queue);
	return bpf_map_delete_elem(bpf_map__fd(redirect->skel->maps.zcxsk_sockets), &queue);
}

const struct nic *redirect_nic(const struct zcxsk_redirect *redirect)
{
	return &redirect->nic;
}

const struct zcxsk_error *redirect_refusal(const struct zcxsk_redirect *redirect)
{
	return redirect->refusal.code ? &redirect->refusal : NULL;
}

/* ---- for ports ---- */

bool redirect_detach_link(struct zcxsk_redirect *redirect)
{
	if (redirect->link_fd < 0)
		return false;
	/* A forked child may hold the link too: closing would not do. */
	bpf_link_detach(redirect->link_fd);
	close(redirect->link_fd);
	redirect->link_fd = -1;
	return true;
}

int redirect_reattach(struct zcxsk_redirect *redirect, struct zcxsk_error *error)
{
	if (redirect->link_fd >= 0 || redirect->entry)
		return 0;
	return create_link(redirect, redirect->attached, error);
}

void redirect_recount(struct zcxsk_redirect *redirect, uint32_t rx_queues, uint32_t tx_queues)
{
	redirect->nic.rx_queues = rx_queues;
	redirect->nic.tx_queues = tx_queues;
}
