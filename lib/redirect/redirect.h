/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * redirect.h - what a socket needs of a redirect and users do not: the
 * places of its XSKMAP, one a queue.
 */
#ifndef ZCXSK_LIB_REDIRECT_REDIRECT_H
#define ZCXSK_LIB_REDIRECT_REDIRECT_H

#include <zcxsk/redirect.h>

#include "nic/nic.h"

/*
 * Who keeps the map of sockets of a redirect that is not our own program's.
 * Results are 0 (a descriptor of socket) or -errno.
 */
struct redirect_keeper {
	void *self; /* what each call gets */
	/* Makes an AF_XDP socket for a queue; NULL where this program makes it. */
	int (*socket)(void *self, uint32_t queue, struct zcxsk_error *error);
	int (*add)(void *self, uint32_t queue, int fd);
	int (*remove)(void *self, uint32_t queue);
	void (*release)(void *self); /* when the redirect is detached */
};

/*
 * A redirect on a map of somebody else's, whose program runs in that way. NULL
 * without memory, and the keeper is not released then.
 */
struct zcxsk_redirect *redirect_new_kept(const struct nic *nic, enum zcxsk_attach attached,
					 const struct redirect_keeper *keeper);

/* NULL for a redirect with a program of its own. */
const struct redirect_keeper *redirect_keeper(const struct zcxsk_redirect *redirect);

/*
 * Counts a socket as a user of the redirect, so that it cannot be detached
 * under it, and the reverse.
 */
void redirect_hold(struct zcxsk_redirect *redirect);
void redirect_drop(struct zcxsk_redirect *redirect);

/*
 * Puts the socket fd into the place of its queue, or empties the place. 0 or
 * -errno as the kernel gave it (-EEXIST: the place is taken).
 */
int redirect_add(struct zcxsk_redirect *redirect, uint32_t queue, int fd);
int redirect_remove(struct zcxsk_redirect *redirect, uint32_t queue);

/*
 * For a port that changes the number of queues: takes a program that is there
 * by a link off the interface, with its maps, rules and counters kept, and puts
 * it back in the same way. lift gives false for one in a dispatcher, which
 * stays. put_back gives 0, also when nothing was lifted, or -errno as attaching.
 */
bool redirect_detach_link(struct zcxsk_redirect *redirect);
int redirect_reattach(struct zcxsk_redirect *redirect, struct zcxsk_error *error);
/* How many queues there are now, less those that the driver added for XDP. */
void redirect_recount(struct zcxsk_redirect *redirect, uint32_t rx_queues, uint32_t tx_queues);

/* Facts of the interface as they were before attaching. */
const struct nic *redirect_nic(const struct zcxsk_redirect *redirect);

/*
 * Why native XDP was refused when the program had to go behind the driver;
 * NULL when it was not tried or not refused. Lives as long as the redirect.
 */
const struct zcxsk_error *redirect_refusal(const struct zcxsk_redirect *redirect);

/* True when the program runs in the driver. */
static inline bool redirect_is_native(const struct zcxsk_redirect *redirect)
{
	enum zcxsk_attach attach = zcxsk_redirect_attached(redirect);

	return attach == ZCXSK_ATTACH_NATIVE || attach == ZCXSK_ATTACH_DISPATCHER;
}

#endif
