/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channels.c - reads and sets the number of an interface's queues with the ioctl
 * of ethtool -L. Unlike the netlink interface it exists on every kernel and
 * needs no family lookup.
 */
#include "nic/channels.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"

int channels_read(const struct nic *nic, struct ethtool_channels *channels)
{
	int fd = nic_open_ioctl();
	int ret;

	if (fd < 0)
		return -errno;
	*channels = (struct ethtool_channels){.cmd = ETHTOOL_GCHANNELS};
	ret = nic_ethtool(fd, nic, channels);
	close(fd);
	return ret;
}

/* A driver has either combined or separate channels; few have both. */
void channels_make(struct ethtool_channels *channels, uint32_t n)
{
	bool pairs = channels->max_combined;

	channels->combined_count = pairs ? n : 0;
	channels->rx_count = pairs ? 0 : n;
	channels->tx_count = pairs ? 0 : n;
}

static int set_once(int fd, const struct nic *nic, const struct ethtool_channels *channels)
{
	struct ethtool_channels set = {.cmd = ETHTOOL_GCHANNELS};
	int ret = nic_ethtool(fd, nic, &set);

	if (ret || (set.combined_count == channels->combined_count &&
		    set.rx_count == channels->rx_count && set.tx_count == channels->tx_count))
		return ret;
	set = *channels;
	set.cmd = ETHTOOL_SCHANNELS;
	return nic_ethtool(fd, nic, &set);
}

/* While a socket occupies a queue, the kernel returns EINVAL, some drivers EBUSY. */
static bool is_temporary(int ret)
{
	return ret == -EINVAL || ret == -EBUSY;
}

int channels_write(const struct nic *nic, const struct ethtool_channels *channels,
		   uint64_t timeout_ns)
{
	uint64_t deadline = clock_deadline(timeout_ns);
	int fd = nic_open_ioctl();
	int ret;

	if (fd < 0)
		return -errno;
	while (is_temporary(ret = set_once(fd, nic, channels)) && clock_now() < deadline)
		poll(NULL, 0, NIC_BUSY_PAUSE_MS);
	close(fd);
	return ret;
}
