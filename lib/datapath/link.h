/* SPDX-License-Identifier: BSD-2-Clause */
/* link.h - the link and the device of a socket: their state, and events when it changes. */
#ifndef ZCXSK_LIB_DATAPATH_LINK_H
#define ZCXSK_LIB_DATAPATH_LINK_H

#include <errno.h>

#include "datapath/socket.h"

/*
 * Watches the interface, unless it is watched already. Without it, waits notice changes by
 * polling in ticks. Returns 0, -EOPNOTSUPP if the interface is in another namespace or
 * simulated, or -errno.
 */
int link_watch(struct zcxsk_socket *s);
void link_unwatch(struct zcxsk_socket *s);

static inline bool link_is_watched(const struct zcxsk_socket *s)
{
	return s->wait.link.fd >= 0;
}

/* The interface is down, or has no carrier, as far as known. */
static inline bool link_is_down(const struct zcxsk_socket *s)
{
	return s->status == -ENETDOWN || !s->wait.link.up;
}

/* The watch will report the end of this state: nothing has to be polled for. */
static inline bool link_return_is_reported(const struct zcxsk_socket *s)
{
	return link_is_watched(s) && !s->wait.link.up;
}

/* The socket is open: changes up to now, such as those caused by opening, are no events. */
void link_settle(struct zcxsk_socket *s);

/*
 * Reads the reported changes, or asks the device if it is not watched, and raises events.
 * After a change refused kicks are repeated.
 */
void link_check(struct zcxsk_socket *s);

/* For calls that do not sleep, while the link is down: checks it, but not each time. */
void link_check_again(struct zcxsk_socket *s);

/*
 * Sleeps until the link is up, or until the deadline. Returns 0, -ETIMEDOUT, -EINTR, or -ENXIO
 * if the device is gone.
 */
int link_wait(struct zcxsk_socket *s, uint64_t timeout_ns);

#endif
