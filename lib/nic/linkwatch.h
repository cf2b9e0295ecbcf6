/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linkwatch.h - link changes of an interface (up, down, removed) as a file
 * descriptor to wait on: an AF_XDP socket does not report them.
 */
#ifndef ZCXSK_LIB_NIC_LINKWATCH_H
#define ZCXSK_LIB_NIC_LINKWATCH_H

#include <stdint.h>

/*
 * Returns a descriptor that becomes readable when the interface changes, or
 * -errno. Watches the network namespace of the calling thread.
 */
int linkwatch_open(uint32_t ifindex);

/* Discards the messages received so far. */
void linkwatch_clear(int fd);

#endif
