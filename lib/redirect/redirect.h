/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * redirect.h - the calls of a redirect for sockets and ports: entries of its
 * XSKMAP, one for each queue, references, and facts.
 */
#ifndef ZCXSK_LIB_REDIRECT_REDIRECT_H
#define ZCXSK_LIB_REDIRECT_REDIRECT_H

#include <zcxsk/redirect.h>

#include "nic/nic.h"

/*
 * The keeper of an XSKMAP that is not ours. Its calls return 0 (`socket` a
 * descriptor) or -errno.
 */
struct redirect_keeper {
	void *self; /* the first argument of each call */
	/* Creates an AF_XDP socket for a queue; NULL if this process creates it. */
	int (*socket)(void *self, uint32_t queue, struct zcxsk_error *error);
	int (*add)(void *self, uint32_t queue, int fd);
	int (*remove)(void *self, uint32_t queue);
	void (*release)(void *self);  /* when the redirect is detached */
	void (*in_child)(void *self); /* closes descriptors in a child; may be NULL */
};

/*
 * As zcxsk_redirect_attach(), to the interface with this index whatever its name is by now;
 * a success leaves all of *error alone. foresee: everything but the interface's part is done,
 * for sockets that are foreseen, too; redirect_unknown() says on what the result depends that
 * cannot be read, NULL if it is sure.
 */
int redirect_attach_index(struct zcxsk_redirect **out, uint32_t ifindex,
			  const struct zcxsk_redirect_opts *opts, bool foresee,
			  struct zcxsk_error *error);
/* Whether other programs run beside it, in libxdp's dispatcher. */
bool redirect_is_shared(const struct zcxsk_redirect *redirect);
const char *redirect_unknown(const struct zcxsk_redirect *redirect);

/*
 * Creates a redirect on a foreign XSKMAP. `attached` says how its program runs.
 * Returns NULL if out of memory, without calling keeper->release.
 */
struct zcxsk_redirect *redirect_new_kept(const struct nic *nic, enum zcxsk_attach attached,
					 const struct redirect_keeper *keeper);

/* The keeper of the map; NULL if the redirect has its own program, or is NULL. */
const struct redirect_keeper *redirect_keeper(const struct zcxsk_redirect *redirect);

/*
 * Take and drop a reference for a socket. The redirect cannot be detached while a
 * socket uses it. redirect_leave() drops that of its owner, after which the last user
 * detaches it. Both return 0, or the -errno with which the program stays in the dispatcher
 * although the redirect is gone, see explain_left().
 */
void redirect_hold(struct zcxsk_redirect *redirect);
int redirect_drop(struct zcxsk_redirect *redirect);
int redirect_leave(struct zcxsk_redirect *redirect);

/* Called with each bound socket, also one that only sends: see pools.h. */
void redirect_note(struct zcxsk_redirect *redirect, uint32_t queue, int fd);

/*
 * Put a socket into its queue's entry of the XSKMAP, or clear the entry. Return 0
 * or the kernel's -errno (-EEXIST: the entry is occupied).
 */
int redirect_add(struct zcxsk_redirect *redirect, uint32_t queue, int fd);
int redirect_remove(struct zcxsk_redirect *redirect, uint32_t queue);

/*
 * For a port that changes the number of queues: detach the program, keeping its
 * maps, rules and counters, and reattach it in the same way. The first returns
 * false if there is no link to detach, or if it must stay, see pools.h; a program in a
 * dispatcher stays there. The
 * second returns 0, also if nothing was detached, or -errno as attaching.
 */
bool redirect_detach_link(struct zcxsk_redirect *redirect);
int redirect_reattach(struct zcxsk_redirect *redirect, struct zcxsk_error *error);
/* Sets the current number of queues, without those that the driver added for XDP. */
void redirect_recount(struct zcxsk_redirect *redirect, uint32_t rx_queues, uint32_t tx_queues);

/* 0, or -EOWNERDEAD with *error filled in a child that has inherited the redirect. */
int redirect_check_owner(const struct zcxsk_redirect *redirect, struct zcxsk_error *error);

/* Facts of the interface as they were before attaching. */
const struct nic *redirect_nic(const struct zcxsk_redirect *redirect);

/* ZCXSK_GIVE_UP_*, as last attached or swapped. */
uint64_t redirect_give_up(const struct zcxsk_redirect *redirect);

/*
 * Why native XDP was refused before the program was attached as generic XDP; NULL
 * if it was not tried or not refused. Valid as long as the redirect.
 */
const struct zcxsk_error *redirect_refusal(const struct zcxsk_redirect *redirect);

/*
 * Whether the program that delivers packets is still on the interface. If not, *other_id is
 * the ID of the one that is there, 0 = none.
 */
bool redirect_is_in_place(const struct zcxsk_redirect *redirect, uint32_t *other_id);

/* Whether the program runs in the driver. */
static inline bool redirect_is_native(const struct zcxsk_redirect *redirect)
{
	enum zcxsk_attach attach = zcxsk_redirect_attached(redirect);

	return attach == ZCXSK_ATTACH_NATIVE || attach == ZCXSK_ATTACH_DISPATCHER;
}

#endif
