/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_links.c - what the guard makes of the kernel's answers about devices. */
#include <arpa/inet.h>
#include <criterion/criterion.h>

#include "guard_answers.h"

#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/rtnetlink.h>

TestSuite(guard_links, .init = answers_begin, .fini = answers_end);

/* ---- devices ------------------------------------------------------------------- */

static struct nlmsghdr *add_link(int index, unsigned flags)
{
	struct ifinfomsg *info;
	struct nlmsghdr *nlh = answer(0, sizeof(*info), &info);

	info->ifi_index = index;
	info->ifi_flags = flags;
	return nlh;
}

/* Asks for one device of a kind, whose data `put` writes. */
static const struct guard_link *read_kind(const char *kind, void (*put)(struct nlmsghdr *))
{
	struct nlmsghdr *nlh, *of;
	struct nlattr *info, *data;

	again();
	of = nlh = add_link(7, IFF_UP);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(of, IFLA_INFO_KIND, kind);
	if (put) {
		data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
		put(nlh);
		mnl_attr_nest_end(nlh, data);
	}
	mnl_attr_nest_end(nlh, info);
	cr_assert_eq(guard_read_links(&facts)->ret, 0);
	cr_assert_eq(facts.links.list.count, 1);
	return guard_find_link(&facts.links, 7);
}

Test(guard_links, a_device)
{
	struct nlmsghdr *nlh = add_link(1, IFF_UP | IFF_LOOPBACK);
	const struct guard_link *link;

	mnl_attr_put_strz(nlh, IFLA_IFNAME, "lo");
	nlh = add_link(2, 0);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "eth0");
	mnl_attr_put_u32(nlh, IFLA_MASTER, 5);
	mnl_attr_put_strz(nlh, IFLA_PARENT_DEV_NAME, "virtio0");
	nlh = add_link(3, IFF_UP);
	mnl_attr_put_u32(nlh, IFLA_LINK, 2);
	mnl_attr_put_strz(nlh, IFLA_PARENT_DEV_NAME, "usb0");
	nlh = add_link(4, IFF_UP);
	mnl_attr_put_u32(nlh, IFLA_LINK, 2);
	mnl_attr_put_u32(nlh, IFLA_LINK_NETNSID, 0);

	cr_assert_eq(guard_read_links(&facts), &facts.links);
	cr_assert_eq(guard_read_links(&facts)->list.count, 4);
	cr_expect_eq(asked, 1, "read once");
	was_asked(0, NETLINK_ROUTE, RTM_GETLINK, AF_UNSPEC);
	cr_expect(questions[0].flags & NLM_F_DUMP);
	link = guard_find_link(&facts.links, 1);
	cr_expect(link->up && link->class == GUARD_PLAIN);
	cr_expect_str_eq(link->name, "lo");
	link = guard_find_link(&facts.links, 2);
	cr_expect(!link->up && link->class == GUARD_PLAIN && link->has_parent);
	cr_expect(link->master == 5 && !link->lower && !link->vlan);
	link = guard_find_link(&facts.links, 3);
	cr_expect(link->lower == 2 && link->class == GUARD_STRANGE, "it may send by the other");
	link = guard_find_link(&facts.links, 4);
	cr_expect(!link->lower && link->class == GUARD_STRANGE && !link->has_parent);
	cr_expect_eq(link->outer, GUARD_OUTER_SOCKETS);
	cr_expect_null(guard_find_link(&facts.links, 5));
}

Test(guard_links, kinds)
{
	static const struct {
		const char *name;
		enum guard_class class;
		enum guard_outer outer; /* of tunnels */
	} kinds[] = {
		{"macvlan", GUARD_STACKED, 0},
		{"ipvlan", GUARD_STACKED, 0},
		{"macsec", GUARD_MACSEC, 0},
		{"veth", GUARD_PAIR, 0},
		{"dummy", GUARD_PLAIN, 0},
		{"vrf", GUARD_MASTER, 0},
		{"vxlan", GUARD_TUNNEL, GUARD_OUTER_PORT},
		{"geneve", GUARD_TUNNEL, GUARD_OUTER_PORT},
		{"bareudp", GUARD_TUNNEL, GUARD_OUTER_PORT},
		{"gretap", GUARD_TUNNEL, GUARD_OUTER_GRE},
		{"ip6gre", GUARD_TUNNEL, GUARD_OUTER_GRE},
		{"ipip", GUARD_TUNNEL, GUARD_OUTER_IP},
		{"ip6tnl", GUARD_TUNNEL, GUARD_OUTER_IP},
		{"vti6", GUARD_TUNNEL, GUARD_OUTER_ESP},
		{"xfrm", GUARD_TUNNEL, GUARD_OUTER_ESP},
		{"ppp", GUARD_TUNNEL, GUARD_OUTER_PPP},
		{"wireguard", GUARD_TUNNEL, GUARD_OUTER_SOCKETS},
		{"tun", GUARD_TUNNEL, GUARD_OUTER_SOCKETS},
		{"of tomorrow", GUARD_STRANGE, GUARD_OUTER_SOCKETS},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct guard_link *link = read_kind(kinds[i].name, NULL);

		cr_expect_eq(link->class, kinds[i].class, "%s", kinds[i].name);
		cr_expect_eq(link->outer, kinds[i].outer, "%s", kinds[i].name);
		cr_expect_str_eq(link->kind, kinds[i].name);
		cr_expect(!link->lacp && !link->stp && !link->any_vlan, "%s", kinds[i].name);
		cr_expect(!link->port && !link->vlan && !link->remote.family, "%s", kinds[i].name);
	}
	cr_expect(read_kind("team", NULL)->lacp, "its mode is its daemon's");
}

static void put_vlan(struct nlmsghdr *nlh)
{
	mnl_attr_put_u16(nlh, IFLA_VLAN_ID, 5);
}

static void put_bond(struct nlmsghdr *nlh)
{
	mnl_attr_put_u8(nlh, IFLA_BOND_MODE, 4); /* 802.3ad */
}

static void put_other_bond(struct nlmsghdr *nlh)
{
	mnl_attr_put_u8(nlh, IFLA_BOND_MODE, 1);
}

static void put_bridge(struct nlmsghdr *nlh)
{
	mnl_attr_put_u8(nlh, IFLA_BR_VLAN_FILTERING, 1);
	mnl_attr_put_u32(nlh, IFLA_BR_STP_STATE, 0);
}

static void put_stp_bridge(struct nlmsghdr *nlh)
{
	mnl_attr_put_u8(nlh, IFLA_BR_VLAN_FILTERING, 0);
	mnl_attr_put_u32(nlh, IFLA_BR_STP_STATE, 1);
}

Test(guard_links, upper_devices)
{
	const struct guard_link *link = read_kind("vlan", put_vlan);

	cr_expect(link->class == GUARD_STACKED && link->vlan == 5);
	cr_expect_eq(read_kind("macvlan", put_vlan)->vlan, 0, "the number is another's");
	link = read_kind("bond", put_bond);
	cr_expect(link->class == GUARD_MASTER && link->lacp);
	cr_expect(!read_kind("bond", put_other_bond)->lacp);
	cr_expect(!read_kind("vrf", put_bond)->lacp);
	link = read_kind("bridge", put_bridge);
	cr_expect(link->class == GUARD_MASTER && link->any_vlan && !link->stp && !link->lacp);
	link = read_kind("bridge", put_stp_bridge);
	cr_expect(!link->any_vlan && link->stp);
	link = read_kind("vrf", put_stp_bridge);
	cr_expect(!link->any_vlan && !link->stp);
}

/* ---- tunnels ------------------------------------------------------------------- */

static void put_vxlan(struct nlmsghdr *nlh)
{
	put_text(nlh, IFLA_VXLAN_GROUP, "192.0.2.9");
	mnl_attr_put_u32(nlh, IFLA_VXLAN_LINK, 3);
	mnl_attr_put_u16(nlh, IFLA_VXLAN_PORT, htons(4789));
}

static void put_vxlan6(struct nlmsghdr *nlh)
{
	put_text(nlh, IFLA_VXLAN_GROUP6, "2001:db8::9");
	mnl_attr_put_u16(nlh, IFLA_VXLAN_PORT, htons(8472));
}

static void put_group(struct nlmsghdr *nlh)
{
	put_text(nlh, IFLA_VXLAN_GROUP, "239.1.2.3");
}

static void put_group6(struct nlmsghdr *nlh)
{
	put_text(nlh, IFLA_VXLAN_GROUP6, "ff02::5");
}

static void put_unset(struct nlmsghdr *nlh)
{
	put_text(nlh, IFLA_VXLAN_GROUP, "0.0.0.0");
	put_text(nlh, IFLA_VXLAN_GROUP6, "::");
	mnl_attr_put_u16(nlh, IFLA_VXLAN_GROUP, 1); /* too short */
}

static void put_geneve(struct nlmsghdr *nlh)
{
	put_text(nlh, IFLA_GENEVE_REMOTE, "192.0.2.8");
	mnl_attr_put_u16(nlh, IFLA_GENEVE_PORT, htons(6081));
}

static void put_geneve6(struct nlmsghdr *nlh)
{
	put_text(nlh, IFLA_GENEVE_REMOTE6, "2001:db8::8");
}

static void put_bareudp(struct nlmsghdr *nlh)
{
	mnl_attr_put_u16(nlh, IFLA_BAREUDP_PORT, htons(6635));
}

static void put_gre(struct nlmsghdr *nlh)
{
	put_text(nlh, IFLA_GRE_REMOTE, "192.0.2.7");
	mnl_attr_put_u16(nlh, IFLA_GRE_ENCAP_TYPE, TUNNEL_ENCAP_NONE);
}

static void put_gre_in_udp(struct nlmsghdr *nlh)
{
	put_text(nlh, IFLA_GRE_REMOTE, "192.0.2.7");
	mnl_attr_put_u16(nlh, IFLA_GRE_ENCAP_TYPE, TUNNEL_ENCAP_FOU);
}

static void put_ip6gre(struct nlmsghdr *nlh)
{
	put_text(nlh, IFLA_GRE_REMOTE, "2001:db8::7");
}

static void put_ipip(struct nlmsghdr *nlh)
{
	put_text(nlh, IFLA_IPTUN_REMOTE, "192.0.2.6");
	mnl_attr_put_u16(nlh, IFLA_IPTUN_ENCAP_TYPE, TUNNEL_ENCAP_NONE);
}

static void put_ipip_in_udp(struct nlmsghdr *nlh)
{
	mnl_attr_put_u16(nlh, IFLA_IPTUN_ENCAP_TYPE, TUNNEL_ENCAP_GUE);
}

Test(guard_links, tunnels_with_ports)
{
	const struct guard_link *link = read_kind("vxlan", put_vxlan);

	expect_address(&link->remote, "192.0.2.9");
	cr_expect(link->port == 4789 && link->outer_device == 3);
	link = read_kind("vxlan", put_vxlan6);
	expect_address(&link->remote, "2001:db8::9");
	cr_expect(link->port == 8472 && !link->outer_device);
	cr_expect_eq(read_kind("vxlan", put_group)->remote.family, 0, "its members are many");
	cr_expect_eq(read_kind("vxlan", put_group6)->remote.family, 0, "its members are many");
	cr_expect_eq(read_kind("vxlan", put_unset)->remote.family, 0);
	link = read_kind("geneve", put_geneve);
	expect_address(&link->remote, "192.0.2.8");
	cr_expect_eq(link->port, 6081);
	expect_address(&read_kind("geneve", put_geneve6)->remote, "2001:db8::8");
	link = read_kind("bareudp", put_bareudp);
	cr_expect(link->port == 6635 && !link->remote.family);
}

Test(guard_links, tunnels_without_ports)
{
	const struct guard_link *link = read_kind("gre", put_gre);

	expect_address(&link->remote, "192.0.2.7");
	cr_expect_eq(link->outer, GUARD_OUTER_GRE);
	link = read_kind("gretap", put_gre_in_udp);
	expect_address(&link->remote, "192.0.2.7");
	cr_expect_eq(link->outer, GUARD_OUTER_SOCKETS, "a socket of the kernel's");
	expect_address(&read_kind("ip6gre", put_ip6gre)->remote, "2001:db8::7");
	link = read_kind("ipip", put_ipip);
	expect_address(&link->remote, "192.0.2.6");
	cr_expect_eq(link->outer, GUARD_OUTER_IP);
	cr_expect_eq(read_kind("sit", put_ipip_in_udp)->outer, GUARD_OUTER_SOCKETS);
	cr_expect_eq(read_kind("wireguard", put_ipip)->remote.family, 0, "the number is another's");
}
