/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channels.c - the number of an interface's queues, by the ioctl of ethtool -L:
 * it is as old as queues are, and needs no family to be looked up.
 */
#include "nic/channels.h"

#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

/* The kernel lets go of a closed socket's queue within 20 to 70 ms. */
#define BUSY_PAUSE_MS 5

static int ask(int fd, const struct nic *nic, struct ethtool_channels *channels)
{
	struct ifreq ifr = {.ifr_data = (void *)channels};

	memcpy(ifr.ifr_name, nic->ifname, sizeof(ifr.ifr_name));
	return ioctl(fd, SIOCETHTOOL, &ifr) ? -errno : 0;
}

static int open_ioctl(void)
{
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

int channels_read(const struct nic *nic, struct ethtool_channels *channels)
{
	int fd = open_ioctl();
	int rc;

	if (fd < 0)
		return -errno;
	*channels = (struct ethtool_channels){.cmd = ETHTOOL_GCHANNELS};
	rc = ask(fd, nic, channels);
	close(fd);
	return rc;
}

/* Drivers have pairs of queues or single ones; few have both. */
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
	int rc = ask(fd, nic, &set);

	if (rc || (set.combined_count == channels->combined_count &&
		   set.rx_count == channels->rx_count && set.tx_count == channels->tx_count))
		return rc;
	set = *channels;
	set.cmd = ETHTOOL_SCHANNELS;
	return ask(fd, nic, &set);
}

/* The kernel calls a queue that a socket has EINVAL, some drivers EBUSY. */
static bool may_pass(int rc)
{
	return rc == -EINVAL || rc == -EBUSY;
}

int channels_write(const struct nic *nic, const struct ethtool_channels *channels,
		   uint64_t timeout_ns)
{
	uint64_t deadline = clock_deadline(timeout_ns);
	int fd = open_ioctl();
	int rc;

	if (fd < 0)
		return -errno;
	while (may_pass(rc = set_once(fd, nic, channels)) && clock_now() < deadline)
		poll(NULL, 0, BUSY_PAUSE_MS);
	close(fd);
	return rc;
}
