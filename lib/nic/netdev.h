/* SPDX-License-Identifier: BSD-2-Clause */
/* netdev.h - what the netdev netlink family, of Linux 6.3, knows of an interface. Read-only. */
#ifndef ZCXSK_LIB_NIC_NETDEV_H
#define ZCXSK_LIB_NIC_NETDEV_H

#include "nic/nic.h"

/* Reads the XDP features of the driver; not known if that fails. */
void netdev_read(struct nic *nic);

/*
 * Whether the driver still has an AF_XDP pool on an RX queue: 1 or 0. -ENOENT if the interface
 * is down, or another -errno: unknown, as before Linux 6.15.
 */
int netdev_queue_has_pool(const struct nic *nic, uint32_t queue);

#endif
