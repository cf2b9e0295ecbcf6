/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard.c - which rules would take what a machine needs, to the exact port, type, address
 * and tag, for machines that are made up: nothing here depends on this one's.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <zcxsk/zcxsk.h>

#include "guard_address.h"
#include "redirect/guard_loss.h"

#define CARD 2

/* A machine of which nothing is known to be there. */
static struct guard_facts machine;

/* Routes of the machine, which the kernel is not asked for here: to `to` by the device. */
static struct {
	struct guard_address to;
	unsigned index;
	int ret;
} route;

static struct guard_table *table_of(size_t offset)
{
	return (struct guard_table *)((char *)&machine + offset);
}

static const size_t tables[] = {
	offsetof(struct guard_facts, links),	offsetof(struct guard_facts, addresses),
	offsetof(struct guard_facts, defaults), offsetof(struct guard_facts, nexthops),
	offsetof(struct guard_facts, tcp),	offsetof(struct guard_facts, udp),
	offsetof(struct guard_facts, packet),	offsetof(struct guard_facts, ipsec),
	offsetof(struct guard_facts, owners),
};

static struct guard_link *add_link(unsigned index, const char *name, enum guard_class class,
				   const char *kind)
{
	struct guard_link *link = guard_list_add(&machine.links.list, sizeof(*link));

	link->index = index;
	link->class = class;
	link->up = true;
	snprintf(link->name, sizeof(link->name), "%s", name);
	snprintf(link->kind, sizeof(link->kind), "%s", kind);
	return link;
}

static void begin(void)
{
	unsetenv("SSH_CONNECTION");
	memset(&machine, 0, sizeof(machine));
	memset(&route, 0, sizeof(route));
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		table_of(tables[i])->read = true;
	add_link(1, "lo", GUARD_PLAIN, "");
	add_link(CARD, "eth0", GUARD_PLAIN, "");
	add_link(3, "eth1", GUARD_PLAIN, "");
}

static void end(void)
{
	guard_facts_free(&machine);
}

TestSuite(guard, .init = begin, .fini = end);

static void add_address(unsigned index, const char *text)
{
	struct guard_own_address *own = guard_list_add(&machine.addresses.list, sizeof(*own));

	own->index = index;
	own->address = address(text);
}

static void add_default(unsigned index, int family)
{
	struct guard_default *one = guard_list_add(&machine.defaults.list, sizeof(*one));

	one->index = index;
	one->family = family;
}

/* Its peer's packets leave by the device `index`. */
static struct guard_socket *add_session(unsigned index, const char *local, uint16_t local_port,
					const char *remote, uint16_t remote_port)
{
	struct guard_socket *s = guard_list_add(&machine.tcp.list, sizeof(*s));

	s->local = address(local);
	s->remote = address(remote);
	s->local_port = local_port;
	s->remote_port = remote_port;
	s->connected = true;
	s->hops = (struct guard_hops){.known = true, .count = 1, .index = {index}};
	return s;
}

static struct guard_socket *add_server(struct guard_table *sockets, const char *local,
				       uint16_t port)
{
	struct guard_socket *s = guard_list_add(&sockets->list, sizeof(*s));

	s->local = address(local);
	s->local_port = port;
	s->listens = sockets == &machine.tcp;
	s->any_local = !s->local.bytes.high && !s->local.bytes.low;
	s->both_families = s->any_local && s->local.family == AF_INET6;
	return s;
}

int __real_guard_look_up(struct guard_facts *facts, const struct guard_address *to,
			 const struct guard_address *from, unsigned device,
			 struct guard_hops *hops);
int __wrap_guard_look_up(struct guard_facts *facts, const struct guard_address *to,
			 const struct guard_address *from, unsigned device,
			 struct guard_hops *hops);

int __wrap_guard_look_up(struct guard_facts *facts, const struct guard_address *to,
			 const struct guard_address *from, unsigned device, struct guard_hops *hops)
{
	if (hops->known)
		return __real_guard_look_up(facts, to, from, device, hops);
	cr_assert(guard_same_address(to, &route.to), "another route was asked for");
	*hops = (struct guard_hops){
		.known = true, .ret = route.ret, .count = 1, .index = {route.index}};
	return route.ret;
}

/* The rules would take what `words` describe, and exactly `lost`; NULL: nothing. */
static void expect(const char *text, const char *words, uint64_t lost)
{
	struct guard g = {.ifname = "eth0", .card = CARD, .facts = machine};
	struct zcxsk_error error = {0};
	struct zcxsk_rules *rules;
	int ret;

	cr_assert_eq(zcxsk_rules_parse(&rules, text, &error), 0, "%s: %s", text, error.cause);
	for (uint64_t give_up = 0;; give_up = lost) {
		g.rules = rules;
		g.give_up = give_up;
		ret = guard_decide(&g, &error);
		if (give_up == lost)
			cr_expect_eq(ret, 0, "'%s' after giving up: %s", text, error.cause);
		else
			cr_expect_eq(ret, -EPERM, "'%s': %d", text, ret);
		if (give_up != lost)
			cr_expect_eq(g.lost, lost, "'%s': lost 0x%llx, not 0x%llx: %s", text,
				     (unsigned long long)g.lost, (unsigned long long)lost,
				     error.cause);
		if (words && give_up != lost)
			cr_expect_not_null(strstr(error.cause, words), "'%s': '%s' lacks '%s'",
					   text, error.cause, words);
		machine = g.facts;
		g.facts = (struct guard_facts){0};
		guard_free(&g);
		g = (struct guard){.ifname = "eth0", .card = CARD, .facts = machine};
		if (give_up == lost)
			break;
	}
	zcxsk_rules_destroy(rules);
}

static void expect_none(const char *text)
{
	expect(text, NULL, 0);
}

/* ---- what a family needs ------------------------------------------------------------- */

Test(guard, nothing_is_needed_where_there_is_nothing)
{
	expect_none("take any");
	add_default(3, AF_INET);
	add_default(3, AF_INET6);
	add_address(3, "192.0.2.1");
	add_session(3, "192.0.2.1", 22, "192.0.2.7", 50000);
	add_server(&machine.tcp, "::", 22);
	expect_none("take any");
}

Test(guard, arp)
{
	add_default(CARD, AF_INET);
	expect("take arp",
	       "rule 0, \"take arp\", would take on eth0: ARP, for the IPv4 default route",
	       ZCXSK_GIVE_UP_ARP);
	expect("pass icmp; take ethertype 0x0806", "rule 1", ZCXSK_GIVE_UP_ARP);
	expect("take untagged arp", "ARP", ZCXSK_GIVE_UP_ARP);
	expect("take vlan 0 arp", "ARP", ZCXSK_GIVE_UP_ARP);
	expect_none("take vlan 5 arp");
	expect_none("take ethertype {0-0x0805, 0x0807-0xffff} and not (ip or ip6)");
	expect_none("take arp and icmp");
	expect_none("take arp and src 10.0.0.0/8");
	expect_none("pass arp; take arp");
}

Test(guard, dhcp_replies)
{
	add_default(CARD, AF_INET);
	add_default(CARD, AF_INET6);
	expect_none("take ip udp dport 68");
	add_server(&machine.udp, "0.0.0.0", 68);
	expect("take ip udp dport 68", "DHCP replies", ZCXSK_GIVE_UP_DHCP);
	expect_none("take ip udp dport {0-67, 69-65535}");
	expect("take ip udp sport 0", "DHCP replies", ZCXSK_GIVE_UP_DHCP);
	expect("take ip udp sport 65535", "DHCP replies", ZCXSK_GIVE_UP_DHCP);
	expect_none("take ip6 udp dport 68");
	expect_none("take ip tcp dport 68");
	expect_none("take udp dport 546");
	add_server(&machine.udp, "::", 546);
	expect("take ip6 udp dport 546", "DHCPv6 replies", ZCXSK_GIVE_UP_DHCP);
	expect_none("take ip6 udp dport {0-545, 547-65535}");
	expect_none("take ip udp dport 546");
	/* Each of them has both ports, and no ICMP type. */
	expect_none("take udp dport 68 type 3");
	expect_none("take udp dport 68 and not sport 0-65535");
	/* Packets that reach a socket are whole or first fragments. */
	expect("take ip udp dport 68 fragment first", "DHCP replies", ZCXSK_GIVE_UP_DHCP);
	expect_none("take ip udp fragment later");
}

Test(guard, icmp)
{
	add_default(CARD, AF_INET);
	add_default(CARD, AF_INET6);
	expect("take icmp6 type 133", "IPv6 neighbour discovery", ZCXSK_GIVE_UP_ND);
	expect("take icmp6 type 137", "IPv6 neighbour discovery", ZCXSK_GIVE_UP_ND);
	expect("take icmp6 type 2", "path MTU messages (ICMPv6 type 2)", ZCXSK_GIVE_UP_PMTU);
	expect("take icmp type 3", "path MTU messages (ICMP type 3)", ZCXSK_GIVE_UP_PMTU);
	expect("take icmp6 type {130, 132, 143}", "MLD", ZCXSK_GIVE_UP_MULTICAST);
	expect("take proto 2", "IGMP", ZCXSK_GIVE_UP_MULTICAST);
	expect_none("take icmp6 type {0-1, 3-129, 138-142, 144-255}");
	expect_none("take icmp type {0-2, 4-255}");
	expect_none("take proto 2 dst 192.0.2.0/24");
	expect_none("take icmp6 type 130 dst 2001:db8::/32");
	expect_none("take icmp6 sport 1");
}

/* ---- sessions ---------------------------------------------------------------------------- */

Test(guard, a_connection_to_port_22)
{
	add_session(CARD, "192.0.2.1", 22, "203.0.113.7", 50000);
	expect("take tcp dport 22", "the SSH connection from 203.0.113.7 port 50000",
	       ZCXSK_GIVE_UP_SSH);
	expect("take tcp sport 50000 dport 22 src 203.0.113.7 dst 192.0.2.1", "203.0.113.7",
	       ZCXSK_GIVE_UP_SSH);
	expect("take tcp dport 22 fragment first", "203.0.113.7", ZCXSK_GIVE_UP_SSH);
	expect("take arp", "ARP, for the SSH connection from 203.0.113.7", ZCXSK_GIVE_UP_ARP);
	expect_none("take tcp dport {0-21, 23-65535}");
	expect_none("take tcp dport 22 sport {0-49999, 50001-65535}");
	expect_none("take tcp dport 22 and not src 203.0.113.7");
	expect_none("take tcp dport 22 and not dst 192.0.2.1");
	expect_none("take udp dport 22");
	expect_none("take ip6 tcp");
	expect_none("take vlan 5 tcp");
	expect_none("pass src 203.0.113.7; take tcp");
}

Test(guard, a_connection_over_ipv6)
{
	add_session(CARD, "2001:db8:6:7:8:9:a:1", 22, "2001:db8:1:2:3:4:5:7", 50000);
	expect("take tcp src 2001:db8:1:2:3:4:5:7", "from 2001:db8:1:2:3:4:5:7 port 50000",
	       ZCXSK_GIVE_UP_SSH);
	expect("take tcp dst 2001:db8:6:7:8:9:a:1", "SSH", ZCXSK_GIVE_UP_SSH);
	expect_none("take tcp and not src 2001:db8:1:2:3:4:5:7");
	expect_none("take tcp and not dst 2001:db8:6:7:8:9:a:1");
	expect_none("take ip tcp");
}

/* The environment names a connection only if there is one. */
Test(guard, the_environment)
{
	static const char *const wrong[] = {
		"",
		"203.0.113.7 50000 192.0.2.1",
		"x 50000 192.0.2.1 2222",
		"203.0.113.7 50001 192.0.2.1 2222",
		"203.0.113.7 50000 192.0.2.2 2222",
		"203.0.113.7 50000 2001:db8::1 2222",
	};
	struct guard_socket *s = add_session(CARD, "192.0.2.1", 2222, "203.0.113.7", 50000);

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		setenv("SSH_CONNECTION", wrong[i], 1);
		expect_none("take tcp");
		s = guard_list_at(&machine.tcp.list, 0);
		s->ssh = GUARD_SSH_OPEN;
	}
	setenv("SSH_CONNECTION", "203.0.113.7 50000 192.0.2.1 2222", 1);
	expect("take tcp", "the SSH connection from 203.0.113.7 port 50000", ZCXSK_GIVE_UP_SSH);
	s->ssh = GUARD_SSH_OPEN;
	setenv("SSH_CONNECTION", "::ffff:203.0.113.7 50000 ::ffff:192.0.2.1 2222", 1);
	expect("take tcp", "the SSH connection from 203.0.113.7 port 50000", ZCXSK_GIVE_UP_SSH);
}

static void own(uint64_t inode, bool ancestor)
{
	struct guard_owned *owned = guard_list_add(&machine.owners.list, sizeof(*owned));

	owned->inode = inode;
	owned->ancestor = ancestor;
}

Test(guard, a_server_on_another_port)
{
	add_address(CARD, "192.0.2.1");
	add_server(&machine.tcp, "0.0.0.0", 2222)->inode = 100;
	add_server(&machine.tcp, "0.0.0.0", 80)->inode = 101;
	add_session(CARD, "192.0.2.1", 2222, "203.0.113.7", 50000)->inode = 102;
	add_session(CARD, "192.0.2.1", 80, "203.0.113.8", 50000)->inode = 103;
	own(100, false);
	expect("take tcp dport 2222", "the SSH connection from 203.0.113.7", ZCXSK_GIVE_UP_SSH);
	expect("take tcp dport 2222 src 198.51.100.0/24", "new SSH connections to port 2222",
	       ZCXSK_GIVE_UP_SSH);
	expect_none("take tcp dport 80");
}

/* An ancestor's connection counts, and makes the port it came to one of SSH. */
Test(guard, the_connection_of_an_ancestor)
{
	add_address(CARD, "192.0.2.1");
	add_server(&machine.tcp, "::", 2222)->inode = 100;
	add_server(&machine.tcp, "::", 8080)->inode = 101;
	add_session(CARD, "192.0.2.1", 2222, "203.0.113.7", 50000)->inode = 102;
	own(101, true);
	own(102, true);
	expect("take tcp dport 2222 src 203.0.113.7", "connection from 203.0.113.7",
	       ZCXSK_GIVE_UP_SSH);
	expect("take tcp dport 2222 src 203.0.113.8", "new SSH connections", ZCXSK_GIVE_UP_SSH);
	expect_none("take tcp dport 8080");
}

Test(guard, processes_that_cannot_be_seen)
{
	add_address(CARD, "192.0.2.1");
	add_server(&machine.tcp, "0.0.0.0", 80);
	add_session(CARD, "192.0.2.1", 80, "203.0.113.8", 50000);
	machine.owners.ret = -EACCES;
	expect("take tcp dport 80", "maybe SSH (its process cannot be read: EACCES)",
	       ZCXSK_GIVE_UP_SSH);
	machine.owners.ret = -ENOTUNIQ;
	expect("take tcp dport 80", "another PID namespace", ZCXSK_GIVE_UP_SSH);
	expect_none("take tcp dport 81");
	expect_none("take udp dport 80");
}

Test(guard, ancestors_that_cannot_be_read)
{
	add_address(CARD, "192.0.2.1");
	add_server(&machine.tcp, "0.0.0.0", 80);
	add_session(CARD, "192.0.2.1", 40000, "203.0.113.8", 443);
	machine.ancestors = -EACCES;
	expect("take tcp sport 443", "maybe SSH", ZCXSK_GIVE_UP_SSH);
	expect_none("take tcp dport 80");
}

Test(guard, by_which_card_a_connection_comes)
{
	struct guard_socket *s = add_session(3, "192.0.2.1", 22, "203.0.113.7", 50000);

	expect_none("take any");
	/* The address is this card's, the way back is not. */
	add_address(CARD, "192.0.2.1");
	expect("take tcp", "SSH", ZCXSK_GIVE_UP_SSH);
	machine.addresses.list.count = 0;
	/* An address of lo, and no route. */
	add_address(1, "192.0.2.1");
	s->hops = (struct guard_hops){.known = true, .ret = -ENETUNREACH};
	expect("take tcp", "SSH", ZCXSK_GIVE_UP_SSH);
	s->hops.ret = -EMFILE;
	expect("take tcp", "maybe: the route to its peer cannot be read (EMFILE)",
	       ZCXSK_GIVE_UP_SSH);
	/* More ways than fit. */
	s->hops = (struct guard_hops){.known = true, .count = 1, .index = {3}, .more = true};
	expect("take tcp", "SSH", ZCXSK_GIVE_UP_SSH);
	/* To itself. */
	s->hops = (struct guard_hops){.known = true, .local = true};
	expect_none("take any");
}

Test(guard, servers_at_the_addresses_that_they_have)
{
	add_address(CARD, "192.0.2.1");
	add_address(1, "198.51.100.1");
	add_address(1, "127.0.0.1");
	add_server(&machine.tcp, "::", 22);
	expect("take tcp dst 198.51.100.1", "new SSH connections to port 22 of 198.51.100.1",
	       ZCXSK_GIVE_UP_SSH);
	expect_none("take tcp dst 127.0.0.1");
	expect_none("take tcp dst 198.51.100.2");
	expect_none("take ip6 tcp");
	add_address(CARD, "fe80::1");
	expect_none("take ip6 tcp");
	add_address(CARD, "2001:db8::1");
	expect("take ip6 tcp", "new SSH connections to port 22 of 2001:db8::1", ZCXSK_GIVE_UP_SSH);
}

/* A card with a route and no address of its own, and the address on lo. */
Test(guard, a_server_on_a_card_without_an_address)
{
	add_default(CARD, AF_INET);
	add_address(1, "198.51.100.1");
	add_server(&machine.tcp, "0.0.0.0", 22);
	expect("take tcp", "port 22 of 198.51.100.1", ZCXSK_GIVE_UP_SSH);
	expect_none("take ip6 tcp");
}

/* ---- devices ------------------------------------------------------------------------------- */

static void stack(unsigned index, const char *kind, unsigned lower, uint16_t vlan)
{
	struct guard_link *link = add_link(index, kind, GUARD_STACKED, kind);

	link->lower = lower;
	link->vlan = vlan;
}

Test(guard, vlan)
{
	stack(10, "vlan", CARD, 5);
	add_session(10, "192.0.2.1", 22, "203.0.113.7", 50000);
	expect("take vlan 5", "SSH",
	       ZCXSK_GIVE_UP_SSH | ZCXSK_GIVE_UP_ARP | ZCXSK_GIVE_UP_PMTU |
		       ZCXSK_GIVE_UP_MULTICAST);
	/* The card may have removed the tag. */
	expect("take untagged tcp", "SSH", ZCXSK_GIVE_UP_SSH);
	expect_none("take vlan 6");
	expect_none("take inner 5");
}

Test(guard, vlan_in_vlan)
{
	stack(10, "vlan", CARD, 5);
	stack(11, "vlan", 10, 7);
	add_session(11, "192.0.2.1", 22, "203.0.113.7", 50000);
	expect("take vlan 5 inner 7 tcp", "SSH", ZCXSK_GIVE_UP_SSH);
	expect("take vlan 7 tcp", "SSH", ZCXSK_GIVE_UP_SSH);
	expect_none("take vlan 5 inner 8");
	expect_none("take vlan 7 inner 5");
}

Test(guard, devices_above)
{
	static const char *const above[] = {"macvlan", "macvtap", "ipvlan", "ipvtap"};

	for (unsigned i = 0; i < sizeof(above) / sizeof(above[0]); i++) {
		stack(10, above[i], CARD, 0);
		add_session(10, "192.0.2.1", 22, "203.0.113.7", 50000);
		expect("take tcp", "SSH", ZCXSK_GIVE_UP_SSH);
		expect_none("take vlan 5");
		machine.links.list.count -= 1;
		machine.tcp.list.count = 0;
	}
}

Test(guard, an_encrypted_link)
{
	add_link(10, "macsec0", GUARD_MACSEC, "macsec")->lower = CARD;
	add_session(10, "192.0.2.1", 22, "203.0.113.7", 50000);
	expect("take ethertype 0x88e5", "packets for the SSH connection", ZCXSK_GIVE_UP_SSH);
	expect_none("take tcp dport 22");
}

/* Its packets may look like anything. */
Test(guard, a_device_of_an_unknown_kind_above)
{
	add_link(10, "odd", GUARD_STRANGE, "odd")->lower = CARD;
	expect_none("take udp dport 7777");
	add_session(10, "192.0.2.1", 22, "203.0.113.7", 50000);
	expect("take tcp", "SSH", ZCXSK_GIVE_UP_SSH);
	expect("take udp dport 7777", "packets for the SSH connection", ZCXSK_GIVE_UP_SSH);
}

static struct guard_link *enslave(unsigned index, const char *kind)
{
	struct guard_link *master = add_link(index, kind, GUARD_MASTER, kind);
	struct guard_link *card = (struct guard_link *)guard_find_link(&machine.links, CARD);

	card->master = index;
	return master;
}

Test(guard, masters)
{
	static const char *const kinds[] = {"bridge", "bond", "team", "vrf", "openvswitch"};

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		enslave(10, kinds[i]);
		add_session(10, "192.0.2.1", 22, "203.0.113.7", 50000);
		expect("take tcp", "SSH", ZCXSK_GIVE_UP_SSH);
		machine.links.list.count -= 1;
		machine.tcp.list.count = 0;
	}
}

Test(guard, a_bridge_that_changes_tags)
{
	struct guard_link *leg, *foot;

	enslave(10, "bridge");
	leg = add_link(11, "leg", GUARD_PAIR, "veth");
	leg->lower = 12;
	foot = add_link(12, "foot", GUARD_PAIR, "veth");
	foot->lower = 11;
	foot->master = 10;
	add_session(11, "192.0.2.1", 22, "203.0.113.7", 50000);
	expect("take tcp", "SSH", ZCXSK_GIVE_UP_SSH);
	expect_none("take vlan 5 tcp");
	((struct guard_link *)guard_find_link(&machine.links, 10))->any_vlan = true;
	expect("take vlan 5 tcp", "SSH", ZCXSK_GIVE_UP_SSH);
	((struct guard_socket *)guard_list_at(&machine.tcp.list, 0))->hops.index[0] = 10;
	expect("take vlan 5 tcp", "SSH", ZCXSK_GIVE_UP_SSH);
	((struct guard_socket *)guard_list_at(&machine.tcp.list, 0))->hops.index[0] = 11;
	/* The foot without its bridge. */
	((struct guard_link *)guard_find_link(&machine.links, 12))->master = 0;
	expect_none("take any");
}

Test(guard, protocols_of_the_link)
{
	struct guard_link *bond = enslave(10, "bond");

	expect_none("take ethertype 0x8809");
	bond->lacp = true;
	expect("take ethertype 0x8809", "LACP of bond", ZCXSK_GIVE_UP_LACP);
	expect_none("take ethertype 0x88cc");
	expect_none("take ethertype 0x26");
	bond->stp = true;
	expect("take ethertype 0x26", "spanning tree", ZCXSK_GIVE_UP_STP);
}

/* ---- tunnels --------------------------------------------------------------------------------- */

static struct guard_link *add_tunnel(const char *kind, enum guard_outer outer)
{
	struct guard_link *tunnel = add_link(20, kind, GUARD_TUNNEL, kind);

	tunnel->outer = outer;
	add_address(CARD, "192.0.2.1");
	add_session(20, "198.51.100.1", 22, "198.51.100.2", 50000);
	return tunnel;
}

Test(guard, a_tunnel_in_udp)
{
	struct guard_link *tunnel = add_tunnel("vxlan", GUARD_OUTER_PORT);

	tunnel->port = 4789;
	tunnel->outer_device = CARD;
	expect("take udp dport 4789", "UDP to port 4789 of the tunnel vxlan (vxlan)",
	       ZCXSK_GIVE_UP_TUNNELS);
	expect("take udp fragment later", "fragments of UDP", ZCXSK_GIVE_UP_TUNNELS);
	expect("take arp", "ARP, for the tunnel vxlan", ZCXSK_GIVE_UP_ARP);
	expect_none("take udp dport 4790");
	expect_none("take tcp");
	tunnel = (struct guard_link *)guard_find_link(&machine.links, 20);
	tunnel->outer_device = 3;
	expect_none("take any");
	/* To several peers, by any card that has routes. */
	tunnel->outer_device = 0;
	expect("take udp dport 4789", "tunnel", ZCXSK_GIVE_UP_TUNNELS);
	tunnel->up = false;
	expect_none("take any");
	tunnel->up = true;
	/* Nothing leaves by it. */
	machine.tcp.list.count = 0;
	expect_none("take any");
}

/* By the device of the route to its peer, and by none other. */
Test(guard, a_tunnel_to_one_peer)
{
	struct guard_link *tunnel = add_tunnel("geneve", GUARD_OUTER_PORT);

	tunnel->port = 6081;
	tunnel->remote = route.to = address("192.0.2.9");
	route.index = 3;
	expect_none("take any");
	route.index = CARD;
	expect("take udp dport 6081", "tunnel geneve", ZCXSK_GIVE_UP_TUNNELS);
	/* By any card that has routes, if its own is not known. */
	route.index = 3;
	route.ret = -ENETUNREACH;
	expect("take udp dport 6081", "tunnel geneve", ZCXSK_GIVE_UP_TUNNELS);
}

Test(guard, a_tunnel_of_a_card_whose_addresses_cannot_be_read)
{
	add_tunnel("gre", GUARD_OUTER_GRE)->outer_device = 3;
	expect_none("take proto 47");
	machine.addresses.ret = -ENOBUFS;
	expect("take proto 47", "GRE of the tunnel gre", ZCXSK_GIVE_UP_TUNNELS);
}

Test(guard, other_tunnels)
{
	add_tunnel("gre", GUARD_OUTER_GRE);
	expect("take proto 47", "GRE of the tunnel gre", ZCXSK_GIVE_UP_TUNNELS);
	expect_none("take proto {4, 41, 50}");
	expect_none("take udp");
}

Test(guard, a_tunnel_in_ip)
{
	add_tunnel("sit", GUARD_OUTER_IP);
	expect("take proto 41", "IPv6 in IP of the tunnel sit", ZCXSK_GIVE_UP_TUNNELS);
	expect("take proto 4", "IPv4 in IP", ZCXSK_GIVE_UP_TUNNELS);
	expect_none("take proto 47");
}

Test(guard, a_tunnel_of_ipsec)
{
	add_tunnel("xfrm", GUARD_OUTER_ESP);
	expect("take proto {50, 51}", "ESP of the tunnel xfrm", ZCXSK_GIVE_UP_TUNNELS);
	expect("take proto 51", "AH of the tunnel xfrm", ZCXSK_GIVE_UP_TUNNELS);
	expect("take udp dport 4500", "UDP to port 4500", ZCXSK_GIVE_UP_TUNNELS);
	expect_none("take udp dport 4501");
}

/* Its packets are those of some socket that exists. */
Test(guard, a_tunnel_of_a_program)
{
	add_tunnel("tun", GUARD_OUTER_SOCKETS);
	add_server(&machine.udp, "0.0.0.0", 51820);
	add_session(CARD, "192.0.2.1", 40000, "203.0.113.7", 443)->ssh = GUARD_SSH_NO;
	expect("take udp dport 51820", "UDP to port 51820 of the tunnel tun",
	       ZCXSK_GIVE_UP_TUNNELS);
	expect("take tcp src 203.0.113.7", "TCP to port 40000", ZCXSK_GIVE_UP_TUNNELS);
	expect_none("take udp dport 7777");
	expect_none("take tcp dport 7777");
}

Test(guard, a_tunnel_in_a_tunnel)
{
	struct guard_link *outer;

	add_tunnel("wireguard", GUARD_OUTER_SOCKETS)->outer_device = 21;
	add_server(&machine.udp, "0.0.0.0", 51820);
	outer = add_link(21, "gre1", GUARD_TUNNEL, "gre");
	outer->outer = GUARD_OUTER_GRE;
	outer->outer_device = CARD;
	expect("take proto 47", "GRE of the tunnel gre1", ZCXSK_GIVE_UP_TUNNELS);
	expect_none("take udp dport 51820");
}

/* Nobody needs the innermost one. */
Test(guard, tunnels_in_tunnels_that_are_not_needed)
{
	struct guard_link *tunnel = add_link(21, "gre1", GUARD_TUNNEL, "gre");

	tunnel->outer = GUARD_OUTER_GRE;
	tunnel->outer_device = CARD;
	for (unsigned index = 22; index < 24; index++) {
		tunnel = add_link(index, "wg", GUARD_TUNNEL, "wireguard");
		tunnel->outer = GUARD_OUTER_SOCKETS;
		tunnel->outer_device = index - 1;
	}
	expect_none("take proto 47");
	add_session(23, "198.51.100.1", 22, "198.51.100.2", 50000);
	expect("take proto 47", "GRE of the tunnel gre1", ZCXSK_GIVE_UP_TUNNELS);
}

Test(guard, ipsec_without_a_device)
{
	add_address(CARD, "192.0.2.1");
	expect_none("take proto 50");
	guard_list_add(&machine.ipsec.list, 1);
	expect("take proto 50", "ESP of IPsec", ZCXSK_GIVE_UP_TUNNELS);
	expect("take udp dport 4500", "UDP to port 4500 of IPsec", ZCXSK_GIVE_UP_TUNNELS);
	expect_none("take udp dport 7777");
}

/* ---- facts that cannot be read ------------------------------------------------------------------
 */

/* Refuses the rules that each fact decides, and no other. */
Test(guard, facts_that_cannot_be_read)
{
	static const struct {
		size_t table;
		const char *refused, *words;
		uint64_t lost;
	} facts[] = {
		{offsetof(struct guard_facts, tcp), "take tcp dport 7777", "the TCP sockets",
		 ZCXSK_GIVE_UP_SSH},
		{offsetof(struct guard_facts, tcp), "take arp", "the TCP sockets",
		 ZCXSK_GIVE_UP_ARP},
		{offsetof(struct guard_facts, links), "take arp", "the devices", ZCXSK_GIVE_UP_ARP},
		{offsetof(struct guard_facts, links), "take proto 47", "the devices",
		 ZCXSK_GIVE_UP_TUNNELS},
		{offsetof(struct guard_facts, links), "take ethertype 0x8809", "the devices",
		 ZCXSK_GIVE_UP_LACP},
		{offsetof(struct guard_facts, defaults), "take arp", "the routes",
		 ZCXSK_GIVE_UP_ARP},
		{offsetof(struct guard_facts, addresses), "take arp", "the addresses",
		 ZCXSK_GIVE_UP_ARP},
		{offsetof(struct guard_facts, packet), "take arp", "the packet sockets",
		 ZCXSK_GIVE_UP_ARP},
		{offsetof(struct guard_facts, packet), "take ethertype 0x888e",
		 "the packet sockets", ZCXSK_GIVE_UP_8021X},
	};

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		struct guard_table *table = table_of(facts[i].table);

		expect_none(facts[i].refused);
		table->ret = -ENOBUFS;
		expect(facts[i].refused, facts[i].words, facts[i].lost);
		expect(facts[i].refused, "cannot be read (ENOBUFS)", facts[i].lost);
		expect_none("take udp dport 7777");
		table->ret = 0;
	}
}

/* A rule that no fact matters for is accepted without any. */
Test(guard, no_fact_at_all)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		table_of(tables[i])->ret = -EMFILE;
	expect_none("take icmp type 8");
	expect_none("take ethertype 0x88b5");
	expect_none("take sctp");
	expect("take any", "cannot be read (EMFILE)",
	       ZCXSK_GIVE_UP_SSH | ZCXSK_GIVE_UP_ARP | ZCXSK_GIVE_UP_ND | ZCXSK_GIVE_UP_DHCP |
		       ZCXSK_GIVE_UP_PMTU | ZCXSK_GIVE_UP_MULTICAST | ZCXSK_GIVE_UP_TUNNELS |
		       ZCXSK_GIVE_UP_LACP | ZCXSK_GIVE_UP_STP | ZCXSK_GIVE_UP_8021X);
}

/* ---- causes ------------------------------------------------------------------------------ */

static void expect_cause(const char *text, const char *cause)
{
	struct guard g = {.ifname = "eth0", .card = CARD, .facts = machine};
	struct zcxsk_error error = {0};
	struct zcxsk_rules *rules;

	cr_assert_eq(zcxsk_rules_parse(&rules, text, &error), 0, "%s: %s", text, error.cause);
	g.rules = rules;
	cr_expect_eq(guard_decide(&g, &error), -EPERM);
	cr_expect_str_eq(error.cause, cause);
	machine = g.facts;
	g.facts = (struct guard_facts){0};
	guard_free(&g);
	zcxsk_rules_destroy(rules);
}

/* Each loss once, as many as fit, and then how many more there are. */
Test(guard, causes)
{
	add_address(CARD, "2001:db8::1");
	add_server(&machine.tcp, "::", 22);
	expect_cause("take tcp dport 22", "rule 0, \"take tcp and dport 22\", would take on eth0: "
					  "new SSH connections to port 22 of 2001:db8::1");
	add_address(CARD, "192.0.2.1");
	expect_cause("take tcp dport 22", "rule 0, \"take tcp and dport 22\", would take on eth0: "
					  "new SSH connections to port 22 of 192.0.2.1; "
					  "new SSH connections to port 22 of 2001:db8::1");
	machine.addresses.ret = -ENOBUFS;
	expect_cause("take ip tcp dport 22",
		     "rule 0, \"take ip and tcp and dport 22\", would take on eth0: new SSH "
		     "connections to "
		     "port 22, maybe: the addresses cannot be read (ENOBUFS)");
	machine.tcp.ret = -ENOBUFS;
	expect_cause("take tcp",
		     "rule 0, \"take tcp\", would take on eth0: "
		     "SSH connections, maybe: the TCP sockets cannot be read (ENOBUFS)");
}

/* ---- words --------------------------------------------------------------------------------------
 */

Test(guard, words_for_what_is_given_up)
{
	struct zcxsk_error error;
	uint64_t bits = 0;
	char text[100];

	for (unsigned i = 0; i < 11; i++) {
		zcxsk_give_up_text(1ull << i, text, sizeof(text));
		cr_expect_eq(zcxsk_give_up_parse(&bits, text, &error), 0, "%s", error.cause);
		cr_expect_eq(bits, 1ull << i, "'%s'", text);
	}
	cr_expect_eq(zcxsk_give_up_parse(&bits, "ssh,arp,802.1x", &error), 0);
	cr_expect_eq(bits, ZCXSK_GIVE_UP_SSH | ZCXSK_GIVE_UP_ARP | ZCXSK_GIVE_UP_8021X);
	cr_expect_eq(zcxsk_give_up_text(bits, text, sizeof(text)), strlen("ssh,arp,802.1x"));
	cr_expect_str_eq(text, "ssh,arp,802.1x");
	cr_expect_eq(zcxsk_give_up_text(bits, text, 5), strlen("ssh,arp,802.1x"));
	cr_expect_str_eq(text, "ssh,");
	cr_expect_eq(zcxsk_give_up_parse(&bits, "all", &error), 0);
	cr_expect_eq(bits, ZCXSK_GIVE_UP_ALL);
	cr_expect_eq(zcxsk_give_up_text(bits, text, sizeof(text)), 3);
	cr_expect_eq(zcxsk_give_up_parse(&bits, "ssh,telnet", &error), -EINVAL);
	cr_expect_not_null(strstr(error.cause, "'telnet'"), "'%s'", error.cause);
	cr_expect_eq(zcxsk_give_up_parse(&bits, "", &error), -EINVAL);
	cr_expect_eq(zcxsk_give_up_parse(NULL, "ssh", &error), -EINVAL);
	cr_expect_eq(zcxsk_give_up_text(0, text, sizeof(text)), 0);
	cr_expect_str_eq(text, "");
}
