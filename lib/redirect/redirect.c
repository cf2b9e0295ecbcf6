/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * redirect.c - the public calls of a redirect, and its XSKMAP for sockets.
 * attach.c attaches the program, rulesets.c swaps the rules.
 */
#include "redirect/redirect.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "explain/explain.h"
#include "base/opts.h"
#include "redirect/attach.h"
#include "redirect/guard.h"
#include "redirect/silence.h"
#include "redirect.skel.h"
#include "redirect_abi.h"
#include "redirect/opts.h"
#include "redirect/present.h"
#include "redirect/rulesets.h"

static int put_in_force(struct zcxsk_redirect *redirect, const struct zcxsk_redirect_opts *opts,
			struct zcxsk_error *error)
{
	int ret = sets_swap(&redirect->sets, opts->rules, opts->give_up, opts->confirm_ns);

	if (!ret)
		atomic_store(&redirect->give_up, opts->give_up);
	return ret ? attach_explain(redirect, error, STEP_BPF_LOAD, ret, NULL) : 0;
}

/* Called after attaching, so that a slow driver does not use up the time to confirm. */
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
	explain_left(error, attach_leave_dispatcher(redirect), redirect->nic.ifname);
	attach_release(redirect);
	return ret;
}

/* The part that needs the interface. The options have been checked, the facts read. */
static int set_up(struct zcxsk_redirect *redirect, const struct zcxsk_redirect_opts *opts,
		  struct zcxsk_error *error)
{
	uint32_t modes = opts->modes ? opts->modes : ZCXSK_MODES_ALL;
	sigset_t before;
	bool dispatcher;
	int ret;

	ret = explain_link_type(error, &redirect->nic);
	if (!ret)
		ret = guard_check(&redirect->nic, opts->rules, opts->give_up, error);
	if (ret)
		return ret;
	quiet_begin(&before);
	ret = redirect_find_present(&redirect->nic, redirect->foreseen, &dispatcher, &modes, error);
	if (!ret)
		ret = attach_best(redirect, dispatcher || opts->flags & ZCXSK_REDIRECT_COEXIST,
				  modes, error);
	if (!ret)
		ret = start_taking(redirect, opts, error);
	quiet_end(&before);
	return ret;
}

/* ---- create and free ---- */

static void in_child(void *object)
{
	struct zcxsk_redirect *redirect = object;

	attach_in_child(redirect);
	sets_in_child(&redirect->sets);
	if (redirect->keeper.in_child)
		redirect->keeper.in_child(redirect->keeper.self);
	quiet_in_child();
}

/* A redirect with nothing attached, on a foreign map if there is a keeper; or NULL. */
static struct zcxsk_redirect *allocate(const struct redirect_keeper *keeper)
{
	struct zcxsk_redirect *redirect = calloc(1, sizeof(*redirect));

	if (!redirect)
		return NULL;
	redirect->link_fd = -1;
	redirect->owner_fd = -1;
	sets_init(&redirect->sets);
	if (keeper)
		redirect->keeper = *keeper;
	if (!fork_register(&redirect->fork, in_child, redirect))
		return redirect;
	free(redirect);
	return NULL;
}

static int new_redirect(struct zcxsk_redirect **out, const struct nic *nic,
			const struct zcxsk_redirect_opts *opts, bool foresee,
			struct zcxsk_error *error)
{
	struct zcxsk_redirect *redirect = allocate(NULL);
	int ret;

	if (!redirect)
		return explain_text(error, "allocate", -ENOMEM, "", "out of memory");
	redirect->nic = *nic;
	redirect->foreseen = foresee;
	ret = set_up(redirect, opts, error);
	if (!ret) {
		*out = redirect;
		return 0;
	}
	fork_unregister(&redirect->fork);
	free(redirect);
	return ret;
}

/* A set in force stays, since the redirect holds it too. */
static void drop_opts(struct zcxsk_redirect_opts *ours)
{
	zcxsk_rules_destroy((struct zcxsk_rules *)ours->rules);
}

int redirect_attach_index(struct zcxsk_redirect **out, uint32_t ifindex,
			  const struct zcxsk_redirect_opts *opts, bool foresee,
			  struct zcxsk_error *error)
{
	struct zcxsk_redirect_opts ours;
	char number[IFNAMSIZ];
	struct nic nic;
	int ret;

	ret = redirect_take_opts(&ours, opts, error);
	if (ret)
		return ret;
	snprintf(number, sizeof(number), "%" PRIu32, ifindex);
	ret = nic_read_index(&nic, ifindex);
	ret = ret ? explain_lookup(error, ret, number)
		  : new_redirect(out, &nic, &ours, foresee, error);
	drop_opts(&ours);
	return ret;
}

int zcxsk_redirect_attach(struct zcxsk_redirect **out, const char *ifname,
			  const struct zcxsk_redirect_opts *opts, struct zcxsk_error *error)
{
	struct zcxsk_redirect_opts ours;
	struct nic nic;
	int ret;

	if (out)
		*out = NULL;
	if (!out || !ifname)
		return explain_usage(error, "check options", "", "%s is NULL",
				     out ? "ifname" : "out");
	ret = redirect_take_opts(&ours, opts, error);
	if (ret)
		return ret;
	ret = nic_read(&nic, ifname);
	ret = ret ? explain_lookup(error, ret, ifname)
		  : new_redirect(out, &nic, &ours, false, error);
	drop_opts(&ours);
	if (!ret)
		explain_clear(error);
	return ret;
}

static int leave_dispatcher(struct zcxsk_redirect *redirect)
{
	sigset_t before;
	int ret;

	quiet_begin(&before);
	ret = attach_leave_dispatcher(redirect);
	quiet_end(&before);
	return ret;
}

static void destroy(struct zcxsk_redirect *redirect)
{
	sigset_t before;

	quiet_begin(&before);
	attach_release(redirect);
	quiet_end(&before);
	if (!redirect->keeper.add)
		sets_close(&redirect->sets);
	fork_unregister(&redirect->fork);
	free(redirect);
}

int zcxsk_redirect_detach(struct zcxsk_redirect *redirect)
{
	int ret;

	if (!redirect)
		return 0;
	if (fork_check(&redirect->fork))
		return -EOWNERDEAD;
	if (atomic_load(&redirect->users))
		return -EBUSY;
	ret = pools_await(&redirect->pools, &redirect->nic);
	if (!ret)
		ret = leave_dispatcher(redirect);
	if (!ret)
		destroy(redirect);
	return ret;
}

/* ---- rules ---- */

static int swap(struct zcxsk_redirect *redirect, const struct zcxsk_redirect_opts *opts,
		struct zcxsk_error *error)
{
	struct nic now = redirect->nic;
	int ret;

	if (opts->modes || opts->flags & ZCXSK_REDIRECT_COEXIST)
		return explain_usage(
			error, "check options", "Detach, and attach again with these options.",
			"modes and ZCXSK_REDIRECT_COEXIST cannot change after attaching");
	ret = attach_check_here(&now, error);
	if (!ret)
		ret = guard_check(&now, opts->rules, opts->give_up, error);
	return ret ? ret : put_in_force(redirect, opts, error);
}

int zcxsk_redirect_swap(struct zcxsk_redirect *redirect, const struct zcxsk_redirect_opts *opts,
			struct zcxsk_error *error)
{
	struct zcxsk_redirect_opts ours;
	int ret;

	if (!redirect)
		return explain_usage(error, "check options", "", "redirect is NULL");
	ret = redirect_check_owner(redirect, error);
	if (ret)
		return ret;
	if (redirect->keeper.add)
		return explain_text(error, "swap rules", -EOPNOTSUPP,
				    "Change the rules in the program that has attached it.",
				    "the XDP program on %s belongs to another program",
				    redirect->nic.ifname);
	ret = redirect_take_opts(&ours, opts, error);
	if (ret)
		return ret;
	ret = swap(redirect, &ours, error);
	drop_opts(&ours);
	if (!ret)
		explain_clear(error);
	return ret;
}

static int check_rules(struct zcxsk_redirect *redirect, struct zcxsk_error *error)
{
	uint64_t give_up;
	struct zcxsk_rules *rules = sets_hold_rules(&redirect->sets, &give_up);
	struct nic now = redirect->nic;
	int ret = rules ? attach_check_here(&now, error) : 0;

	if (!ret && rules)
		ret = guard_check(&now, rules, give_up, error);
	zcxsk_rules_destroy(rules);
	return ret;
}

int zcxsk_redirect_check(struct zcxsk_redirect *redirect, struct zcxsk_error *error)
{
	int ret;

	if (!redirect)
		return explain_usage(error, "check options", "", "redirect is NULL");
	ret = redirect_check_owner(redirect, error);
	if (ret)
		return ret;
	if (redirect->keeper.add)
		return explain_text(error, "check what the rules take", -EOPNOTSUPP,
				    "Check them in the program that has attached it.",
				    "the XDP program on %s belongs to another program",
				    redirect->nic.ifname);
	ret = check_rules(redirect, error);
	if (!ret)
		explain_clear(error);
	return ret;
}

int zcxsk_redirect_confirm(struct zcxsk_redirect *redirect)
{
	if (!redirect)
		return -EINVAL;
	if (fork_check(&redirect->fork))
		return -EOWNERDEAD;
	return redirect->keeper.add ? -EOPNOTSUPP : sets_confirm(&redirect->sets);
}

/* Whether this process may use it: it is not NULL, and not a parent's. */
static bool is_usable(const struct zcxsk_redirect *redirect)
{
	return redirect && !fork_is_inherited(&redirect->fork);
}

const struct zcxsk_rules *zcxsk_redirect_rules(struct zcxsk_redirect *redirect)
{
	return is_usable(redirect) && !redirect->keeper.add ? sets_rules(&redirect->sets) : NULL;
}

int zcxsk_redirect_read_hits(struct zcxsk_redirect *redirect, uint64_t *hits, uint32_t count)
{
	if (!redirect || !hits)
		return -EINVAL;
	if (fork_check(&redirect->fork))
		return -EOWNERDEAD;
	return redirect->keeper.add ? -EOPNOTSUPP : sets_hits(&redirect->sets, hits, count);
}

/* ---- reading ---- */

enum zcxsk_attach zcxsk_redirect_attached(const struct zcxsk_redirect *redirect)
{
	return is_usable(redirect) ? redirect->attached : (enum zcxsk_attach)0;
}

uint32_t zcxsk_redirect_queues(const struct zcxsk_redirect *redirect)
{
	return is_usable(redirect) ? nic_usable_queues(&redirect->nic) : 0;
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
	if (fork_check(&redirect->fork))
		return -EOWNERDEAD;
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
	struct zcxsk_redirect *redirect = allocate(keeper);

	if (!redirect)
		return NULL;
	redirect->nic = *nic;
	redirect->attached = attached;
	return redirect;
}

const struct redirect_keeper *redirect_keeper(const struct zcxsk_redirect *redirect)
{
	return redirect && redirect->keeper.add ? &redirect->keeper : NULL;
}

void redirect_hold(struct zcxsk_redirect *redirect)
{
	atomic_fetch_add(&redirect->users, 1);
}

int redirect_drop(struct zcxsk_redirect *redirect)
{
	int ret;

	/* The owner sets `left` before it drops its own reference, so the last one sees it. */
	if (atomic_fetch_sub(&redirect->users, 1) != 1 || !atomic_load(&redirect->left))
		return 0;
	ret = pools_await(&redirect->pools, &redirect->nic);
	if (ret)
		attach_abandon(redirect);
	else
		ret = leave_dispatcher(redirect);
	destroy(redirect);
	return ret;
}

int redirect_leave(struct zcxsk_redirect *redirect)
{
	atomic_store(&redirect->left, true);
	return redirect_drop(redirect);
}

void redirect_note(struct zcxsk_redirect *redirect, uint32_t queue, int fd)
{
	pools_note(&redirect->pools, queue, fd);
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

int redirect_check_owner(const struct zcxsk_redirect *redirect, struct zcxsk_error *error)
{
	return explain_owner(error, &redirect->fork, "redirect");
}

const struct nic *redirect_nic(const struct zcxsk_redirect *redirect)
{
	return &redirect->nic;
}

bool redirect_is_shared(const struct zcxsk_redirect *redirect)
{
	return redirect->attached == ZCXSK_ATTACH_DISPATCHER ||
	       redirect->attached == ZCXSK_ATTACH_DISPATCHER_GENERIC;
}

const char *redirect_unknown(const struct zcxsk_redirect *redirect)
{
	return redirect ? redirect->unknown : NULL;
}

uint64_t redirect_give_up(const struct zcxsk_redirect *redirect)
{
	return atomic_load(&redirect->give_up);
}

const struct zcxsk_error *redirect_refusal(const struct zcxsk_redirect *redirect)
{
	return redirect->refusal.code ? &redirect->refusal : NULL;
}

/* ---- for ports ---- */

void redirect_recount(struct zcxsk_redirect *redirect, uint32_t rx_queues, uint32_t tx_queues)
{
	redirect->nic.rx_queues = rx_queues;
	redirect->nic.tx_queues = tx_queues;
}
