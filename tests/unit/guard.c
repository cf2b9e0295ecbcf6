/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard.c - which rules would take management traffic, to the exact port, type and
 * address. tests/bpf/guard.c has the interfaces; nothing here depends on this machine's.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <zcxsk/zcxsk.h>

#include "redirect/guard.h"

static void forget_ssh(void)
{
	unsetenv("SSH_CONNECTION");
}

TestSuite(guard, .init = forget_ssh);

/* The packets that the rules would take are described by `words`; NULL: there are none. */
static void expect(const char *text, const char *words)
{
	struct zcxsk_error error = {0};
	struct zcxsk_rules *rules;
	char what[200] = "";
	bool found;

	cr_assert_eq(zcxsk_rules_parse(&rules, text, &error), 0, "%s: %s", text, error.cause);
	found = guard_rules(rules, what, sizeof(what));
	cr_expect_eq(found, words != NULL, "'%s': %d '%s'", text, found, what);
	if (words)
		cr_expect_not_null(strstr(what, words), "'%s': '%s' lacks '%s'", text, what, words);
	zcxsk_rules_destroy(rules);
}

Test(guard, arp)
{
	expect("take arp", "rule 0, \"take arp\", may take ARP");
	expect("pass icmp; take ethertype 0x0806", "rule 1");
	expect("take vlan 5 arp", "ARP");
	expect("take untagged arp", "ARP");
	expect("take ethertype {0-0x0805, 0x0807-0xffff} and not (ip or ip6)", NULL);
	expect("take arp and icmp", NULL);
	expect("take arp and src 10.0.0.0/8", NULL);
}

Test(guard, dhcp_replies)
{
	expect("take ip udp dport 68", "DHCP replies");
	expect("take ip udp dport {0-67, 69-65535}", NULL);
	expect("take ip udp sport 0", "DHCP replies");
	expect("take ip udp sport 65535", "DHCP replies");
	expect("take ip6 udp dport 68", NULL);
	expect("take ip tcp dport 68", NULL);
	expect("take ip6 udp dport 546", "DHCPv6 replies");
	expect("take ip6 udp dport {0-545, 547-65535}", NULL);
	expect("take ip udp dport 546", NULL);
	/* Each of them has both ports, and no ICMP type. */
	expect("take udp dport 68 type 3", NULL);
	expect("take udp dport 68 and not sport 0-65535", NULL);
}

Test(guard, neighbour_discovery)
{
	expect("take icmp6 type 133", "IPv6 neighbour discovery");
	expect("take icmp6 type 135", "IPv6 neighbour discovery");
	expect("take icmp6 type 137", "IPv6 neighbour discovery");
	expect("take icmp6 type {0-132, 138-255}", NULL);
	expect("take icmp type 133-137", NULL);
	expect("take icmp6 sport 1", NULL);
	expect("take icmp6 dport 1", NULL);
}

Test(guard, packets_that_reach_a_socket_are_whole_or_first_fragments)
{
	expect("take ip udp dport 68 fragment none", "DHCP replies");
	expect("take ip udp dport 68 fragment first", "DHCP replies");
	expect("take ip udp fragment later", NULL);
	expect("take icmp6 type 135 fragment first", "IPv6 neighbour discovery");
}

/* A rule that takes nothing else that is guarded. */
Test(guard, the_current_ssh_connection)
{
	expect("take tcp dport 2222", NULL);
	setenv("SSH_CONNECTION", "203.0.113.7 50000 192.0.2.1 2222", 1);
	expect("take tcp dport 2222",
	       "rule 0, \"take tcp and dport 2222\", may take the current SSH");
	expect("take tcp sport 50000 dport 2222 src 203.0.113.7 dst 192.0.2.1", "current SSH");
	expect("take tcp dport {0-21, 23-2221, 2223-65535}", NULL);
	expect("take tcp dport 2222 sport {0-49999, 50001-65535}", NULL);
	expect("take tcp dport 2222 and not src 203.0.113.7", NULL);
	expect("take tcp dport 2222 and not dst 192.0.2.1", NULL);
	expect("take tcp dport 2222 and src 203.0.113.6", NULL);
	expect("take udp dport 2222", NULL);
}

Test(guard, the_current_ssh_connection_over_ipv6)
{
	setenv("SSH_CONNECTION", "2001:db8:1:2:3:4:5:7 50000 2001:db8:6:7:8:9:a:1 2222", 1);
	expect("take tcp dport 2222 src 2001:db8:1:2:3:4:5:7", "current SSH");
	expect("take tcp dport 2222 dst 2001:db8:6:7:8:9:a:1", "current SSH");
	expect("take tcp dport 2222 and not src 2001:db8:1:2:3:4:5:7", NULL);
	expect("take tcp dport 2222 and not dst 2001:db8:6:7:8:9:a:1", NULL);
	expect("take ip tcp dport 2222", NULL);
	/* The interface after a link-local address is not part of it. */
	setenv("SSH_CONNECTION", "fe80::7%eth0 50000 fe80::1%eth0 2222", 1);
	expect("take tcp dport 2222 src fe80::7 dst fe80::1", "current SSH");
	/* IPv4 on a socket for both families. */
	setenv("SSH_CONNECTION", "::ffff:203.0.113.7 50000 ::ffff:192.0.2.1 2222", 1);
	expect("take tcp dport 2222 src 203.0.113.7 dst 192.0.2.1", "current SSH");
	expect("take ip6 tcp dport 2222", NULL);
}

Test(guard, a_malformed_ssh_connection_is_ignored)
{
	static const char *const texts[] = {
		"",
		"203.0.113.7 50000 192.0.2.1",
		"x 50000 192.0.2.1 2222",
		"203.0.113.7 50000 x 2222",
		"203.0.113.7 50000 2001:db8::1 2222",
		"x 1 y 2222",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		setenv("SSH_CONNECTION", texts[i], 1);
		expect("take tcp dport 2222", NULL);
	}
}

/* Without descriptors neither addresses nor routes can be read. */
Test(guard, management_traffic_is_assumed_when_it_cannot_be_determined)
{
	struct zcxsk_rules *rules;
	struct rlimit limit, none;
	char what[200] = "", why[200] = "";
	int managed, nowhere;
	bool taken;

	cr_assert_eq(zcxsk_rules_parse(&rules, "take udp dport 9", NULL), 0);
	cr_assert_not(guard_rules(rules, what, sizeof(what)));
	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = (struct rlimit){0, limit.rlim_max};
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	taken = guard_rules(rules, what, sizeof(what));
	managed = guard_management("lo", why, sizeof(why));
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	nowhere = guard_management("nowhere", why, sizeof(why));
	cr_expect(taken && strstr(what, "cannot be read"), "%d '%s'", taken, what);
	cr_expect(managed && strstr(why, "cannot be read"), "%d '%s'", managed, why);
	cr_expect_eq(nowhere, 0, "there is no such interface");
	zcxsk_rules_destroy(rules);
}
