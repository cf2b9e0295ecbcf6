/* SPDX-License-Identifier: BSD-2-Clause */
/* attach.h - the struct of a redirect, and its program on and off the interface. */
#ifndef ZCXSK_LIB_REDIRECT_ATTACH_H
#define ZCXSK_LIB_REDIRECT_ATTACH_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/fork.h"
#include "explain/explain.h"
#include "redirect/pools.h"
#include "redirect/redirect.h"
#include "redirect/rulesets.h"

struct redirect;
struct xdp_program;

struct zcxsk_redirect {
	struct nic nic; /* as before attaching */
	enum zcxsk_attach attached;
	atomic_uint users; /* sockets that use it */
	atomic_bool left;  /* by its owner: the last user discards it */
	struct redirect *skel;
	struct sets sets;	       /* of rules */
	_Atomic(uint64_t) give_up;     /* with the rules in force */
	int link_fd;		       /* -1 = none */
	struct pools pools;	       /* of zero-copy sockets */
	bool foreseen;		       /* attached to nothing: what it would come to */
	const char *unknown;	       /* what that depends on; NULL = it is sure */
	struct xdp_program *entry;     /* in libxdp's dispatcher; NULL = none */
	int owner_fd;		       /* what ties the entry to this process; -1 = none */
	struct zcxsk_error refusal;    /* of native XDP; code 0 = none */
	struct redirect_keeper keeper; /* all zero: our own program and map */
	struct fork_node fork;
};

/* Fills *error for a step that failed with code. Returns code. */
int attach_explain(struct zcxsk_redirect *redirect, struct zcxsk_error *error, enum step step,
		   int code, const char *detail);

/*
 * Reads the present name. Returns 0, or -errno with *error filled: -ENODEV if the interface is not
 * in this thread's network namespace, whose facts the guard and the kernel go by.
 */
int attach_check_here(struct nic *nic, struct zcxsk_error *error);

/*
 * Loads the program and attaches it, native if the modes allow it, otherwise
 * generic. Returns 0, or -errno with everything undone.
 */
int attach_best(struct zcxsk_redirect *redirect, bool dispatcher, uint32_t modes,
		struct zcxsk_error *error);

/*
 * Removes the program from the dispatcher, if it is there. Returns 0, also if it
 * was removed already, or -errno.
 */
int attach_leave_dispatcher(struct zcxsk_redirect *redirect);

/*
 * In a child: closes its descriptors of link, program and maps. The parent's, which are
 * others, keep the program attached.
 */
void attach_in_child(struct zcxsk_redirect *redirect);

/*
 * Replaces the link by a new one of the same program, so that the driver sets itself up again.
 * Returns 0, or -errno with nothing attached; then it can be tried again.
 */
int attach_renew_link(struct zcxsk_redirect *redirect, struct zcxsk_error *error);

/* Leaves a program that must not go yet on the interface, until the process ends. */
void attach_abandon(struct zcxsk_redirect *redirect);

/* Undoes everything else that attach_best() has done, however far it got. */
void attach_release(struct zcxsk_redirect *redirect);

#endif
