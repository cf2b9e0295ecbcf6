/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_sessions.c - SSH connections and servers among the TCP sockets. The kernel's
 * tables decide; SSH_CONNECTION only says of a connection that exists that it is one.
 */
#include "redirect/guard_sessions.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zcxsk/error.h>

#define PORT_SSH 22

/* The index of lo in every network namespace. */
#define LOOPBACK_INDEX 1

/* ---- which sockets are SSH's -------------------------------------------------------- */

static bool read_end(struct guard_address *end, const char *address)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	char text[INET6_ADDRSTRLEN];
	int family = AF_INET;

	/* The interface after a link-local address is not needed. */
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(address, "%"), address);
	if (inet_pton(AF_INET, text, bytes) != 1) {
		family = AF_INET6;
		if (inet_pton(AF_INET6, text, bytes) != 1)
			return false;
	}
	*end = guard_address_of(family, bytes);
	return true;
}

/* SSH_CONNECTION is "client port server port". It may be out of date, or another's. */
static bool is_in_environment(const struct guard_socket *s)
{
	const char *connection = getenv("SSH_CONNECTION");
	struct guard_address client, server;
	unsigned client_port, server_port;
	char from[64], to[64];

	return connection &&
	       sscanf(connection, "%63s %u %63s %u", from, &client_port, to, &server_port) == 4 &&
	       read_end(&client, from) && read_end(&server, to) &&
	       guard_same_address(&client, &s->remote) && guard_same_address(&server, &s->local) &&
	       client_port == s->remote_port && server_port == s->local_port;
}

static const struct guard_owned *owner_of(const struct guard_table *owners,
					  const struct guard_socket *s)
{
	for (GUARD_EACH(const struct guard_owned, owned, &owners->list))
		if (owned->inode == s->inode)
			return owned;
	return NULL;
}

static bool is_listened(const struct guard_table *tcp, uint16_t port)
{
	for (GUARD_EACH(const struct guard_socket, s, &tcp->list))
		if (s->listens && s->local_port == port)
			return true;
	return false;
}

/* All sockets on the port of a server are of that server. */
static void mark_port(struct guard_table *tcp, uint16_t port)
{
	for (GUARD_EACH(struct guard_socket, s, &tcp->list))
		if (s->local_port == port)
			s->ssh = GUARD_SSH_YES;
}

/* An ancestor may listen on ports that have nothing to do with how it was started. */
static void mark_owned(struct guard_facts *facts)
{
	const struct guard_table *owners = guard_read_owners(facts);
	struct guard_table *tcp = &facts->tcp;

	for (GUARD_EACH(struct guard_socket, s, &tcp->list)) {
		const struct guard_owned *owned = owner_of(owners, s);

		if (!owned || (owned->ancestor && s->listens))
			continue;
		s->ssh = GUARD_SSH_YES;
		if (is_listened(tcp, s->local_port))
			mark_port(tcp, s->local_port);
	}
}

/* Why it is not known who has a socket, or 0. A server is found by its name. */
static int unknown_owner(const struct guard_facts *facts, const struct guard_socket *s)
{
	return facts->owners.ret || s->listens ? facts->owners.ret : facts->ancestors;
}

static void decide_all(struct guard_facts *facts)
{
	mark_port(&facts->tcp, PORT_SSH);
	for (GUARD_EACH(const struct guard_socket, s, &facts->tcp.list))
		if (is_in_environment(s))
			mark_port(&facts->tcp, s->local_port);
	mark_owned(facts);
	for (GUARD_EACH(struct guard_socket, s, &facts->tcp.list))
		if (s->ssh == GUARD_SSH_OPEN)
			s->ssh = unknown_owner(facts, s) ? GUARD_SSH_MAYBE : GUARD_SSH_NO;
}

enum guard_ssh guard_is_ssh(struct guard_facts *facts, struct guard_socket *s)
{
	if (s->ssh == GUARD_SSH_OPEN && (s->local_port == PORT_SSH || is_in_environment(s)))
		s->ssh = GUARD_SSH_YES;
	if (s->ssh == GUARD_SSH_OPEN)
		decide_all(facts);
	return s->ssh;
}

void guard_session_text(const struct guard_facts *facts, const struct guard_socket *s, char *text,
			size_t size)
{
	char address[INET6_ADDRSTRLEN];
	size_t length;

	guard_address_text(&s->remote, address, sizeof(address));
	if (s->listens && s->ssh == GUARD_SSH_YES)
		snprintf(text, size, "new SSH connections to port %u", s->local_port);
	else if (s->listens)
		snprintf(text, size, "new connections to port %u", s->local_port);
	else
		snprintf(text, size, "the %s from %s port %u",
			 s->ssh == GUARD_SSH_YES ? "SSH connection" : "connection", address,
			 s->remote_port);
	if (s->ssh != GUARD_SSH_MAYBE)
		return;
	length = strlen(text);
	if (facts->owners.ret == -ENOTUNIQ)
		snprintf(text + length, size - length,
			 ", maybe SSH (its process may be in another PID namespace)");
	else
		snprintf(text + length, size - length,
			 ", maybe SSH (its process cannot be read: %s)",
			 zcxsk_errno_name(unknown_owner(facts, s)));
}

/* ---- by which card -------------------------------------------------------------------- */

/* The device that has an address of this machine; NULL: no device of the share. */
static const struct guard_way *way_by_address(const struct guard_facts *facts,
					      const struct guard_share *share,
					      const struct guard_address *address, bool *elsewhere)
{
	*elsewhere = false;
	for (GUARD_EACH(const struct guard_own_address, own, &facts->addresses.list)) {
		const struct guard_way *way = guard_way_to(share, own->index);

		if (!guard_same_address(&own->address, address))
			continue;
		if (way)
			return way;
		*elsewhere |= own->index != LOOPBACK_INDEX;
	}
	return NULL;
}

static const struct guard_way *way_by_route(const struct guard_share *share,
					    const struct guard_hops *hops)
{
	for (unsigned i = 0; i < hops->count; i++) {
		const struct guard_way *way = guard_way_to(share, hops->index[i]);

		if (way)
			return way;
	}
	return NULL;
}

/* None, or one that is unreachable, prohibited, or a black hole. */
static bool has_no_route(int ret)
{
	return ret == -ENETUNREACH || ret == -EHOSTUNREACH || ret == -EACCES || ret == -EINVAL;
}

bool guard_carries(struct guard_facts *facts, const struct guard_share *share,
		   struct guard_socket *s, struct guard_tags *tags, int *ret, const char **what)
{
	const struct guard_way *way;
	int found = guard_look_up(facts, &s->remote, &s->local, s->device, &s->hops);
	bool elsewhere;

	*ret = share->ret;
	*what = share->what;
	*tags = guard_any_tags();
	if (found && !has_no_route(found)) {
		*ret = found;
		*what = "the route to its peer";
		return true;
	}
	if (!found && s->hops.local)
		return share->base == LOOPBACK_INDEX;
	way = found ? NULL : way_by_route(share, &s->hops);
	if (!way && s->device)
		way = guard_way_to(share, s->device);
	if (!way)
		way = way_by_address(facts, share, &s->local, &elsewhere);
	if (way) {
		*tags = way->tags;
		return true;
	}
	/* By any card, if it is not known by which. */
	return *ret || (!found && s->hops.more) || (found && !elsewhere);
}

bool guard_is_reached(const struct guard_facts *facts, const struct guard_way *way,
		      const struct guard_socket *s, int family)
{
	const struct guard_link *link = guard_find_link(&facts->links, way->index);

	if (way->leaves || !(family == AF_INET ? way->ipv4 : way->ipv6))
		return false;
	if (s->local.family != family && !(family == AF_INET && s->any_local && s->both_families))
		return false;
	if (!s->any_local && guard_is_loopback(&s->local))
		return false;
	return !s->device || !link || s->device == way->index || s->device == link->master;
}
