/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_routes.c - what the guard makes of the kernel's answers about addresses and routes. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "guard_address.h"
#include "guard_answers.h"

TestSuite(guard_routes, .init = answers_begin, .fini = answers_end);

/* ---- addresses ----------------------------------------------------------------- */

static struct nlmsghdr *add_address(unsigned char family, unsigned index, unsigned char flags)
{
	struct ifaddrmsg *info;
	struct nlmsghdr *nlh = answer(0, sizeof(*info), &info);

	info->ifa_family = family;
	info->ifa_index = index;
	info->ifa_flags = flags;
	return nlh;
}

Test(guard_routes, addresses)
{
	struct nlmsghdr *nlh = add_address(AF_INET, 2, IFA_F_PERMANENT);
	const struct guard_own_address *own;

	put_text(nlh, IFA_ADDRESS, "192.0.2.99"); /* the peer of a point-to-point link */
	put_text(nlh, IFA_LOCAL, "192.0.2.1");
	nlh = add_address(AF_INET, 3, 0);
	put_text(nlh, IFA_LOCAL, "198.51.100.1");
	put_text(nlh, IFA_ADDRESS, "198.51.100.99");
	put_text(add_address(AF_INET6, 4, IFA_F_TEMPORARY), IFA_ADDRESS, "2001:db8::1");
	put_text(add_address(AF_INET6, 4, 0), IFA_ADDRESS, "192.0.2.1"); /* too short */
	put_text(add_address(AF_PHONET, 4, 0), IFA_LOCAL, "2001:db8::2");
	add_address(AF_INET, 4, 0);

	cr_assert_eq(guard_read_addresses(&facts)->ret, 0);
	cr_assert_eq(guard_read_addresses(&facts)->list.count, 3);
	cr_expect_eq(asked, 1, "read once");
	was_asked(0, NETLINK_ROUTE, RTM_GETADDR, AF_UNSPEC);
	own = guard_list_at(&facts.addresses.list, 0);
	expect_address(&own[0].address, "192.0.2.1");
	cr_expect(own[0].index == 2 && !own[0].expires);
	expect_address(&own[1].address, "198.51.100.1");
	cr_expect(own[1].index == 3 && own[1].expires);
	expect_address(&own[2].address, "2001:db8::1");
	cr_expect(own[2].index == 4 && own[2].expires);
}

/* ---- routes -------------------------------------------------------------------- */

static struct nlmsghdr *add_route(unsigned question, unsigned char family, unsigned char length,
				  unsigned char type)
{
	struct rtmsg *route;
	struct nlmsghdr *nlh = answer(question, sizeof(*route), &route);

	route->rtm_family = family;
	route->rtm_dst_len = length;
	route->rtm_type = type;
	return nlh;
}

static void put_hops(struct nlmsghdr *nlh, unsigned count, const int indices[])
{
	struct rtnexthop hops[GUARD_HOPS + 4] = {0};

	for (unsigned i = 0; i < count; i++)
		hops[i] =
			(struct rtnexthop){.rtnh_len = sizeof(hops[0]), .rtnh_ifindex = indices[i]};
	mnl_attr_put(nlh, RTA_MULTIPATH, count * sizeof(hops[0]), hops);
}

static void expect_default(unsigned i, int family, unsigned index)
{
	const struct guard_default *one = guard_list_at(&facts.defaults.list, i);

	cr_assert_lt(i, facts.defaults.list.count);
	cr_expect_eq(one->family, family, "%u", i);
	cr_expect_eq(one->index, index, "%u", i);
}

/* 0.0.0.0/1 and the like serve as default routes; one of a card's own network does not. */
Test(guard_routes, default_routes)
{
	static const int two[] = {4, 5};
	struct nlmsghdr *nlh;

	mnl_attr_put_u32(add_route(0, AF_INET, 0, RTN_UNICAST), RTA_OIF, 2);
	mnl_attr_put_u32(add_route(0, AF_INET, 7, RTN_UNICAST), RTA_OIF, 3);
	mnl_attr_put_u32(add_route(0, AF_INET, 8, RTN_UNICAST), RTA_OIF, 9);
	mnl_attr_put_u32(add_route(0, AF_INET, 0, RTN_BLACKHOLE), RTA_OIF, 9);
	nlh = add_route(0, AF_INET, 0, RTN_UNICAST);
	put_hops(nlh, 2, two);
	mnl_attr_put_u32(nlh, RTA_PRIORITY, 99); /* looks like one more hop */
	mnl_attr_put_u32(add_route(1, AF_INET6, 15, RTN_UNICAST), RTA_OIF, 6);
	mnl_attr_put_u32(add_route(1, AF_INET6, 16, RTN_UNICAST), RTA_OIF, 9);

	cr_assert_eq(guard_read_defaults(&facts)->ret, 0);
	cr_assert_eq(guard_read_defaults(&facts)->list.count, 5);
	cr_expect_eq(asked, 2, "read once");
	was_asked(0, NETLINK_ROUTE, RTM_GETROUTE, AF_INET);
	was_asked(1, NETLINK_ROUTE, RTM_GETROUTE, AF_INET6);
	expect_default(0, AF_INET, 2);
	expect_default(1, AF_INET, 3);
	expect_default(2, AF_INET, 4);
	expect_default(3, AF_INET, 5);
	expect_default(4, AF_INET6, 6);
	again();
	questions[0].ret = -ENOMEM;
	cr_expect_eq(guard_read_defaults(&facts)->ret, -ENOMEM);
	again();
	questions[1].ret = -ENOMEM;
	cr_expect_eq(guard_read_defaults(&facts)->ret, -ENOMEM);
}

static struct nlmsghdr *add_object(unsigned question, uint32_t id)
{
	struct nhmsg *info;
	struct nlmsghdr *nlh = answer(question, sizeof(*info), &info);

	mnl_attr_put_u32(nlh, NHA_ID, id);
	return nlh;
}

/* Objects 1 and 2 by the devices 2 and 3, their group 9, 3, which is another's, and a hole. */
static void add_objects(unsigned question)
{
	static const struct nexthop_grp members[] = {{.id = 1}, {.id = 2}};

	mnl_attr_put_u32(add_object(question, 1), NHA_OIF, 2);
	mnl_attr_put_u32(add_object(question, 2), NHA_OIF, 3);
	mnl_attr_put_u32(add_object(question, 3), NHA_OIF, 4);
	mnl_attr_put(add_object(question, 4), NHA_BLACKHOLE, 0, NULL);
	mnl_attr_put(add_object(question, 9), NHA_GROUP, sizeof(members), members);
}

Test(guard_routes, default_routes_by_objects)
{
	mnl_attr_put_u32(add_route(0, AF_INET, 0, RTN_UNICAST), RTA_NH_ID, 9);
	mnl_attr_put_u32(add_route(0, AF_INET, 0, RTN_UNICAST), RTA_NH_ID, 3);
	mnl_attr_put_u32(add_route(0, AF_INET, 0, RTN_UNICAST), RTA_OIF, 7);
	add_objects(1);
	cr_assert_eq(guard_read_defaults(&facts)->ret, 0);
	was_asked(1, NETLINK_ROUTE, RTM_GETNEXTHOP, AF_UNSPEC);
	cr_expect_eq(asked, 3, "objects are read once");
	cr_assert_eq(facts.defaults.list.count, 4);
	expect_default(0, AF_INET, 2);
	expect_default(1, AF_INET, 3);
	expect_default(2, AF_INET, 4);
	expect_default(3, AF_INET, 7);
	again();
	mnl_attr_put_u32(add_route(0, AF_INET, 0, RTN_UNICAST), RTA_NH_ID, 9);
	questions[1].ret = -EPERM;
	cr_expect_eq(guard_read_defaults(&facts)->ret, -EPERM);
}

/* ---- the route to one address -----------------------------------------------------------------
 */

static int look_up(const char *to, const char *from, unsigned device, struct guard_hops *hops)
{
	const struct guard_address peer = address(to), own = address(from ? from : to);

	return guard_look_up(&facts, &peer, from ? &own : NULL, device, hops);
}

/* The whole route is asked for, by the addresses and the device. */
static void expect_look_up(const char *to, const char *from, unsigned device)
{
	const struct rtmsg *info = header_of(0);
	unsigned char bytes[2][sizeof(struct in6_addr)];
	int family = strchr(to, ':') ? AF_INET6 : AF_INET;
	size_t size = family == AF_INET ? 4 : 16;

	cr_assert_eq(inet_pton(family, to, bytes[0]), 1);
	cr_assert_eq(inet_pton(family, from, bytes[1]), 1);
	cr_expect_eq(info->rtm_family, family);
	cr_expect_eq(info->rtm_dst_len, 8 * size);
	cr_expect_eq(info->rtm_src_len, 8 * size);
	cr_expect_eq(info->rtm_flags, RTM_F_FIB_MATCH);
	cr_expect(has(0, sizeof(*info), RTA_DST, bytes[0], size), "%s", to);
	cr_expect(has(0, sizeof(*info), RTA_SRC, bytes[1], size), "%s", from);
	cr_expect(has(0, sizeof(*info), RTA_OIF, &device, sizeof(device)));
}

Test(guard_routes, the_question_for_a_route)
{
	struct guard_hops hops = {0};

	cr_expect_eq(look_up("192.0.2.1", "198.51.100.2", 7, &hops), 0);
	expect_look_up("192.0.2.1", "198.51.100.2", 7);
	again();
	hops = (struct guard_hops){0};
	cr_expect_eq(look_up("2001:db8::1", "2001:db8:1::2", 9, &hops), 0);
	expect_look_up("2001:db8::1", "2001:db8:1::2", 9);
	again();
	hops = (struct guard_hops){0};
	cr_expect_eq(look_up("192.0.2.1", NULL, 0, &hops), 0);
	cr_expect_eq(mnl_nlmsg_get_payload_len((struct nlmsghdr *)questions[0].request),
		     sizeof(struct rtmsg) + 8, "nothing but the address");
}

Test(guard_routes, a_route)
{
	struct guard_hops hops = {0};

	mnl_attr_put_u32(add_route(0, AF_INET, 24, RTN_UNICAST), RTA_OIF, 2);
	cr_expect_eq(look_up("192.0.2.1", NULL, 0, &hops), 0);
	cr_expect_eq(look_up("192.0.2.1", NULL, 0, &hops), 0);
	cr_expect_eq(asked, 1, "looked up once");
	was_asked(0, NETLINK_ROUTE, RTM_GETROUTE, AF_INET);
	cr_expect(!(questions[0].flags & NLM_F_DUMP));
	cr_expect(hops.known && !hops.local && !hops.more && hops.count == 1);
	cr_expect_eq(hops.index[0], 2);
	again();
	hops = (struct guard_hops){0};
	mnl_attr_put_u32(add_route(0, AF_INET, 32, RTN_LOCAL), RTA_OIF, 1);
	cr_expect_eq(look_up("192.0.2.1", NULL, 0, &hops), 0);
	cr_expect(hops.local);
}

Test(guard_routes, a_route_by_many_devices)
{
	int devices[GUARD_HOPS + 1];
	struct guard_hops hops = {0};

	for (int i = 0; i < GUARD_HOPS + 1; i++)
		devices[i] = 10 + i;
	put_hops(add_route(0, AF_INET, 0, RTN_UNICAST), GUARD_HOPS, devices);
	cr_expect_eq(look_up("192.0.2.1", NULL, 0, &hops), 0);
	cr_expect(hops.count == GUARD_HOPS && !hops.more);
	again();
	hops = (struct guard_hops){0};
	put_hops(add_route(0, AF_INET, 0, RTN_UNICAST), GUARD_HOPS + 1, devices);
	cr_expect_eq(look_up("192.0.2.1", NULL, 0, &hops), 0);
	cr_expect(hops.count == GUARD_HOPS && hops.more);
	again();
	hops = (struct guard_hops){0};
	devices[1] = devices[0];
	devices[3] = devices[2];
	put_hops(add_route(0, AF_INET, 0, RTN_UNICAST), 4, devices);
	cr_expect_eq(look_up("192.0.2.1", NULL, 0, &hops), 0);
	cr_expect_eq(hops.count, 2, "each device once");
}

Test(guard_routes, a_route_by_an_object)
{
	struct guard_hops hops = {0};

	mnl_attr_put_u32(add_route(0, AF_INET, 0, RTN_UNICAST), RTA_NH_ID, 9);
	add_objects(1);
	cr_expect_eq(look_up("192.0.2.1", NULL, 0, &hops), 0);
	cr_expect(hops.count == 2 && hops.index[0] == 2 && hops.index[1] == 3);
	cr_expect_eq(facts.nexthops.list.count, 6, "each, and each member of the group");
	again();
	hops = (struct guard_hops){0};
	mnl_attr_put_u32(add_route(0, AF_INET, 0, RTN_UNICAST), RTA_NH_ID, 4);
	add_objects(1);
	cr_expect_eq(look_up("192.0.2.1", NULL, 0, &hops), 0);
	cr_expect_eq(hops.count, 0);
	again();
	hops = (struct guard_hops){0};
	mnl_attr_put_u32(add_route(0, AF_INET, 0, RTN_UNICAST), RTA_NH_ID, 9);
	questions[1].ret = -ENOMEM;
	cr_expect_eq(look_up("192.0.2.1", NULL, 0, &hops), -ENOMEM);
}

/* A source address that this machine has lost since is no reason to know nothing. */
Test(guard_routes, a_route_from_an_address)
{
	struct guard_hops hops = {0};

	questions[0].ret = -EINVAL;
	mnl_attr_put_u32(add_route(1, AF_INET, 0, RTN_UNICAST), RTA_OIF, 2);
	cr_expect_eq(look_up("192.0.2.1", "192.0.2.2", 0, &hops), 0);
	cr_expect(asked == 2 && hops.count == 1);
	again();
	hops = (struct guard_hops){0};
	questions[0].ret = -EINVAL;
	cr_expect_eq(look_up("192.0.2.1", NULL, 0, &hops), -EINVAL);
	cr_expect_eq(asked, 1);
	again();
	hops = (struct guard_hops){0};
	questions[0].ret = -ENETUNREACH;
	cr_expect_eq(look_up("192.0.2.1", "192.0.2.2", 0, &hops), -ENETUNREACH);
	cr_expect_eq(look_up("192.0.2.1", "192.0.2.2", 0, &hops), -ENETUNREACH);
	cr_expect_eq(asked, 1);
}
