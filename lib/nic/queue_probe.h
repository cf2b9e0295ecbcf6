/* SPDX-License-Identifier: BSD-2-Clause */
/* queue_probe.h - whether the kernel has released the queue of a closed socket. */
#ifndef ZCXSK_LIB_NIC_QUEUE_PROBE_H
#define ZCXSK_LIB_NIC_QUEUE_PROBE_H

#include <stdint.h>

/*
 * Binds a socket of its own to a queue, in copy mode, which does not touch the driver, and
 * closes it. 0: the queue is free; it is busy again until the kernel has released that
 * socket. -EBUSY: it is not, also while its interface is down. -ENODEV: the interface is gone.
 * Others: unknown, as without CAP_NET_RAW, or if netns (see netns.h) is not this thread's.
 */
int queue_probe(uint64_t netns, uint32_t ifindex, uint32_t queue);

#endif
