/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_tunnels.c - the outer packets of tunnels that the machine needs: those by which
 * connections or default routes leave, or other such tunnels. A tunnel whose packets may
 * be those of any socket is compared with every socket that exists.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdio.h>

#include "redirect/guard_loss.h"

/* Tunnels inside tunnels, deeper than anything in use. */
#define DEPTH 4

#define PORT_L2TP 1701
#define PORT_IKE 500
#define PORT_IKE_NAT 4500
#define PROTOCOL_L2TP 115

/* ---- the boxes of outer packets ----------------------------------------------------- */

/* Where the boxes of a tunnel go. */
struct outer {
	struct guard *g;
	bool found; /* some rule could take a packet of some box */
	/* To note the losses; NULL: only to see whether there could be any. */
	const struct guard_tags *tags;
	const char *name;
};

static void see_box(struct outer *o, struct redirect_term box, const char *packets)
{
	if (o->tags)
		guard_lose(o->g, ZCXSK_GIVE_UP_TUNNELS, &box, o->tags, "%s of %s", packets,
			   o->name);
	else
		o->found |= guard_may_take(o->g, &box);
}

static void see_protocol(struct outer *o, uint8_t protocol, const char *packets)
{
	see_box(o, guard_protocol_box(AF_INET, protocol), packets);
	see_box(o, guard_protocol_box(AF_INET6, protocol), packets);
}

/* Datagrams to a port, and the rest of those that were split. */
static void see_port(struct outer *o, uint16_t port)
{
	char packets[32];

	snprintf(packets, sizeof(packets), "UDP to port %u", port);
	for (unsigned i = 0; i < 2; i++) {
		int family = i ? AF_INET6 : AF_INET;
		struct redirect_term later = guard_protocol_box(family, IPPROTO_UDP);

		see_box(o, guard_port_box(family, IPPROTO_UDP, port), packets);
		later.fields |= REDIRECT_FRAGMENT;
		later.absent |= REDIRECT_SRC_PORT | REDIRECT_DST_PORT | REDIRECT_ICMP_TYPE;
		later.first[REDIRECT_V_FRAGMENT] = later.last[REDIRECT_V_FRAGMENT] = REDIRECT_LATER;
		see_box(o, later, "fragments of UDP");
	}
}

static void see_socket(struct outer *o, const struct guard_socket *s, uint8_t protocol)
{
	char packets[48];

	if (s->listens)
		return;
	snprintf(packets, sizeof(packets), "%s to port %u", protocol == IPPROTO_TCP ? "TCP" : "UDP",
		 s->local_port);
	see_box(o, guard_socket_box(s, s->local.family, protocol), packets);
	if (s->both_families && s->any_local && s->local.family == AF_INET6)
		see_box(o, guard_socket_box(s, AF_INET, protocol), packets);
}

static void see_sockets(struct outer *o, const struct guard_table *sockets, uint8_t protocol)
{
	const char *packets = protocol == IPPROTO_TCP ? "TCP, maybe (the sockets cannot be read)"
						      : "UDP, maybe (the sockets cannot be read)";

	if (sockets->ret) {
		see_box(o, guard_ip_box(AF_INET, protocol), packets);
		see_box(o, guard_ip_box(AF_INET6, protocol), packets);
	}
	for (GUARD_EACH(const struct guard_socket, s, &sockets->list))
		if (!guard_is_loopback(&s->local))
			see_socket(o, s, protocol);
}

/* Each table of sockets is read only if the rules could take such packets. */
static void see_all_sockets(struct outer *o)
{
	struct guard *g = o->g;

	for (unsigned i = 0; i < 2; i++) {
		uint8_t protocol = i ? IPPROTO_TCP : IPPROTO_UDP;
		const struct redirect_term four = guard_ip_box(AF_INET, protocol);
		const struct redirect_term six = guard_ip_box(AF_INET6, protocol);

		if (guard_may_take(g, &four) || guard_may_take(g, &six))
			see_sockets(o, i ? guard_read_tcp(&g->facts) : guard_read_udp(&g->facts),
				    protocol);
	}
}

static void see_ipsec(struct outer *o)
{
	see_protocol(o, IPPROTO_ESP, "ESP");
	see_protocol(o, IPPROTO_AH, "AH");
	see_protocol(o, IPPROTO_COMP, "IPComp");
	see_port(o, PORT_IKE_NAT);
	see_port(o, PORT_IKE);
}

static void see_ip_in_ip(struct outer *o)
{
	see_protocol(o, IPPROTO_IPIP, "IPv4 in IP");
	see_protocol(o, IPPROTO_IPV6, "IPv6 in IP");
}

/* PPP over Ethernet, PPTP, L2TP. */
static void see_ppp(struct outer *o)
{
	see_box(o, guard_ethertype_box(ETH_P_PPP_DISC, ETH_P_PPP_SES), "PPPoE");
	see_protocol(o, IPPROTO_GRE, "GRE");
	see_protocol(o, PROTOCOL_L2TP, "L2TP");
	see_port(o, PORT_L2TP);
	see_all_sockets(o);
}

static void see_outer(struct outer *o, enum guard_outer outer, uint16_t port)
{
	switch (outer) {
	case GUARD_OUTER_PORT:
		if (port)
			see_port(o, port);
		else
			see_all_sockets(o);
		break;
	case GUARD_OUTER_GRE:
		see_protocol(o, IPPROTO_GRE, "GRE");
		break;
	case GUARD_OUTER_IP:
		see_ip_in_ip(o);
		break;
	case GUARD_OUTER_ESP:
		see_ipsec(o);
		break;
	case GUARD_OUTER_PPP:
		see_ppp(o);
		break;
	case GUARD_OUTER_SOCKETS:
		see_protocol(o, IPPROTO_GRE, "GRE");
		see_protocol(o, PROTOCOL_L2TP, "L2TP");
		see_all_sockets(o);
		break;
	}
}

/* ---- which tunnels count --------------------------------------------------------------- */

static bool is_tunnel(const struct guard_link *link)
{
	return link->up && (link->class == GUARD_TUNNEL || link->class == GUARD_STRANGE);
}

/*
 * Whether a tunnel's outer packets may use a device of the share. *way is the one by which
 * they do; NULL: any.
 */
static bool sends_by(struct guard *g, const struct guard_link *tunnel,
		     const struct guard_share *share, const struct guard_way **way)
{
	struct guard_hops hops = {0};

	*way = NULL;
	if (share->ret || tunnel->index == share->base)
		return share->ret;
	if (tunnel->outer_device)
		return (*way = guard_way_to(share, tunnel->outer_device));
	if (tunnel->remote.family && !guard_look_up(&g->facts, &tunnel->remote, NULL, 0, &hops) &&
	    !hops.more) {
		for (unsigned i = 0; i < hops.count && !*way; i++)
			*way = guard_way_to(share, hops.index[i]);
		return *way;
	}
	/* To several peers, or to one whose way is not known: by any device that has routes. */
	for (GUARD_EACH(const struct guard_way, one, &share->ways))
		if (one->ipv4 || one->ipv6)
			return true;
	return false;
}

/* Whether the machine needs a tunnel; true if that is not known. */
static bool is_needed(struct guard *g, const struct guard_link *tunnel, unsigned depth)
{
	struct guard_share share;
	struct guard_list uses = {0};
	const struct guard_way *way;
	bool needed;

	if (!depth)
		return true;
	guard_find_share(&share, &g->facts, tunnel->index);
	needed = guard_find_uses(&g->facts, &share, &uses) || uses.count;
	for (GUARD_EACH(const struct guard_link, other, &g->facts.links.list))
		if (!needed && other != tunnel && is_tunnel(other) &&
		    sends_by(g, other, &share, &way))
			needed = is_needed(g, other, depth - 1);
	guard_list_free(&uses);
	guard_share_free(&share);
	return needed;
}

/* The outer packets need the card as any other packet does. */
int guard_add_tunnels(struct guard *g)
{
	const struct guard_table *links = guard_read_links(&g->facts);
	const struct guard_share *share = guard_of_card(g);
	const struct guard_way *way;
	int ret = 0;

	for (GUARD_EACH(const struct guard_link, tunnel, &links->list)) {
		if (links->ret || tunnel->index == g->card || !is_tunnel(tunnel) ||
		    guard_way_to(share, tunnel->index) || !sends_by(g, tunnel, share, &way) ||
		    !is_needed(g, tunnel, DEPTH))
			continue;
		for (GUARD_EACH(const struct guard_way, one, &share->ways))
			for (unsigned i = 0; i < 2 && !ret; i++)
				if ((!way || way == one) && (i ? one->ipv6 : one->ipv4))
					ret = guard_add_use(&g->uses, i ? AF_INET6 : AF_INET,
							    one->index, &one->tags, "the tunnel %s",
							    tunnel->name);
	}
	return ret;
}

static void lose_tunnel(struct guard *g, const struct guard_link *tunnel)
{
	const struct guard_tags any = guard_any_tags();
	const struct guard_way *way;
	struct outer o = {.g = g};
	char name[64];

	see_outer(&o, tunnel->outer, tunnel->port);
	if (!o.found || !sends_by(g, tunnel, guard_of_card(g), &way) ||
	    !is_needed(g, tunnel, DEPTH))
		return;
	snprintf(name, sizeof(name), "the tunnel %s (%s)", tunnel->name,
		 tunnel->kind[0] ? tunnel->kind : "of unknown kind");
	o.name = name;
	o.tags = way ? &way->tags : &any;
	see_outer(&o, tunnel->outer, tunnel->port);
}

/* Without the devices: any tunnel there may be. */
static void lose_any_tunnel(struct guard *g, int ret)
{
	const struct guard_tags any = guard_any_tags();
	struct outer o = {.g = g, .tags = &any};
	char name[80];

	snprintf(name, sizeof(name), "a tunnel, maybe: the devices cannot be read (%s)",
		 zcxsk_errno_name(ret));
	o.name = name;
	see_protocol(&o, IPPROTO_ESP, "ESP");
	see_protocol(&o, IPPROTO_AH, "AH");
	see_ip_in_ip(&o);
	see_ppp(&o);
}

/* ---- IPsec without a device ------------------------------------------------------------ */

static void lose_ipsec(struct guard *g)
{
	const struct guard_tags any = guard_any_tags();
	const struct guard_table *associations;
	struct outer o = {.g = g};
	bool uses_card = false;

	see_ipsec(&o);
	if (!o.found)
		return;
	associations = guard_read_ipsec(&g->facts);
	if (!associations->ret && !associations->list.count)
		return;
	for (GUARD_EACH(const struct guard_way, way, &guard_of_card(g)->ways))
		uses_card |= way->ipv4 || way->ipv6;
	if (!uses_card)
		return;
	o.tags = &any;
	o.name = associations->ret ? "IPsec, maybe: its associations cannot be read" : "IPsec";
	see_ipsec(&o);
}

void guard_lose_tunnels(struct guard *g)
{
	const struct guard_table *links;
	struct outer o = {.g = g};

	if (g->give_up & ZCXSK_GIVE_UP_TUNNELS)
		return;
	lose_ipsec(g);
	/* Could there be one at all? */
	see_protocol(&o, IPPROTO_UDP, "");
	see_protocol(&o, IPPROTO_TCP, "");
	see_protocol(&o, IPPROTO_ESP, "");
	see_protocol(&o, IPPROTO_AH, "");
	see_protocol(&o, IPPROTO_GRE, "");
	see_protocol(&o, PROTOCOL_L2TP, "");
	see_protocol(&o, IPPROTO_COMP, "");
	see_ip_in_ip(&o);
	see_box(&o, guard_ethertype_box(ETH_P_PPP_DISC, ETH_P_PPP_SES), "");
	if (!o.found)
		return;
	links = guard_read_links(&g->facts);
	if (links->ret)
		lose_any_tunnel(g, links->ret);
	for (GUARD_EACH(const struct guard_link, link, &links->list))
		if (!links->ret && link->index != g->card && is_tunnel(link) &&
		    !guard_way_to(guard_of_card(g), link->index))
			lose_tunnel(g, link);
}
