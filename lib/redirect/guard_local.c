/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_local.c - what IPv4 and IPv6 need on a link to work at all: ARP, neighbour
 * discovery, DHCP, path MTU messages, and the multicast that switches ask about.
 */
#include <linux/if_ether.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netinet/ip6.h>

#include "redirect/guard_loss.h"

#define PORT_DHCP_CLIENT 68
#define PORT_DHCP6_CLIENT 546

#define MLD2_REPORT 143

/* A kind of packet that a family needs. */
struct need {
	int family;
	uint64_t kind;
	const char *name;
	struct redirect_term box;
};

/* ---- DHCP ------------------------------------------------------------------------- */

/* Whether an address of the device was leased; true if that cannot be read. */
static bool is_leased(struct guard *g, const struct guard_use *use)
{
	const struct guard_table *t = guard_read_addresses(&g->facts);

	for (GUARD_EACH(const struct guard_own_address, own, &t->list))
		if (own->index == use->index && own->expires && own->address.family == use->family)
			return true;
	return t->ret || use->tags.any;
}

static bool has_socket(const struct guard_table *udp, uint16_t port)
{
	for (GUARD_EACH(const struct guard_socket, s, &udp->list))
		if (s->local_port == port)
			return true;
	return udp->ret;
}

static bool has_packet_socket(const struct guard_table *packet, unsigned index)
{
	for (GUARD_EACH(const struct guard_packet_socket, s, &packet->list))
		if (s->device == index && s->ethertype == ETH_P_IP)
			return true;
	return packet->ret;
}

/* Whether a client of DHCP is at work. Its presence counts, not how its lease looks. */
static bool has_client(struct guard *g, const struct guard_use *use)
{
	const struct guard_table *udp = guard_read_udp(&g->facts);

	if (use->family == AF_INET6)
		return has_socket(udp, PORT_DHCP6_CLIENT);
	return is_leased(g, use) || has_socket(udp, PORT_DHCP_CLIENT) ||
	       has_packet_socket(guard_read_packet(&g->facts), use->index);
}

/* ---- needs --------------------------------------------------------------------------- */

static void lose_for(struct guard *g, const struct need *need, const struct guard_use *use)
{
	if (use->family != need->family || guard_taker(g->rules, &need->box, &use->tags) < 0)
		return;
	if (need->kind == ZCXSK_GIVE_UP_DHCP && !has_client(g, use))
		return;
	guard_lose(g, need->kind, &need->box, &use->tags, "%s, for %s", need->name, use->reason);
}

static void lose(struct guard *g, const struct need *need)
{
	if (g->give_up & need->kind || !guard_may_take(g, &need->box))
		return;
	guard_card_uses(g);
	for (GUARD_EACH(const struct guard_use, use, &g->uses)) {
		uint64_t before = g->lost;

		lose_for(g, need, use);
		/* One reason a kind is enough. */
		if (g->lost != before)
			return;
	}
}

/* To a group: switches ask by it who is in. */
static struct redirect_term to_group(struct redirect_term box)
{
	bool four = box.fields & REDIRECT_IPV4;

	box.dst_first.high = four ? 0 : 0xffull << 56;
	box.dst_first.low = four ? INADDR_UNSPEC_GROUP : 0;
	box.dst_last.high = four ? 0 : UINT64_MAX;
	box.dst_last.low = four ? INADDR_UNSPEC_GROUP | 0x0fffffffu : UINT64_MAX;
	return box;
}

void guard_lose_local(struct guard *g)
{
	const struct need needs[] = {
		{AF_INET, ZCXSK_GIVE_UP_ARP, "ARP", guard_ethertype_box(ETH_P_ARP, ETH_P_ARP)},
		{AF_INET6, ZCXSK_GIVE_UP_ND, "IPv6 neighbour discovery",
		 guard_icmp_box(AF_INET6, ND_ROUTER_SOLICIT, ND_REDIRECT)},
		{AF_INET, ZCXSK_GIVE_UP_DHCP, "DHCP replies",
		 guard_port_box(AF_INET, IPPROTO_UDP, PORT_DHCP_CLIENT)},
		{AF_INET6, ZCXSK_GIVE_UP_DHCP, "DHCPv6 replies",
		 guard_port_box(AF_INET6, IPPROTO_UDP, PORT_DHCP6_CLIENT)},
		{AF_INET, ZCXSK_GIVE_UP_PMTU, "path MTU messages (ICMP type 3)",
		 guard_icmp_box(AF_INET, ICMP_UNREACH, ICMP_UNREACH)},
		{AF_INET6, ZCXSK_GIVE_UP_PMTU, "path MTU messages (ICMPv6 type 2)",
		 guard_icmp_box(AF_INET6, ICMP6_PACKET_TOO_BIG, ICMP6_PACKET_TOO_BIG)},
		{AF_INET, ZCXSK_GIVE_UP_MULTICAST, "IGMP",
		 to_group(guard_ip_box(AF_INET, IPPROTO_IGMP))},
		{AF_INET6, ZCXSK_GIVE_UP_MULTICAST, "MLD",
		 to_group(guard_icmp_box(AF_INET6, MLD_LISTENER_QUERY, MLD_LISTENER_REDUCTION))},
		{AF_INET6, ZCXSK_GIVE_UP_MULTICAST, "MLD",
		 to_group(guard_icmp_box(AF_INET6, MLD2_REPORT, MLD2_REPORT))},
	};

	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		lose(g, &needs[i]);
}
