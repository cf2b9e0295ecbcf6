/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_link_layer.c - protocols that keep the link itself alive: LACP of a bond, the
 * spanning tree of a bridge, 802.1X of a port. LLDP only informs others.
 */
#include <linux/if_ether.h>

#include "redirect/guard_loss.h"

/* The largest length of an IEEE 802.3 frame, which has it in place of an EtherType. */
#define LENGTH_MAX 1535

static const struct guard_link *master_of_card(struct guard *g)
{
	const struct guard_table *links = guard_read_links(&g->facts);
	const struct guard_link *card = guard_find_link(links, g->card);

	return card && card->master ? guard_find_link(links, card->master) : NULL;
}

static void lose_to_master(struct guard *g, uint64_t kind, const struct redirect_term *box,
			   const char *name)
{
	const struct guard_tags any = guard_any_tags();
	const struct guard_link *master;
	int ret;

	if (g->give_up & kind || !guard_may_take(g, box))
		return;
	ret = guard_read_links(&g->facts)->ret;
	master = ret ? NULL : master_of_card(g);
	if (ret)
		guard_lose(g, kind, box, &any, "%s, maybe: the devices cannot be read (%s)", name,
			   zcxsk_errno_name(ret));
	else if (master && (kind == ZCXSK_GIVE_UP_LACP ? master->lacp : master->stp))
		guard_lose(g, kind, box, &any, "%s of %s", name, master->name);
}

/* A supplicant, or a server, has a packet socket for it. */
static void lose_8021x(struct guard *g)
{
	const struct redirect_term box = guard_ethertype_box(ETH_P_PAE, ETH_P_PAE);
	const struct guard_tags any = guard_any_tags();
	const struct guard_table *packet;

	if (g->give_up & ZCXSK_GIVE_UP_8021X || !guard_may_take(g, &box))
		return;
	packet = guard_read_packet(&g->facts);
	if (packet->ret)
		guard_lose(g, ZCXSK_GIVE_UP_8021X, &box, &any,
			   "802.1X, maybe: the packet sockets cannot be read (%s)",
			   zcxsk_errno_name(packet->ret));
	for (GUARD_EACH(const struct guard_packet_socket, s, &packet->list))
		if (s->ethertype == ETH_P_PAE &&
		    (!s->device || guard_way_to(guard_of_card(g), s->device)))
			guard_lose(g, ZCXSK_GIVE_UP_8021X, &box, &any,
				   "802.1X, for which a program has a socket");
}

void guard_lose_link(struct guard *g)
{
	const struct redirect_term slow = guard_ethertype_box(ETH_P_SLOW, ETH_P_SLOW);
	const struct redirect_term llc = guard_ethertype_box(0, LENGTH_MAX);

	lose_to_master(g, ZCXSK_GIVE_UP_LACP, &slow, "LACP");
	lose_to_master(g, ZCXSK_GIVE_UP_STP, &llc, "the spanning tree protocol");
	lose_8021x(g);
}
