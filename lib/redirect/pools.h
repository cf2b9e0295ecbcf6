/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pools.h - the order of closing: on kernels with a known fault, a program must not leave the
 * interface before the driver has lost the pools of closed zero-copy sockets.
 */
#ifndef ZCXSK_LIB_REDIRECT_POOLS_H
#define ZCXSK_LIB_REDIRECT_POOLS_H

#include <stdatomic.h>
#include <stdint.h>

#include "nic/nic.h"

struct pools {
	atomic_uint queues;	 /* no queue from this one on had a zero-copy socket */
	_Atomic(uint64_t) netns; /* of these sockets, see netns.h */
};

/* Called with each socket that a redirect takes in. */
void pools_note(struct pools *p, uint32_t queue, int fd);

/* Whether there has been one. */
static inline bool pools_seen(struct pools *p)
{
	return atomic_load(&p->queues);
}

/*
 * Waits until the driver has none of them, at most a second; at once without that fault.
 * -EDEADLK: the interface is down, and the driver still has one, since another process holds the
 * socket or its rings, or nothing tells; so the program has to stay. Otherwise 0.
 */
int pools_await(struct pools *p, const struct nic *nic);

#endif
