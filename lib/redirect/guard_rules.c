/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_rules.c - whether rules would take management traffic. Each kind of it is
 * described by a box, which is tested against the rules. The boxes match with and
 * without a VLAN tag, since the machine may be reached either way.
 */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip6.h>
#include <netinet/icmp6.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "redirect/guard.h"
#include "rules/box.h"
#include "rules/rules.h"

#define PORT_SSH 22
#define PORT_DHCP_CLIENT 68
#define PORT_DHCP6_CLIENT 546

/* Fields that describe the contents of an IP packet. */
#define PORTS ((uint32_t)(REDIRECT_SRC_PORT | REDIRECT_DST_PORT))
#define IP_INSIDE                                                                                  \
	((uint32_t)(REDIRECT_IP_PROTOCOL | PORTS | REDIRECT_ICMP_TYPE | REDIRECT_FRAGMENT))

/* An endpoint of the SSH connection. */
struct end {
	int family; /* AF_UNSPEC = not known */
	struct redirect_address address;
	uint16_t port;
};

struct question {
	const struct zcxsk_rules *rules;
	char *what; /* describes the packets that a rule takes */
	size_t size;
};

/* ---- boxes ------------------------------------------------------------------- */

static void require(struct redirect_term *box, enum redirect_value which, uint16_t first,
		    uint16_t last)
{
	box->fields |= 1u << which;
	box->first[which] = first;
	box->last[which] = last;
}

static struct redirect_term ip_box(int family, uint8_t protocol)
{
	struct redirect_term box = rule_box_full();
	bool four = family == AF_INET;
	uint16_t ethertype = four ? ETH_P_IP : ETH_P_IPV6;

	box.fields = four ? REDIRECT_IPV4 : REDIRECT_IPV6;
	box.absent = four ? REDIRECT_IPV6 : REDIRECT_IPV4;
	require(&box, REDIRECT_V_ETHERTYPE, ethertype, ethertype);
	require(&box, REDIRECT_V_IP_PROTOCOL, protocol, protocol);
	require(&box, REDIRECT_V_FRAGMENT, REDIRECT_WHOLE, REDIRECT_FIRST);
	return box;
}

static struct redirect_term to_port(int family, uint8_t protocol, uint16_t port)
{
	struct redirect_term box = ip_box(family, protocol);

	box.absent |= REDIRECT_ICMP_TYPE;
	require(&box, REDIRECT_V_SRC_PORT, 0, UINT16_MAX);
	require(&box, REDIRECT_V_DST_PORT, port, port);
	return box;
}

static struct redirect_term arp_box(void)
{
	struct redirect_term box = rule_box_full();

	box.absent = REDIRECT_IPV4 | REDIRECT_IPV6 | IP_INSIDE;
	require(&box, REDIRECT_V_ETHERTYPE, ETH_P_ARP, ETH_P_ARP);
	return box;
}

static struct redirect_term discovery_box(void)
{
	struct redirect_term box = ip_box(AF_INET6, IPPROTO_ICMPV6);

	box.absent |= PORTS;
	require(&box, REDIRECT_V_ICMP_TYPE, ND_ROUTER_SOLICIT, ND_REDIRECT);
	return box;
}

/* ---- testing the rules --------------------------------------------------------- */

static bool takes(const struct question *q, const struct redirect_term *box, const char *packets)
{
	int rule = rules_taker(q->rules, box);
	char text[120];

	if (rule < 0)
		return false;
	zcxsk_rules_text(q->rules, (uint32_t)rule, text, sizeof(text));
	snprintf(q->what, q->size, "rule %d, \"%s\", may take %s", rule, text, packets);
	return true;
}

static bool takes_addresses(const struct question *q)
{
	const struct redirect_term arp = arp_box(), discovery = discovery_box();
	const struct redirect_term dhcp = to_port(AF_INET, IPPROTO_UDP, PORT_DHCP_CLIENT);
	const struct redirect_term dhcp6 = to_port(AF_INET6, IPPROTO_UDP, PORT_DHCP6_CLIENT);

	return takes(q, &arp, "ARP") || takes(q, &discovery, "IPv6 neighbour discovery") ||
	       takes(q, &dhcp, "DHCP replies") || takes(q, &dhcp6, "DHCPv6 replies");
}

/* ---- SSH --------------------------------------------------------------------- */

static struct redirect_address from_bytes(int family, const void *bytes)
{
	struct redirect_address a = {0};
	uint32_t words[4];

	if (family == AF_INET) {
		memcpy(words, bytes, 4);
		a.low = ntohl(words[0]);
		return a;
	}
	memcpy(words, bytes, sizeof(words));
	a.high = (uint64_t)ntohl(words[0]) << 32 | ntohl(words[1]);
	a.low = (uint64_t)ntohl(words[2]) << 32 | ntohl(words[3]);
	return a;
}

/* TCP to port 22 of one of the machine's addresses. */
static bool takes_ssh_of(const struct question *q, const struct sockaddr *address)
{
	const void *bytes = address->sa_family == AF_INET
				    ? (const void *)&((const struct sockaddr_in *)address)->sin_addr
				    : &((const struct sockaddr_in6 *)address)->sin6_addr;
	struct redirect_term box = to_port(address->sa_family, IPPROTO_TCP, PORT_SSH);

	box.dst_first = box.dst_last = from_bytes(address->sa_family, bytes);
	return takes(q, &box, "TCP to port 22 of this machine");
}

static bool takes_any_ssh(const struct question *q)
{
	struct ifaddrs *all;
	bool found = false;

	if (getifaddrs(&all)) {
		snprintf(q->what, q->size, "the addresses of the machine cannot be read");
		return true;
	}
	for (const struct ifaddrs *one = all; one && !found; one = one->ifa_next)
		found = one->ifa_addr && !(one->ifa_flags & IFF_LOOPBACK) &&
			(one->ifa_addr->sa_family == AF_INET ||
			 one->ifa_addr->sa_family == AF_INET6) &&
			takes_ssh_of(q, one->ifa_addr);
	freeifaddrs(all);
	return found;
}

static struct end read_end(const char *address, unsigned port)
{
	struct end end = {.family = AF_UNSPEC, .port = (uint16_t)port};
	struct in6_addr bytes;
	char text[INET6_ADDRSTRLEN];

	/* The interface after a link-local address is not needed. */
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(address, "%"), address);
	if (inet_pton(AF_INET, text, &bytes) == 1)
		end.family = AF_INET;
	else if (inet_pton(AF_INET6, text, &bytes) == 1)
		end.family = AF_INET6;
	if (end.family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&bytes)) {
		memmove(&bytes, &bytes.s6_addr[12], sizeof(struct in_addr));
		end.family = AF_INET;
	}
	if (end.family != AF_UNSPEC)
		end.address = from_bytes(end.family, &bytes);
	return end;
}

/* The connection from which this program was started, on any port. */
static bool takes_this_ssh(const struct question *q)
{
	const char *connection = getenv("SSH_CONNECTION");
	char from[64], to[64];
	unsigned client_port, server_port;
	struct end client, server;
	struct redirect_term box;

	if (!connection ||
	    sscanf(connection, "%63s %u %63s %u", from, &client_port, to, &server_port) != 4)
		return false;
	client = read_end(from, client_port);
	server = read_end(to, server_port);
	if (client.family == AF_UNSPEC || client.family != server.family)
		return false;
	box = to_port(server.family, IPPROTO_TCP, server.port);
	require(&box, REDIRECT_V_SRC_PORT, client.port, client.port);
	box.src_first = box.src_last = client.address;
	box.dst_first = box.dst_last = server.address;
	return takes(q, &box, "the current SSH connection");
}

bool guard_rules(const struct zcxsk_rules *rules, char *what, size_t size)
{
	const struct question q = {rules, what, size};

	return takes_this_ssh(&q) || takes_any_ssh(&q) || takes_addresses(&q);
}
