/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linkwatch.h - word of what happens to an interface (up, down, gone), as a
 * descriptor to sleep on: the socket itself is silent about these.
 */
#ifndef ZCXSK_LIB_NIC_LINKWATCH_H
#define ZCXSK_LIB_NIC_LINKWATCH_H

#include <stdint.h>

/*
 * A descriptor that becomes readable when the interface changes, in the network
 * namespace of the calling thread. -errno where there is none to be had.
 */
int linkwatch_open(uint32_t ifindex);

/* Takes what has been told so far. */
void linkwatch_clear(int fd);

#endif
