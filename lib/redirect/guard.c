/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard.c - whether an interface carries management traffic, so that taking all
 * its packets would cut the machine off. Reads routes and links by rtnetlink, which
 * shows all routing tables, in the network namespace of the calling thread.
 */
#include "redirect/guard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nic/nic.h"

/*
 * The most upper devices (bonds, bridges, VLANs) to follow, including the interface
 * itself. An interface with more counts as a management interface.
 */
#define UPPER_MAX 64

/* A dump takes milliseconds; links and routes do not change this often meanwhile. */
#define DUMP_ATTEMPTS 8

/* An interface and its upper devices. */
struct upper {
	unsigned count;
	bool full;
	unsigned index[UPPER_MAX];
};

struct search {
	struct upper upper;
	unsigned uplink; /* the one of them that has a default route, 0 = none */
	const char *family;
};

static bool upper_has(const struct upper *upper, unsigned index)
{
	for (unsigned i = 0; i < upper->count; i++)
		if (upper->index[i] == index)
			return true;
	return false;
}

static void upper_add(struct upper *upper, unsigned index)
{
	if (upper_has(upper, index))
		return;
	if (upper->count == UPPER_MAX)
		upper->full = true;
	else
		upper->index[upper->count++] = index;
}

/* IFLA_LINK has other uses too; only a VLAN gets the packets of that device. */
static bool is_vlan(const struct nlattr *linkinfo)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested (attr, linkinfo) {
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			return !strcmp(mnl_attr_get_str(attr), "vlan");
	}
	return false;
}

static int see_link(const struct nlmsghdr *nlh, void *data)
{
	struct upper *upper = &((struct search *)data)->upper;
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	unsigned lower = 0;
	bool vlan = false;

	mnl_attr_for_each (attr, nlh, sizeof(*info)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_MASTER:
			if (upper_has(upper, (unsigned)info->ifi_index))
				upper_add(upper, mnl_attr_get_u32(attr));
			break;
		case IFLA_LINK:
			lower = mnl_attr_get_u32(attr);
			break;
		case IFLA_LINKINFO:
			vlan = is_vlan(attr);
			break;
		}
	}
	if (vlan && upper_has(upper, lower))
		upper_add(upper, (unsigned)info->ifi_index);
	return MNL_CB_OK;
}

static void see_hop(struct search *search, unsigned index)
{
	if (upper_has(&search->upper, index))
		search->uplink = index;
}

static int see_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(nlh);
	struct search *search = data;
	const struct nlattr *attr;

	if (route->rtm_dst_len || route->rtm_type != RTN_UNICAST || search->uplink)
		return MNL_CB_OK;
	mnl_attr_for_each (attr, nlh, sizeof(*route)) {
		if (mnl_attr_get_type(attr) == RTA_OIF)
			see_hop(search, mnl_attr_get_u32(attr));
		if (mnl_attr_get_type(attr) == RTA_MULTIPATH) {
			const struct rtnexthop *hop = mnl_attr_get_payload(attr);
			int left = mnl_attr_get_payload_len(attr);

			for (; RTNH_OK(hop, left); hop = RTNH_NEXT(hop)) {
				see_hop(search, (unsigned)hop->rtnh_ifindex);
				left -= (int)RTNH_ALIGN(hop->rtnh_len);
			}
		}
	}
	if (search->uplink)
		search->family = route->rtm_family == AF_INET ? "IPv4" : "IPv6";
	return MNL_CB_OK;
}

/* Sends a dump request and calls see for every answer. Returns 0 or -errno. */
static int dump_once(uint16_t type, unsigned char family, mnl_cb_t see, struct search *search)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	/* The size that libmnl recommends; the kernel fits its messages into it. */
	size_t size = (size_t)MNL_SOCKET_BUFFER_SIZE;
	char *buf = malloc(size);
	struct rtgenmsg *request;
	struct nlmsghdr *nlh;
	int ret = -1;

	if (!nl || !buf)
		goto out;
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = 1;
	request = mnl_nlmsg_put_extra_header(nlh, sizeof(*request));
	request->rtgen_family = family;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		goto out;
	do {
		ssize_t got = mnl_socket_recvfrom(nl, buf, size);

		ret = got < 0 ? -1
			      : mnl_cb_run(buf, (size_t)got, 1, mnl_socket_get_portid(nl), see,
					   search);
	} while (ret > 0);
out:
	ret = ret < 0 ? -errno : 0;
	free(buf);
	if (nl)
		mnl_socket_close(nl);
	return ret;
}

/* If the data changes during a dump, the kernel reports EINTR: start again. */
static int dump(uint16_t type, unsigned char family, mnl_cb_t see, struct search *search)
{
	int ret = -EINTR;

	for (int attempt = 0; attempt < DUMP_ATTEMPTS && ret == -EINTR; attempt++)
		ret = dump_once(type, family, see, search);
	return ret;
}

/* Finds all upper devices, one level per dump. */
static int find_upper(struct search *search)
{
	unsigned before;
	int ret;

	do {
		before = search->upper.count;
		ret = dump(RTM_GETLINK, AF_UNSPEC, see_link, search);
	} while (!ret && search->upper.count != before);
	if (!ret && search->upper.full)
		ret = -E2BIG;
	return ret;
}

static bool same_address(const struct sockaddr *have, int family, const void *address)
{
	if (!have || have->sa_family != family)
		return false;
	if (family == AF_INET)
		return !memcmp(&((const struct sockaddr_in *)have)->sin_addr, address,
			       sizeof(struct in_addr));
	return !memcmp(&((const struct sockaddr_in6 *)have)->sin6_addr, address,
		       sizeof(struct in6_addr));
}

/* The local address of SSH_CONNECTION: "client port server port". */
static int ssh_address(char text[INET6_ADDRSTRLEN], void *address)
{
	const char *connection = getenv("SSH_CONNECTION");
	struct in6_addr *mapped = address;

	if (!connection || sscanf(connection, "%*s %*s %45s", text) != 1)
		return AF_UNSPEC;
	/* The interface after a link-local address is not needed. */
	text[strcspn(text, "%")] = '\0';
	if (inet_pton(AF_INET, text, address) == 1)
		return AF_INET;
	if (inet_pton(AF_INET6, text, address) != 1)
		return AF_UNSPEC;
	if (!IN6_IS_ADDR_V4MAPPED(mapped))
		return AF_INET6;
	memmove(address, &mapped->s6_addr[12], sizeof(struct in_addr));
	return AF_INET;
}

/* True also if it cannot be determined. */
static bool is_upper(const struct upper *upper, const char *ifname)
{
	uint32_t index;
	int ret = nic_find_index(ifname, &index);

	return ret ? ret != -ENODEV : upper_has(upper, index);
}

static bool carries_ssh(const struct upper *upper, char *why, size_t size)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;
	struct ifaddrs *all;
	bool found = false;
	int family = ssh_address(text, &address);

	if (family == AF_UNSPEC)
		return false;
	if (getifaddrs(&all)) {
		snprintf(why, size, "the addresses of the machine cannot be read (errno %d)",
			 errno);
		return true;
	}
	for (const struct ifaddrs *one = all; one && !found; one = one->ifa_next)
		found = same_address(one->ifa_addr, family, &address) &&
			is_upper(upper, one->ifa_name);
	freeifaddrs(all);
	if (found)
		snprintf(why, size, "the current SSH connection uses its address %s", text);
	return found;
}

int guard_management(const char *ifname, char *why, size_t size)
{
	struct search search = {0};
	char name[IF_NAMESIZE] = "?";
	uint32_t index;
	int ret = nic_find_index(ifname, &index);

	if (ret == -ENODEV)
		return 0;
	if (ret) {
		snprintf(why, size, "its number cannot be read (errno %d)", -ret);
		return 1;
	}
	upper_add(&search.upper, index);
	ret = find_upper(&search);
	if (!ret)
		ret = dump(RTM_GETROUTE, AF_INET, see_route, &search);
	if (!ret && !search.uplink)
		ret = dump(RTM_GETROUTE, AF_INET6, see_route, &search);
	if (ret) {
		snprintf(why, size, "the routes of the machine cannot be read (errno %d)", -ret);
		return 1;
	}
	if (!search.uplink)
		return carries_ssh(&search.upper, why, size);
	if_indextoname(search.uplink, name);
	if (search.uplink == index)
		snprintf(why, size, "it has the %s default route", search.family);
	else
		snprintf(why, size, "its upper device %s has the %s default route", name,
			 search.family);
	return 1;
}
