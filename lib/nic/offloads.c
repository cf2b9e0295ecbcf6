/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * offloads.c - reads one link by rtnetlink and features by ethtool's ioctls. Both work
 * in any network namespace, unlike sysfs.
 */
#include "nic/offloads.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nic/netlink.h"
#include "nic/netns.h"
#include "nic/nic.h"

/* Bytes: a link has some 1500, more with many virtual functions. */
#define NETLINK_ANSWER 32768
/* More features than any kernel has, some 60. */
#define FEATURES_MAX 256u

/* ---- the link -------------------------------------------------------------- */

static int see_kind(const struct nlattr *attr, void *data)
{
	struct nic_link *link = data;

	if (mnl_attr_get_type(attr) == IFLA_INFO_KIND &&
	    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
		snprintf(link->kind, sizeof(link->kind), "%.15s", mnl_attr_get_str(attr));
	return MNL_CB_OK;
}

static int see_program(const struct nlattr *attr, void *data)
{
	struct nic_link *link = data;

	if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
		return MNL_CB_OK;
	if (mnl_attr_get_type(attr) == IFLA_XDP_DRV_PROG_ID)
		link->native_program = mnl_attr_get_u32(attr);
	else if (mnl_attr_get_type(attr) == IFLA_XDP_SKB_PROG_ID)
		link->generic_program = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

/* Drivers use either of two counters for what their device had no room for. */
static void read_stats(struct nic_link *link, const struct nlattr *attr)
{
	struct rtnl_link_stats64 stats = {0};
	size_t length = mnl_attr_get_payload_len(attr);

	memcpy(&stats, mnl_attr_get_payload(attr), length < sizeof(stats) ? length : sizeof(stats));
	link->missed = stats.rx_missed_errors + stats.rx_fifo_errors;
	link->received = stats.rx_packets - stats.rx_nohandler;
}

static void see_namespace(struct nic_link *link, int32_t id)
{
	link->peer_is_here = false;
	link->peer_netns = id;
}

static int see_attribute(const struct nlattr *attr, void *data)
{
	uint16_t type = mnl_attr_get_type(attr);
	bool is_number = mnl_attr_validate(attr, MNL_TYPE_U32) >= 0;
	struct nic_link *link = data;

	if (type == IFLA_IFNAME && mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
		snprintf(link->ifname, sizeof(link->ifname), "%.15s", mnl_attr_get_str(attr));
	else if (type == IFLA_LINKINFO)
		mnl_attr_parse_nested(attr, see_kind, link);
	else if (type == IFLA_XDP)
		mnl_attr_parse_nested(attr, see_program, link);
	else if (type == IFLA_PARENT_DEV_NAME)
		link->has_device = true;
	else if (type == IFLA_MAX_MTU && is_number)
		link->max_mtu = mnl_attr_get_u32(attr);
	else if (type == IFLA_PROMISCUITY && is_number)
		link->promiscuity = mnl_attr_get_u32(attr);
	else if (type == IFLA_STATS64)
		read_stats(link, attr);
	else if (type == IFLA_LINK && is_number)
		link->peer = mnl_attr_get_u32(attr);
	else if (type == IFLA_MTU && is_number)
		link->mtu = mnl_attr_get_u32(attr);
	else if (type == IFLA_NUM_TX_QUEUES && is_number)
		link->tx_queues = mnl_attr_get_u32(attr);
	else if (type == IFLA_LINK_NETNSID && is_number)
		see_namespace(link, (int32_t)mnl_attr_get_u32(attr));
	return MNL_CB_OK;
}

static int see_link(const struct nlmsghdr *header, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(header);
	struct nic_link *link = data;

	if (header->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	link->loopback = info->ifi_flags & IFF_LOOPBACK;
	link->peer_is_here = true;
	link->peer_netns = -1;
	mnl_attr_parse(header, sizeof(*info), see_attribute, link);
	return MNL_CB_STOP;
}

/* netns: the id of a namespace, -1 = that of the socket. */
static int ask(struct mnl_socket *nl, int32_t netns, uint32_t ifindex, struct nic_link *link)
{
	char *buf = malloc(NETLINK_ANSWER);
	struct nlmsghdr *header;
	struct ifinfomsg *info;
	ssize_t got;
	int ret;

	if (!buf)
		return -ENOMEM;
	header = mnl_nlmsg_put_header(buf);
	header->nlmsg_type = RTM_GETLINK;
	header->nlmsg_flags = NLM_F_REQUEST;
	info = mnl_nlmsg_put_extra_header(header, sizeof(*info));
	info->ifi_index = (int)ifindex;
	if (netns >= 0)
		mnl_attr_put_u32(header, IFLA_TARGET_NETNSID, (uint32_t)netns);
	if (mnl_socket_sendto(nl, header, header->nlmsg_len) < 0 ||
	    (got = mnl_socket_recvfrom(nl, buf, NETLINK_ANSWER)) < 0 ||
	    mnl_cb_run(buf, (size_t)got, 0, 0, see_link, link) < 0)
		ret = -errno;
	else
		ret = link->ifname[0] ? 0 : -EPROTO;
	free(buf);
	return ret;
}

int nic_read_link_of(struct nic_link *link, const struct nic *nic)
{
	int ret = nic->elsewhere ? -EXDEV : nic_read_link(link, nic->ifindex);

	if (!ret && nic->netns && link->netns && link->netns != nic->netns)
		ret = -EXDEV;
	return ret;
}

static int read_link(struct nic_link *link, int32_t netns, uint32_t ifindex)
{
	struct mnl_socket *nl = netlink_open(NETLINK_ROUTE);
	int ret;

	memset(link, 0, sizeof(*link));
	if (!nl)
		return -errno;
	ret = ask(nl, netns, ifindex, link);
	link->netns = netns_of(mnl_socket_get_fd(nl));
	mnl_socket_close(nl);
	return ret;
}

int nic_read_link(struct nic_link *link, uint32_t ifindex)
{
	return read_link(link, -1, ifindex);
}

int nic_read_peer(struct nic_link *peer, const struct nic_link *link)
{
	return link->peer_netns < 0 ? -EXDEV : read_link(peer, link->peer_netns, link->peer);
}

/* ---- features -------------------------------------------------------------- */

/* As the kernel names them; those that `ethtool -K` knows under shorter names, too. */
static const char *const names[NIC_FEATURES] = {
	[NIC_FEATURE_GRO] = "rx-gro",
	[NIC_FEATURE_GRO_HW] = "rx-gro-hw",
	[NIC_FEATURE_LRO] = "rx-lro",
	[NIC_FEATURE_RX_CHECKSUM] = "rx-checksum",
	[NIC_FEATURE_TSO] = "tx-tcp-segmentation",
	[NIC_FEATURE_GSO] = "tx-generic-segmentation",
	[NIC_FEATURE_TX_CHECKSUM] = "tx-checksum-ip-generic",
	[NIC_FEATURE_RX_VLAN] = "rx-vlan-hw-parse",
	[NIC_FEATURE_TX_VLAN] = "tx-vlan-hw-insert",
	[NIC_FEATURE_RX_VLAN_FILTER] = "rx-vlan-filter",
};

static int ask_ethtool(int fd, struct ifreq *ifr, void *request)
{
	ifr->ifr_data = request;
	return ioctl(fd, SIOCETHTOOL, ifr);
}

/* The number of features; 0 if that cannot be read. */
static uint32_t count_features(int fd, struct ifreq *ifr)
{
	struct ethtool_sset_info *info = calloc(1, sizeof(*info) + sizeof(info->data[0]));
	uint32_t count = 0;

	if (!info)
		return 0;
	info->cmd = ETHTOOL_GSSET_INFO;
	info->sset_mask = 1u << ETH_SS_FEATURES;
	if (!ask_ethtool(fd, ifr, info) && info->sset_mask)
		count = info->data[0];
	free(info);
	return count <= FEATURES_MAX ? count : 0;
}

static uint32_t find_active(const struct ethtool_gstrings *strings,
			    const struct ethtool_gfeatures *all)
{
	uint32_t on = 0;

	for (uint32_t i = 0; i < strings->len; i++) {
		const char *name = (const char *)strings->data + i * ETH_GSTRING_LEN;

		for (uint32_t wanted = 0; wanted < NIC_FEATURES; wanted++)
			if (!strncmp(name, names[wanted], ETH_GSTRING_LEN))
				on |= (all->features[i / 32].active >> i % 32 & 1) << wanted;
	}
	return on;
}

static void ask_features(int fd, struct ifreq *ifr, struct nic_features *features)
{
	uint32_t count = count_features(fd, ifr), blocks = (count + 31) / 32;
	struct ethtool_gstrings *strings = calloc(1, sizeof(*strings) + count * ETH_GSTRING_LEN);
	struct ethtool_gfeatures *all = calloc(1, sizeof(*all) + blocks * sizeof(all->features[0]));

	if (count && strings && all) {
		strings->cmd = ETHTOOL_GSTRINGS;
		strings->string_set = ETH_SS_FEATURES;
		strings->len = count;
		all->cmd = ETHTOOL_GFEATURES;
		all->size = blocks;
		features->known = !ask_ethtool(fd, ifr, strings) && !ask_ethtool(fd, ifr, all) &&
				  strings->len == count;
	}
	if (features->known)
		features->on = find_active(strings, all);
	free(strings);
	free(all);
}

void nic_read_features(struct nic_features *features, const char *ifname)
{
	int fd = nic_open_ioctl();
	struct ifreq ifr = {0};

	*features = (struct nic_features){0};
	if (fd < 0)
		return;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	ask_features(fd, &ifr, features);
	close(fd);
}
