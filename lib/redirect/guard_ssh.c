/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_ssh.c - SSH connections and the ability to open new ones. */
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdio.h>

#include "redirect/guard_loss.h"
#include "redirect/guard_sessions.h"
#include "rules/box.h"

#define FAMILY(i) ((i) ? AF_INET6 : AF_INET)

/* A connection with the fact that is missing, if any. */
static void lose_session(struct guard *g, struct guard_socket *s)
{
	const struct redirect_term box = guard_socket_box(s, s->local.family, IPPROTO_TCP);
	const char *what;
	struct guard_tags tags;
	char text[128];
	int ret;

	if (!guard_may_take(g, &box) || guard_is_ssh(&g->facts, s) == GUARD_SSH_NO ||
	    !guard_carries(&g->facts, guard_of_card(g), s, &tags, &ret, &what))
		return;
	guard_session_text(&g->facts, s, text, sizeof(text));
	if (ret)
		guard_lose(g, ZCXSK_GIVE_UP_SSH, &box, &tags, "%s, maybe: %s cannot be read (%s)",
			   text, what, zcxsk_errno_name(ret));
	else
		guard_lose(g, ZCXSK_GIVE_UP_SSH, &box, &tags, "%s", text);
}

/* To one of the addresses of this machine. */
static void lose_server_at(struct guard *g, struct guard_socket *s, const struct guard_way *way,
			   const struct guard_address *address)
{
	struct redirect_term box = guard_socket_box(s, address->family, IPPROTO_TCP);
	char text[128], at[64];

	box.dst_first = box.dst_last = address->bytes;
	guard_session_text(&g->facts, s, text, sizeof(text));
	guard_lose(g, ZCXSK_GIVE_UP_SSH, &box, &way->tags, "%s of %s", text,
		   guard_address_text(address, at, sizeof(at)));
}

static void lose_server_by(struct guard *g, struct guard_socket *s, const struct guard_way *way)
{
	const struct guard_table *addresses = guard_read_addresses(&g->facts);

	for (unsigned i = 0; i < 2; i++) {
		struct redirect_term box = guard_socket_box(s, FAMILY(i), IPPROTO_TCP);
		char text[128];

		if (!guard_is_reached(&g->facts, way, s, FAMILY(i)))
			continue;
		if (addresses->ret) {
			guard_session_text(&g->facts, s, text, sizeof(text));
			guard_lose(g, ZCXSK_GIVE_UP_SSH, &box, &way->tags,
				   "%s, maybe: the addresses cannot be read (%s)", text,
				   zcxsk_errno_name(addresses->ret));
			continue;
		}
		for (GUARD_EACH(const struct guard_own_address, own, &addresses->list))
			if (own->address.family == FAMILY(i) && !guard_is_loopback(&own->address) &&
			    !guard_is_link_local(&own->address) &&
			    (s->any_local || guard_same_address(&own->address, &s->local)))
				lose_server_at(g, s, way, &own->address);
	}
}

static void lose_server(struct guard *g, struct guard_socket *s)
{
	bool met = false;

	for (unsigned i = 0; i < 2; i++) {
		const struct redirect_term box = guard_socket_box(s, FAMILY(i), IPPROTO_TCP);

		if (FAMILY(i) == s->local.family || s->both_families)
			met |= guard_may_take(g, &box);
	}
	if (!met || guard_is_ssh(&g->facts, s) == GUARD_SSH_NO)
		return;
	for (GUARD_EACH(const struct guard_way, way, &guard_of_card(g)->ways))
		lose_server_by(g, s, way);
}

/*
 * Sessions over devices that wrap packets into something other than IP: MACsec, or a
 * device of an unknown kind, whose packets may look like any.
 */
void guard_lose_wrapped(struct guard *g)
{
	const struct guard_table *links = guard_read_links(&g->facts);
	const struct redirect_term every = rule_box_full();
	const struct redirect_term macsec = guard_ethertype_box(ETH_P_MACSEC, ETH_P_MACSEC);
	const struct guard_tags any = guard_any_tags();
	bool wraps = false;

	if (g->give_up & ZCXSK_GIVE_UP_SSH)
		return;
	if (links->ret)
		guard_lose(g, ZCXSK_GIVE_UP_SSH, &macsec, &any,
			   "MACsec, maybe: the devices cannot be read (%s)",
			   zcxsk_errno_name(links->ret));
	for (GUARD_EACH(const struct guard_link, link, &links->list))
		wraps |= link->class == GUARD_MACSEC || link->class == GUARD_STRANGE;
	if (links->ret || !wraps)
		return;
	guard_card_uses(g);
	for (GUARD_EACH(const struct guard_use, use, &g->uses))
		if (use->tags.macsec || use->tags.strange)
			guard_lose(g, ZCXSK_GIVE_UP_SSH, &every, &use->tags, "packets for %s",
				   use->reason);
}

void guard_lose_ssh(struct guard *g)
{
	const struct redirect_term four = guard_ip_box(AF_INET, IPPROTO_TCP);
	const struct redirect_term six = guard_ip_box(AF_INET6, IPPROTO_TCP);
	const struct guard_tags any = guard_any_tags();
	struct guard_table *tcp;

	if (g->give_up & ZCXSK_GIVE_UP_SSH ||
	    !(guard_may_take(g, &four) || guard_may_take(g, &six)))
		return;
	tcp = guard_read_tcp(&g->facts);
	if (tcp->ret) {
		for (unsigned i = 0; i < 2; i++)
			guard_lose(g, ZCXSK_GIVE_UP_SSH, i ? &six : &four, &any,
				   "SSH connections, maybe: the TCP sockets cannot be read (%s)",
				   zcxsk_errno_name(tcp->ret));
		return;
	}
	for (GUARD_EACH(struct guard_socket, s, &tcp->list))
		if (!s->listens)
			lose_session(g, s);
	for (GUARD_EACH(struct guard_socket, s, &tcp->list))
		if (s->listens)
			lose_server(g, s);
}
