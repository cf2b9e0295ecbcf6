/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nic.c - reads the facts about an interface: by ioctl in the network namespace
 * of the process, from sysfs if it shows the same namespace, and by netlink for
 * XDP features. Changes nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/minmax.h"
#include "nic/faults.h"
#include "nic/name.h"
#include "nic/netdev.h"
#include "nic/netns.h"
#include "nic/nic.h"
#include "nic/offloads.h"
#include "nic/sysfs.h"

/* How often the facts are read again because the interface was renamed meanwhile. */
#define RENAMES_MAX 20

/* ---- ioctl --------------------------------------------------------------- */

/* Under the present name: an interface is its namespace and its index, and may be renamed. */
static int present_name(int fd, const struct nic *nic, char name[IFNAMSIZ])
{
	if (nic->netns && nic->netns != netns_of(fd))
		return -ENODEV;
	if (nic->ifindex)
		return name_of_index(fd, nic->ifindex, name);
	memcpy(name, nic->ifname, IFNAMSIZ);
	return 0;
}

static int nic_ioctl(int fd, const struct nic *nic, unsigned long request, struct ifreq *ifr)
{
	int ret = present_name(fd, nic, ifr->ifr_name);

	return ret ? ret : ioctl(fd, request, ifr) ? -errno : 0;
}

int nic_follow(struct nic *nic)
{
	int fd = nic_open_ioctl(), err;

	if (fd < 0)
		return -errno;
	err = present_name(fd, nic, nic->ifname);
	close(fd);
	return err;
}

int nic_ethtool(int fd, const struct nic *nic, void *command)
{
	struct ifreq ifr = {.ifr_data = command};

	return nic_ioctl(fd, nic, SIOCETHTOOL, &ifr);
}

/*
 * IFF_UP and IFF_RUNNING. The kernel brings the second up to date as late as a second after
 * the carrier has changed, unless somebody asks for the carrier itself.
 */
static int read_flags(int fd, const struct nic *nic, unsigned *flags)
{
	struct ethtool_value carrier = {.cmd = ETHTOOL_GLINK};
	int unknown = nic_ethtool(fd, nic, &carrier);
	struct ifreq ifr = {0};
	int err = nic_ioctl(fd, nic, SIOCGIFFLAGS, &ifr);

	*flags = err ? 0 : (unsigned short)ifr.ifr_flags;
	if (!unknown && !carrier.data)
		*flags &= ~(unsigned)IFF_RUNNING;
	return err;
}

static int read_link(int fd, struct nic *nic)
{
	unsigned flags;
	struct ifreq ifr = {0};
	int err = nic_ioctl(fd, nic, SIOCGIFINDEX, &ifr);

	if (err)
		return err;
	nic->ifindex = (uint32_t)ifr.ifr_ifindex;
	nic->netns = netns_of(fd);
	if (!read_flags(fd, nic, &flags)) {
		nic->up = flags & IFF_UP;
		nic->carrier = flags & IFF_RUNNING;
	}
	if (!nic_ioctl(fd, nic, SIOCGIFMTU, &ifr))
		nic->mtu = (uint32_t)ifr.ifr_mtu;
	if (!nic_ioctl(fd, nic, SIOCGIFHWADDR, &ifr)) {
		nic->link_type = ifr.ifr_hwaddr.sa_family;
		memcpy(nic->mac, ifr.ifr_hwaddr.sa_data, sizeof(nic->mac));
	}
	return 0;
}

static void read_driver(int fd, struct nic *nic)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
	struct ethtool_ringparam ring = {.cmd = ETHTOOL_GRINGPARAM};

	if (!nic_ethtool(fd, nic, &info)) {
		snprintf(nic->driver, sizeof(nic->driver), "%.31s", info.driver);
		snprintf(nic->bus_info, sizeof(nic->bus_info), "%.31s", info.bus_info);
	}
	nic->is_virtio = !strcmp(nic->driver, "virtio_net");
	if (!nic_ethtool(fd, nic, &ring))
		nic->rx_ring = ring.rx_pending;
}

static void read_channels(int fd, struct nic *nic)
{
	struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};

	if (nic_ethtool(fd, nic, &channels))
		return;
	if (!nic->rx_queues || !nic->tx_queues) {
		nic->rx_queues = channels.combined_count + channels.rx_count;
		nic->tx_queues = channels.combined_count + channels.tx_count;
	}
	nic->rx_queues_max = channels.max_combined + channels.max_rx;
	nic->tx_queues_max = channels.max_combined + channels.max_tx;
}

/* Current queues from sysfs, otherwise from the driver; possible ones from the driver. */
static void read_queues(int fd, struct nic *nic)
{
	nic->rx_queues = sysfs_count_queues(nic, "rx");
	nic->tx_queues = sysfs_count_queues(nic, "tx");
	read_channels(fd, nic);
	/* Every interface has at least one of each, even if it reports none. */
	nic->rx_queues = max_u32(nic->rx_queues, 1);
	nic->tx_queues = max_u32(nic->tx_queues, 1);
	nic->rx_queues_max = max_u32(nic->rx_queues_max, nic->rx_queues);
	nic->tx_queues_max = max_u32(nic->tx_queues_max, nic->tx_queues);
}

/* ---- netlink ------------------------------------------------------------- */

static void read_max_mtu(struct nic *nic)
{
	struct nic_link link;

	if (!nic_read_link(&link, nic->ifindex))
		nic->max_mtu = link.max_mtu;
}

void nic_read_programs(struct nic *nic)
{
	struct nic_link link;

	if (nic_read_link(&link, nic->ifindex))
		return;
	nic->native_prog_id = link.native_program;
	nic->generic_prog_id = link.generic_program;
}

/* ---- reading all of them -------------------------------------------------- */

static void read_kernel(struct nic *nic)
{
	struct utsname name;

	if (uname(&name))
		return;
	snprintf(nic->kernel_release, sizeof(nic->kernel_release), "%.64s", name.release);
	nic->kernel_major = nic->kernel_minor = nic->kernel_patch = 0;
	(void)sscanf(name.release, "%u.%u.%u", &nic->kernel_major, &nic->kernel_minor,
		     &nic->kernel_patch);
}

int nic_open_ioctl(void)
{
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

/*
 * Without a second descriptor sysfs and netlink cannot be read, and their facts would look
 * like those of an interface that has none. 0 or -errno.
 */
static int check_descriptors(int fd)
{
	int second = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (second < 0)
		return -errno;
	close(second);
	return 0;
}

/* Reads what is read by name. *renamed: these may be facts of another interface. */
static int read_by_name(int fd, struct nic *nic, uint32_t index, bool *renamed)
{
	char name[IFNAMSIZ] = "";
	int err = name_of_index(fd, index, nic->ifname);

	if (!err)
		err = read_link(fd, nic);
	if (!err) {
		read_driver(fd, nic);
		sysfs_read(nic);
		read_queues(fd, nic);
	}
	*renamed = !name_of_index(fd, index, name) &&
		   (strcmp(name, nic->ifname) || nic->ifindex != index);
	return err;
}

static void start(struct nic *nic)
{
	memset(nic, 0, sizeof(*nic));
	nic->numa_node = -1;
}

/* ifname NULL: of the interface with this index. */
static int read_facts(int fd, struct nic *nic, const char *ifname, uint32_t index)
{
	bool renamed = true;
	int err = check_descriptors(fd);

	if (!err && ifname)
		err = name_to_index(fd, ifname, &index);
	if (err)
		return err;
	for (int i = 0; i < RENAMES_MAX && renamed; i++) {
		start(nic);
		err = read_by_name(fd, nic, index, &renamed);
	}
	return renamed ? -EAGAIN : err;
}

static int read_nic(struct nic *nic, const char *ifname, uint32_t index)
{
	int fd = nic_open_ioctl(), err;

	start(nic);
	if (fd < 0)
		return -errno;
	err = read_facts(fd, nic, ifname, index);
	close(fd);
	if (err)
		return err;
	sysfs_read_napi_tx(nic);
	netdev_read(nic);
	nic_read_programs(nic);
	read_max_mtu(nic);
	read_kernel(nic);
	faults_read(nic);
	return 0;
}

int nic_read(struct nic *nic, const char *ifname)
{
	start(nic);
	return name_is_valid(ifname) ? read_nic(nic, ifname, 0) : -EINVAL;
}

int nic_read_index(struct nic *nic, uint32_t ifindex)
{
	return read_nic(nic, NULL, ifindex);
}

int nic_recount(struct nic *nic)
{
	struct nic now = *nic;
	int fd = nic_open_ioctl();
	int err;

	if (fd < 0)
		return -errno;
	err = check_descriptors(fd);
	if (!err)
		err = present_name(fd, &now, now.ifname);
	if (!err)
		err = read_link(fd, &now);
	if (!err && now.ifindex != nic->ifindex)
		err = -ENODEV;
	if (!err) {
		read_queues(fd, &now);
		*nic = now;
	}
	close(fd);
	return err;
}

void nic_refresh(struct nic *nic)
{
	struct ethtool_ringparam ring = {.cmd = ETHTOOL_GRINGPARAM};
	struct nic now = *nic;
	int fd = nic->elsewhere ? -1 : nic_open_ioctl();

	if (fd < 0)
		return;
	if (!read_link(fd, &now) && now.ifindex == nic->ifindex) {
		nic->mtu = now.mtu;
		if (!nic_ethtool(fd, nic, &ring))
			nic->rx_ring = ring.rx_pending;
	}
	close(fd);
}

bool nic_has_ethernet(const struct nic *nic)
{
	return nic->link_type == ARPHRD_ETHER || nic->link_type == ARPHRD_LOOPBACK;
}
