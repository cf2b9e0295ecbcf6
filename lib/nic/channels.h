/* SPDX-License-Identifier: BSD-2-Clause */
/* channels.h - telling a driver how many queues to have. */
#ifndef ZCXSK_LIB_NIC_CHANNELS_H
#define ZCXSK_LIB_NIC_CHANNELS_H

#include <linux/ethtool.h>

#include "nic/nic.h"

/* Reads them. 0 or -errno: -EOPNOTSUPP from drivers that have no such setting. */
int channels_read(const struct nic *nic, struct ethtool_channels *channels);

/* Turns what was read into n queues for receiving and n for sending. */
void channels_make(struct ethtool_channels *channels, uint32_t n);

/*
 * Sets them. While the driver is busy, tries again until timeout_ns is over: a
 * socket closed a moment ago still has its queue. 0, also when nothing is
 * different, or -errno as the driver gave it. Blocks.
 */
int channels_write(const struct nic *nic, const struct ethtool_channels *channels,
		   uint64_t timeout_ns);

#endif
