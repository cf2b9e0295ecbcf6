/* SPDX-License-Identifier: BSD-2-Clause */
/* netns.h - the identity of a network namespace. */
#ifndef ZCXSK_LIB_NIC_NETNS_H
#define ZCXSK_LIB_NIC_NETNS_H

#include <stdint.h>

/* Identifies the network namespace of a socket of any kind; 0 = unknown. */
uint64_t netns_of(int fd);

#endif
