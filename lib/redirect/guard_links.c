/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_links.c - the devices of this network namespace, and of what kind they are. */
/* Before linux/if_tunnel.h, whose copy of net/if.h gives way. */
#include "redirect/guard_facts.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/compat.h"
#include "redirect/guard_netlink.h"

/* The mode of a bond, linux/if_bonding.h. */
#define BOND_8023AD 4

static const struct kind {
	const char *name;
	enum guard_class class;
	enum guard_outer outer;
} kinds[] = {
	{"vlan", GUARD_STACKED, 0},
	{"macvlan", GUARD_STACKED, 0},
	{"macvtap", GUARD_STACKED, 0},
	{"ipvlan", GUARD_STACKED, 0},
	{"ipvtap", GUARD_STACKED, 0},
	{"macsec", GUARD_MACSEC, 0},
	{"veth", GUARD_PAIR, 0},
	{"netkit", GUARD_PAIR, 0},
	{"vxcan", GUARD_PLAIN, 0},
	{"bridge", GUARD_MASTER, 0},
	{"bond", GUARD_MASTER, 0},
	{"team", GUARD_MASTER, 0},
	{"vrf", GUARD_MASTER, 0},
	{"openvswitch", GUARD_MASTER, 0},
	{"dummy", GUARD_PLAIN, 0},
	{"ifb", GUARD_PLAIN, 0},
	{"nlmon", GUARD_PLAIN, 0},
	{"vcan", GUARD_PLAIN, 0},
	{"netdevsim", GUARD_PLAIN, 0},
	{"vxlan", GUARD_TUNNEL, GUARD_OUTER_PORT},
	{"geneve", GUARD_TUNNEL, GUARD_OUTER_PORT},
	{"bareudp", GUARD_TUNNEL, GUARD_OUTER_PORT},
	{"gre", GUARD_TUNNEL, GUARD_OUTER_GRE},
	{"gretap", GUARD_TUNNEL, GUARD_OUTER_GRE},
	{"erspan", GUARD_TUNNEL, GUARD_OUTER_GRE},
	{"ip6gre", GUARD_TUNNEL, GUARD_OUTER_GRE},
	{"ip6gretap", GUARD_TUNNEL, GUARD_OUTER_GRE},
	{"ip6erspan", GUARD_TUNNEL, GUARD_OUTER_GRE},
	{"ipip", GUARD_TUNNEL, GUARD_OUTER_IP},
	{"sit", GUARD_TUNNEL, GUARD_OUTER_IP},
	{"ip6tnl", GUARD_TUNNEL, GUARD_OUTER_IP},
	{"vti", GUARD_TUNNEL, GUARD_OUTER_ESP},
	{"vti6", GUARD_TUNNEL, GUARD_OUTER_ESP},
	{"xfrm", GUARD_TUNNEL, GUARD_OUTER_ESP},
	{"ppp", GUARD_TUNNEL, GUARD_OUTER_PPP},
	{"wireguard", GUARD_TUNNEL, GUARD_OUTER_SOCKETS},
	{"tun", GUARD_TUNNEL, GUARD_OUTER_SOCKETS},
	{"gtp", GUARD_TUNNEL, GUARD_OUTER_SOCKETS},
	{"amt", GUARD_TUNNEL, GUARD_OUTER_SOCKETS},
};

/* A device without a kind is a card, or lo; one that is on no bus may be anything. */
static void classify(struct guard_link *link, bool loopback)
{
	link->class = GUARD_STRANGE;
	link->outer = GUARD_OUTER_SOCKETS;
	if (!link->kind[0] && !link->lower && (link->has_parent || loopback))
		link->class = GUARD_PLAIN;
	for (size_t i = 0; link->kind[0] && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(link->kind, kinds[i].name))
			continue;
		link->class = kinds[i].class;
		link->outer = kinds[i].outer;
	}
	link->lacp |= !strcmp(link->kind, "team");
}

/* ---- IFLA_INFO_DATA --------------------------------------------------------------- */

static void see_remote(struct guard_link *link, int family, const struct nlattr *attr)
{
	static const unsigned char none[sizeof(struct in6_addr)];
	size_t size = family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
	const void *bytes = mnl_attr_get_payload(attr);

	if (mnl_attr_get_payload_len(attr) < size || !memcmp(bytes, none, size))
		return;
	link->remote = guard_address_of(family, bytes);
	/* A group has members, each of which sends from its own address. */
	if (family == AF_INET ? IN_MULTICAST((uint32_t)link->remote.bytes.low)
			      : link->remote.bytes.high >> 56 == 0xff)
		link->remote.family = 0;
}

static void see_vxlan(struct guard_link *link, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case IFLA_VXLAN_GROUP:
		see_remote(link, AF_INET, attr);
		break;
	case IFLA_VXLAN_GROUP6:
		see_remote(link, AF_INET6, attr);
		break;
	case IFLA_VXLAN_LINK:
		link->outer_device = mnl_attr_get_u32(attr);
		break;
	case IFLA_VXLAN_PORT:
		link->port = ntohs(mnl_attr_get_u16(attr));
		break;
	default:
		break;
	}
}

static void see_geneve(struct guard_link *link, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case IFLA_GENEVE_REMOTE:
		see_remote(link, AF_INET, attr);
		break;
	case IFLA_GENEVE_REMOTE6:
		see_remote(link, AF_INET6, attr);
		break;
	case IFLA_GENEVE_PORT:
		link->port = ntohs(mnl_attr_get_u16(attr));
		break;
	default:
		break;
	}
}

/* The numbers are the same for all GRE devices, and others for IP in IP. */
static void see_ip_tunnel(struct guard_link *link, const struct nlattr *attr)
{
	uint16_t type = mnl_attr_get_type(attr);
	bool gre = link->outer == GUARD_OUTER_GRE;
	int family = mnl_attr_get_payload_len(attr) == sizeof(struct in_addr) ? AF_INET : AF_INET6;

	if (type == (gre ? IFLA_GRE_REMOTE : IFLA_IPTUN_REMOTE))
		see_remote(link, family, attr);
	/* Inside UDP, to a port of a socket that belongs to no device. */
	if (type == (gre ? IFLA_GRE_ENCAP_TYPE : IFLA_IPTUN_ENCAP_TYPE) && mnl_attr_get_u16(attr))
		link->outer = GUARD_OUTER_SOCKETS;
}

static void see_master(struct guard_link *link, const struct nlattr *attr)
{
	uint16_t type = mnl_attr_get_type(attr);

	if (!strcmp(link->kind, "bond") && type == IFLA_BOND_MODE)
		link->lacp = mnl_attr_get_u8(attr) == BOND_8023AD;
	if (strcmp(link->kind, "bridge"))
		return;
	if (type == IFLA_BR_VLAN_FILTERING)
		link->any_vlan = mnl_attr_get_u8(attr);
	if (type == IFLA_BR_STP_STATE)
		link->stp = mnl_attr_get_u32(attr);
}

static void see_info_data(struct guard_link *link, const struct nlattr *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested (attr, data) {
		if (link->class == GUARD_STACKED && !strcmp(link->kind, "vlan") &&
		    mnl_attr_get_type(attr) == IFLA_VLAN_ID)
			link->vlan = mnl_attr_get_u16(attr);
		else if (!strcmp(link->kind, "vxlan"))
			see_vxlan(link, attr);
		else if (!strcmp(link->kind, "geneve"))
			see_geneve(link, attr);
		else if (!strcmp(link->kind, "bareudp") &&
			 mnl_attr_get_type(attr) == IFLA_BAREUDP_PORT)
			link->port = ntohs(mnl_attr_get_u16(attr));
		else if (link->outer == GUARD_OUTER_GRE || link->outer == GUARD_OUTER_IP)
			see_ip_tunnel(link, attr);
		else if (link->class == GUARD_MASTER)
			see_master(link, attr);
	}
}

/* ---- links -------------------------------------------------------------------------- */

static const struct nlattr *see_info(struct guard_link *link, const struct nlattr *info)
{
	const struct nlattr *attr, *data = NULL;

	mnl_attr_for_each_nested (attr, info) {
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			snprintf(link->kind, sizeof(link->kind), "%s", mnl_attr_get_str(attr));
		else if (mnl_attr_get_type(attr) == IFLA_INFO_DATA)
			data = attr;
	}
	return data;
}

static int see_link(const struct nlmsghdr *nlh, void *list)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);
	struct guard_link *link = guard_list_add(list, sizeof(*link));
	const struct nlattr *attr, *data = NULL;
	bool elsewhere = false;

	if (!link)
		return MNL_CB_ERROR;
	link->index = (unsigned)info->ifi_index;
	link->up = info->ifi_flags & IFF_UP;
	mnl_attr_for_each (attr, nlh, sizeof(*info)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			snprintf(link->name, sizeof(link->name), "%s", mnl_attr_get_str(attr));
			break;
		case IFLA_MASTER:
			link->master = mnl_attr_get_u32(attr);
			break;
		case IFLA_LINK:
			link->lower = mnl_attr_get_u32(attr);
			break;
		case IFLA_LINK_NETNSID:
			elsewhere = true;
			break;
		case IFLA_PARENT_DEV_NAME:
			link->has_parent = true;
			break;
		case IFLA_LINKINFO:
			data = see_info(link, attr);
			break;
		}
	}
	if (elsewhere)
		link->lower = 0;
	classify(link, info->ifi_flags & IFF_LOOPBACK);
	if (data)
		see_info_data(link, data);
	return MNL_CB_OK;
}

const struct guard_table *guard_read_links(struct guard_facts *facts)
{
	struct guard_table *links = &facts->links;
	char buf[GUARD_REQUEST];
	struct ifinfomsg *info;
	struct nlmsghdr *nlh;

	if (links->read)
		return links;
	links->read = true;
	nlh = guard_request(buf, RTM_GETLINK, NLM_F_DUMP, sizeof(*info), &info);
	mnl_attr_put_u32(nlh, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	links->ret = guard_ask(NETLINK_ROUTE, nlh, see_link, &links->list, &links->list);
	return links;
}

const struct guard_link *guard_find_link(const struct guard_table *links, unsigned index)
{
	for (GUARD_EACH(const struct guard_link, link, &links->list))
		if (link->index == index)
			return link;
	return NULL;
}
