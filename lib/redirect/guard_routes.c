/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_routes.c - the addresses of this machine, and the ways by which others leave. */
#include <errno.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>

#include "redirect/guard_facts.h"
#include "redirect/guard_netlink.h"

/*
 * Programs replace the default route by a few routes that cover the same, such as
 * 0.0.0.0/1 and 128.0.0.0/1, or 2000::/3. A prefix shorter than this is one of them.
 */
#define DEFAULT_IPV4 8
#define DEFAULT_IPV6 16

#define NEXTHOP_SIZE(attr) (mnl_attr_get_payload_len(attr) / sizeof(struct nexthop_grp))

/* ---- addresses --------------------------------------------------------------------- */

static int see_address(const struct nlmsghdr *nlh, void *list)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(nlh);
	size_t size =
		info->ifa_family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
	struct guard_own_address *own;
	const void *bytes = NULL;
	const struct nlattr *attr;

	if (info->ifa_family != AF_INET && info->ifa_family != AF_INET6)
		return MNL_CB_OK;
	mnl_attr_for_each (attr, nlh, sizeof(*info)) {
		uint16_t type = mnl_attr_get_type(attr);

		/* IFA_ADDRESS is that of the peer where both exist. */
		if (mnl_attr_get_payload_len(attr) >= size &&
		    (type == IFA_LOCAL || (type == IFA_ADDRESS && !bytes)))
			bytes = mnl_attr_get_payload(attr);
	}
	if (!bytes)
		return MNL_CB_OK;
	own = guard_list_add(list, sizeof(*own));
	if (!own)
		return MNL_CB_ERROR;
	own->address = guard_address_of(info->ifa_family, bytes);
	own->index = info->ifa_index;
	own->expires = !(info->ifa_flags & IFA_F_PERMANENT);
	return MNL_CB_OK;
}

static int ask_route(uint16_t type, int family, mnl_cb_t see, void *data, struct guard_list *list)
{
	char buf[GUARD_REQUEST];
	struct rtgenmsg *info;
	struct nlmsghdr *nlh = guard_request(buf, type, NLM_F_DUMP, sizeof(*info), &info);

	info->rtgen_family = (unsigned char)family;
	return guard_ask(NETLINK_ROUTE, nlh, see, data, list);
}

const struct guard_table *guard_read_addresses(struct guard_facts *facts)
{
	struct guard_table *t = &facts->addresses;

	if (!t->read)
		t->ret = ask_route(RTM_GETADDR, AF_UNSPEC, see_address, &t->list, &t->list);
	t->read = true;
	return t;
}

/* ---- nexthop objects ------------------------------------------------------------------ */

static int see_group(struct guard_list *list, uint32_t id, const struct nlattr *attr)
{
	const struct nexthop_grp *members = mnl_attr_get_payload(attr);

	for (size_t i = 0; i < NEXTHOP_SIZE(attr); i++) {
		struct guard_nexthop *hop = guard_list_add(list, sizeof(*hop));

		if (!hop)
			return MNL_CB_ERROR;
		hop->id = id;
		hop->member = members[i].id;
	}
	return MNL_CB_OK;
}

static int see_nexthop(const struct nlmsghdr *nlh, void *list)
{
	const struct nlattr *attr, *group = NULL;
	struct guard_nexthop *hop;
	uint32_t id = 0, index = 0;

	mnl_attr_for_each (attr, nlh, sizeof(struct nhmsg)) {
		if (mnl_attr_get_type(attr) == NHA_ID)
			id = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == NHA_OIF)
			index = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == NHA_GROUP)
			group = attr;
	}
	if (group)
		return see_group(list, id, group);
	hop = guard_list_add(list, sizeof(*hop));
	if (!hop)
		return MNL_CB_ERROR;
	hop->id = id;
	hop->index = index;
	return MNL_CB_OK;
}

const struct guard_table *guard_read_nexthops(struct guard_facts *facts)
{
	struct guard_table *t = &facts->nexthops;
	char buf[GUARD_REQUEST];
	struct nlmsghdr *nlh;
	struct nhmsg *info;

	if (t->read)
		return t;
	t->read = true;
	nlh = guard_request(buf, RTM_GETNEXTHOP, NLM_F_DUMP, sizeof(*info), &info);
	t->ret = guard_ask(NETLINK_ROUTE, nlh, see_nexthop, &t->list, &t->list);
	return t;
}

/* ---- the devices of a route -------------------------------------------------------------- */

static void add_hop(struct guard_hops *hops, unsigned index)
{
	for (unsigned i = 0; i < hops->count; i++)
		if (hops->index[i] == index)
			return;
	if (hops->count == GUARD_HOPS)
		hops->more = true;
	else
		hops->index[hops->count++] = index;
}

/* A group has no groups as members. */
static int add_object(struct guard_facts *facts, struct guard_hops *hops, uint32_t id)
{
	const struct guard_table *all = guard_read_nexthops(facts);

	if (all->ret)
		return all->ret;
	for (GUARD_EACH(const struct guard_nexthop, hop, &all->list)) {
		if (hop->id != id)
			continue;
		if (hop->index)
			add_hop(hops, hop->index);
		for (GUARD_EACH(const struct guard_nexthop, other, &all->list))
			if (hop->member && other->id == hop->member && other->index)
				add_hop(hops, other->index);
	}
	return 0;
}

static void add_multipath(struct guard_hops *hops, const struct nlattr *attr)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(attr);
	int left = mnl_attr_get_payload_len(attr);

	for (; RTNH_OK(hop, left); hop = RTNH_NEXT(hop)) {
		add_hop(hops, (unsigned)hop->rtnh_ifindex);
		left -= (int)RTNH_ALIGN(hop->rtnh_len);
	}
}

struct seen_route {
	struct guard_facts *facts;
	struct guard_hops *hops;
	uint32_t object;
	int family; /* of a dump */
};

/* Reads a route; its nexthop object is left in seen->object. */
static void read_route(const struct nlmsghdr *nlh, struct seen_route *seen)
{
	const struct nlattr *attr;

	mnl_attr_for_each (attr, nlh, sizeof(struct rtmsg)) {
		switch (mnl_attr_get_type(attr)) {
		case RTA_OIF:
			add_hop(seen->hops, mnl_attr_get_u32(attr));
			break;
		case RTA_MULTIPATH:
			add_multipath(seen->hops, attr);
			break;
		case RTA_NH_ID:
			seen->object = mnl_attr_get_u32(attr);
			break;
		}
	}
}

/* ---- default routes ----------------------------------------------------------------------- */

static int see_default(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(nlh);
	struct guard_hops hops = {0};
	struct seen_route *seen = data;
	unsigned limit = route->rtm_family == AF_INET ? DEFAULT_IPV4 : DEFAULT_IPV6;

	if (route->rtm_dst_len >= limit || route->rtm_type != RTN_UNICAST)
		return MNL_CB_OK;
	seen->hops = &hops;
	seen->object = 0;
	read_route(nlh, seen);
	if (seen->object && add_object(seen->facts, &hops, seen->object)) {
		errno = -seen->facts->nexthops.ret;
		return MNL_CB_ERROR;
	}
	for (unsigned i = 0; i < hops.count; i++) {
		struct guard_default *one =
			guard_list_add(&seen->facts->defaults.list, sizeof(*one));

		if (!one)
			return MNL_CB_ERROR;
		one->family = route->rtm_family;
		one->index = hops.index[i];
	}
	return MNL_CB_OK;
}

const struct guard_table *guard_read_defaults(struct guard_facts *facts)
{
	struct guard_table *t = &facts->defaults;
	struct seen_route seen = {.facts = facts};

	if (t->read)
		return t;
	t->read = true;
	t->ret = ask_route(RTM_GETROUTE, AF_INET, see_default, &seen, &t->list);
	if (!t->ret)
		t->ret = ask_route(RTM_GETROUTE, AF_INET6, see_default, &seen, &t->list);
	/* A kernel without IPv6 has no routes of it. */
	return t;
}

/* ---- one address ----------------------------------------------------------------------------- */

static int see_lookup(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(nlh);
	struct seen_route *seen = data;

	seen->hops->local |= route->rtm_type == RTN_LOCAL;
	read_route(nlh, seen);
	return MNL_CB_OK;
}

static void put_address(struct nlmsghdr *nlh, uint16_t type, const struct guard_address *a)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	guard_address_bytes(a, bytes);
	mnl_attr_put(nlh, type, a->family == AF_INET ? sizeof(struct in_addr) : sizeof(bytes),
		     bytes);
}

/* Asks for the whole route, of which a packet would use one hop. */
static int look_up(struct seen_route *seen, const struct guard_address *to,
		   const struct guard_address *from, unsigned device)
{
	char buf[GUARD_REQUEST];
	struct rtmsg *info;
	struct nlmsghdr *nlh = guard_request(buf, RTM_GETROUTE, 0, sizeof(*info), &info);

	info->rtm_family = (unsigned char)to->family;
	info->rtm_dst_len = to->family == AF_INET ? 32 : 128;
	info->rtm_flags = RTM_F_FIB_MATCH;
	put_address(nlh, RTA_DST, to);
	if (from) {
		info->rtm_src_len = info->rtm_dst_len;
		put_address(nlh, RTA_SRC, from);
	}
	if (device)
		mnl_attr_put_u32(nlh, RTA_OIF, device);
	seen->object = 0;
	*seen->hops = (struct guard_hops){.known = true};
	return guard_ask(NETLINK_ROUTE, nlh, see_lookup, seen, NULL);
}

int guard_look_up(struct guard_facts *facts, const struct guard_address *to,
		  const struct guard_address *from, unsigned device, struct guard_hops *hops)
{
	struct seen_route seen = {.facts = facts, .hops = hops};

	if (hops->known)
		return hops->ret;
	hops->ret = look_up(&seen, to, from, device);
	/* The address may be gone from this machine since. */
	if (hops->ret == -EINVAL && from)
		hops->ret = look_up(&seen, to, NULL, device);
	if (!hops->ret && seen.object)
		hops->ret = add_object(facts, hops, seen.object);
	return hops->ret;
}
