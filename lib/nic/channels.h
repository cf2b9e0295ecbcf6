/* SPDX-License-Identifier: BSD-2-Clause */
/* channels.h - reads and sets the number of a driver's queues. */
#ifndef ZCXSK_LIB_NIC_CHANNELS_H
#define ZCXSK_LIB_NIC_CHANNELS_H

#include <linux/ethtool.h>

#include "nic/nic.h"

/* Returns 0 or -errno: -EOPNOTSUPP if the driver does not report its channels. */
int channels_read(const struct nic *nic, struct ethtool_channels *channels);

/* Changes *channels, as read, to n RX and n TX queues. */
void channels_make(struct ethtool_channels *channels, uint32_t n);

/*
 * Sets the channels. While the driver is busy, retries for up to timeout_ns: a
 * socket closed a moment ago still occupies its queue. Blocks. Returns 0, also if
 * nothing changes, or the driver's -errno.
 */
int channels_write(const struct nic *nic, const struct ethtool_channels *channels,
		   uint64_t timeout_ns);

#endif
