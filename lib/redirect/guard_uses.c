/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_uses.c - what a device carries that the machine needs, by family. */
#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "redirect/guard_loss.h"
#include "redirect/guard_sessions.h"

#define PORT_DHCP_CLIENT 68

static bool is_known(const struct guard_list *uses, int family, unsigned index)
{
	for (GUARD_EACH(const struct guard_use, use, uses))
		if (use->family == family && use->index == index && !use->tags.any)
			return true;
	return false;
}

/* The first reason for a family and a device is enough. */
int guard_add_use(struct guard_list *uses, int family, unsigned index,
		  const struct guard_tags *tags, const char *format, ...)
{
	struct guard_use *use;
	va_list args;

	if (is_known(uses, family, index))
		return 0;
	use = guard_list_add(uses, sizeof(*use));
	if (!use)
		return -ENOMEM;
	use->family = family;
	use->index = index;
	use->tags = *tags;
	va_start(args, format);
	vsnprintf(use->reason, sizeof(use->reason), format, args);
	va_end(args);
	return 0;
}

static int add_unknown(struct guard_list *uses, const struct guard_share *share, const char *what,
		       int code)
{
	const struct guard_tags any = guard_any_tags();
	int ret = 0;

	for (unsigned i = 0; i < 2 && !ret; i++)
		ret = guard_add_use(uses, i ? AF_INET6 : AF_INET, share->base, &any,
				    "maybe: %s cannot be read (%s)", what, zcxsk_errno_name(code));
	return ret;
}

/* ---- sessions ------------------------------------------------------------------------ */

static int add_listener(struct guard_facts *facts, const struct guard_share *share,
			const struct guard_socket *s, struct guard_list *uses)
{
	char text[96];
	int ret = 0;

	guard_session_text(facts, s, text, sizeof(text));
	for (GUARD_EACH(const struct guard_way, way, &share->ways))
		for (unsigned i = 0; i < 2 && !ret; i++) {
			int family = i ? AF_INET6 : AF_INET;

			if (guard_is_reached(facts, way, s, family))
				ret = guard_add_use(uses, family, way->index, &way->tags, "%s",
						    text);
		}
	return ret;
}

static int add_session(struct guard_facts *facts, const struct guard_share *share,
		       struct guard_socket *s, struct guard_list *uses)
{
	struct guard_tags tags;
	const struct guard_way *way;
	const char *what;
	char text[96];
	int ret;

	if (!guard_carries(facts, share, s, &tags, &ret, &what))
		return 0;
	guard_session_text(facts, s, text, sizeof(text));
	way = s->hops.count ? guard_way_to(share, s->hops.index[0]) : NULL;
	return guard_add_use(uses, s->local.family, way ? way->index : share->base, &tags, "%s",
			     text);
}

static int add_sessions(struct guard_facts *facts, const struct guard_share *share,
			struct guard_list *uses, bool listens)
{
	struct guard_table *tcp = guard_read_tcp(facts);
	int ret = 0;

	if (tcp->ret)
		return add_unknown(uses, share, "the TCP sockets", tcp->ret);
	for (GUARD_EACH(struct guard_socket, s, &tcp->list)) {
		if (ret || s->listens != listens || guard_is_ssh(facts, s) == GUARD_SSH_NO)
			continue;
		ret = listens ? add_listener(facts, share, s, uses)
			      : add_session(facts, share, s, uses);
	}
	return ret;
}

/* ---- routes and DHCP ------------------------------------------------------------------- */

static int add_defaults(struct guard_facts *facts, const struct guard_share *share,
			struct guard_list *uses)
{
	const struct guard_table *defaults = guard_read_defaults(facts);
	int ret = 0;

	for (GUARD_EACH(const struct guard_default, one, &defaults->list)) {
		const struct guard_way *way = guard_way_to(share, one->index);

		if (way && !ret)
			ret = guard_add_use(uses, one->family, way->index, &way->tags,
					    "the %s default route",
					    one->family == AF_INET ? "IPv4" : "IPv6");
	}
	return ret;
}

static bool has_dhcp_client(const struct guard_table *udp)
{
	for (GUARD_EACH(const struct guard_socket, s, &udp->list))
		if (s->local_port == PORT_DHCP_CLIENT)
			return true;
	return false;
}

/*
 * A client that waits for an address has a packet socket on the device, for IPv4 or, with
 * a UDP socket beside it, for everything.
 */
static int add_clients(struct guard_facts *facts, const struct guard_share *share,
		       struct guard_list *uses)
{
	const struct guard_table *packet = guard_read_packet(facts);
	const struct guard_table *udp = guard_read_udp(facts);
	bool client = udp->ret || has_dhcp_client(udp);
	int ret = 0;

	if (packet->ret)
		return add_unknown(uses, share, "the packet sockets", packet->ret);
	for (GUARD_EACH(const struct guard_packet_socket, s, &packet->list)) {
		const struct guard_way *way = guard_way_to(share, s->device);

		if (!way || ret)
			continue;
		if (s->ethertype == ETH_P_IP || (client && s->ethertype == ETH_P_ALL))
			ret = guard_add_use(uses, AF_INET, way->index, &way->tags, "a DHCP client");
	}
	return ret;
}

int guard_find_uses(struct guard_facts *facts, const struct guard_share *share,
		    struct guard_list *uses)
{
	int ret = 0;

	if (share->ret)
		ret = add_unknown(uses, share, share->what, share->ret);
	if (!ret)
		ret = add_sessions(facts, share, uses, false);
	if (!ret)
		ret = add_defaults(facts, share, uses);
	if (!ret)
		ret = add_sessions(facts, share, uses, true);
	return ret ? ret : add_clients(facts, share, uses);
}
