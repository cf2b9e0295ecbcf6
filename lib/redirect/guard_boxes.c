/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_boxes.c - the boxes of packets that a machine needs, and which rules take them. */
#include "redirect/guard_boxes.h"

#include <linux/if_ether.h>
#include <netinet/in.h>

#include "rules/box.h"
#include "rules/rules.h"

/* Fields that describe the contents of an IP packet. */
#define PORTS ((uint32_t)(REDIRECT_SRC_PORT | REDIRECT_DST_PORT))
#define IP_INSIDE                                                                                  \
	((uint32_t)(REDIRECT_IP_PROTOCOL | PORTS | REDIRECT_ICMP_TYPE | REDIRECT_FRAGMENT))

static void require(struct redirect_term *box, enum redirect_value which, uint16_t first,
		    uint16_t last)
{
	box->fields |= 1u << which;
	box->first[which] = first;
	box->last[which] = last;
}

struct redirect_term guard_protocol_box(int family, uint8_t protocol)
{
	struct redirect_term box = rule_box_full();
	bool four = family == AF_INET;
	uint16_t ethertype = four ? ETH_P_IP : ETH_P_IPV6;

	box.fields = four ? REDIRECT_IPV4 : REDIRECT_IPV6;
	box.absent = four ? REDIRECT_IPV6 : REDIRECT_IPV4;
	require(&box, REDIRECT_V_ETHERTYPE, ethertype, ethertype);
	require(&box, REDIRECT_V_IP_PROTOCOL, protocol, protocol);
	return box;
}

struct redirect_term guard_ip_box(int family, uint8_t protocol)
{
	struct redirect_term box = guard_protocol_box(family, protocol);

	require(&box, REDIRECT_V_FRAGMENT, REDIRECT_WHOLE, REDIRECT_FIRST);
	return box;
}

struct redirect_term guard_port_box(int family, uint8_t protocol, uint16_t port)
{
	struct redirect_term box = guard_ip_box(family, protocol);

	box.absent |= REDIRECT_ICMP_TYPE;
	require(&box, REDIRECT_V_SRC_PORT, 0, UINT16_MAX);
	require(&box, REDIRECT_V_DST_PORT, port, port);
	return box;
}

struct redirect_term guard_icmp_box(int family, uint8_t first, uint8_t last)
{
	struct redirect_term box =
		guard_ip_box(family, family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);

	box.absent |= PORTS;
	require(&box, REDIRECT_V_ICMP_TYPE, first, last);
	return box;
}

struct redirect_term guard_ethertype_box(uint16_t first, uint16_t last)
{
	struct redirect_term box = rule_box_full();

	box.absent = REDIRECT_IPV4 | REDIRECT_IPV6 | IP_INSIDE;
	require(&box, REDIRECT_V_ETHERTYPE, first, last);
	return box;
}

struct redirect_term guard_socket_box(const struct guard_socket *s, int family, uint8_t protocol)
{
	struct redirect_term box = guard_port_box(family, protocol, s->local_port);

	if (!s->any_local)
		box.dst_first = box.dst_last = s->local.bytes;
	if (!s->connected)
		return box;
	box.src_first = box.src_last = s->remote.bytes;
	require(&box, REDIRECT_V_SRC_PORT, s->remote_port, s->remote_port);
	return box;
}

/* ---- tags -------------------------------------------------------------------------- */

/* The box of packets with `count` tags. */
static struct redirect_term tagged(struct redirect_term box, const uint16_t *vlan, unsigned count)
{
	if (count > 0)
		require(&box, REDIRECT_V_VLAN, vlan[0], vlan[0]);
	else
		box.absent |= REDIRECT_VLAN;
	if (count > 1)
		require(&box, REDIRECT_V_INNER_VLAN, vlan[1], vlan[1]);
	else
		box.absent |= REDIRECT_INNER_VLAN;
	return box;
}

/* VLAN 0 is no VLAN, but the priority of an untagged packet. */
static int taker_of_untagged(const struct zcxsk_rules *rules, const struct redirect_term *box)
{
	static const uint16_t priority;
	struct redirect_term with = tagged(*box, &priority, 1);
	int rule;

	with.fields &= ~(uint32_t)REDIRECT_INNER_VLAN;
	rule = rules_taker(rules, &with);
	if (rule >= 0)
		return rule;
	with = tagged(*box, NULL, 0);
	return rules_taker(rules, &with);
}

int guard_taker(const struct zcxsk_rules *rules, const struct redirect_term *box,
		const struct guard_tags *tags)
{
	struct redirect_term outer = *box;
	int rule;

	if (tags->strange)
		outer = rule_box_full();
	else if (tags->macsec)
		outer = guard_ethertype_box(ETH_P_MACSEC, ETH_P_MACSEC);
	if (tags->any || tags->strange)
		return rules_taker(rules, &outer);
	for (unsigned removed = 0; removed < tags->count; removed++) {
		const struct redirect_term with =
			tagged(outer, tags->vlan + removed, tags->count - removed);

		rule = rules_taker(rules, &with);
		if (rule >= 0)
			return rule;
	}
	return taker_of_untagged(rules, &outer);
}
