/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard.c - taking management traffic (SSH, ARP, DHCP) needs an explicit option on the
 * interface with the default route or the SSH connection.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <zcxsk/redirect.h>

#include "redirect/guard.h"
#include "netns.h"

static void enter(void)
{
	int ret = netns_enter();

	if (ret == -EPERM)
		cr_skip_test("network namespaces and BPF need root");
	cr_assert_eq(ret, 0, "namespaces: %d", ret);
	cr_assert_eq(netns_veth("near", "far"), 0, "veth pair");
	cr_assert_eq(netns_run("ip addr add 192.0.2.1/24 dev near"), 0);
	cr_assert_eq(netns_run("ip addr add 2001:db8::1/64 dev near nodad"), 0);
	unsetenv("SSH_CONNECTION");
}

TestSuite(guard, .init = enter);

/* word is contained in the reason; NULL if this is not a management interface. */
static void expect(const char *ifname, const char *word)
{
	char why[160] = "";
	int ret = guard_management(ifname, why, sizeof(why));

	cr_expect_eq(ret, word != NULL, "%s: %d '%s'", ifname, ret, why);
	if (word)
		cr_expect_not_null(strstr(why, word), "'%s' lacks '%s'", why, word);
}

Test(guard, an_interface_without_routes_is_not_guarded)
{
	expect("near", NULL);
	expect("far", NULL);
	expect("lo", NULL);
	expect("nowhere", NULL);
}

Test(guard, ipv4_default_route)
{
	cr_assert_eq(netns_run("ip route add default via 192.0.2.2"), 0);
	expect("near", "IPv4 default route");
	expect("far", NULL);
}

Test(guard, ipv6_default_route)
{
	cr_assert_eq(netns_run("ip -6 route add default via 2001:db8::2"), 0);
	expect("near", "IPv6 default route");
	expect("far", NULL);
}

Test(guard, default_routes_in_other_tables_and_with_several_hops)
{
	cr_assert_eq(netns_run("ip addr add 198.51.100.1/24 dev far"), 0);
	if (netns_run("ip route add default nexthop via 192.0.2.2 nexthop via 198.51.100.2"))
		cr_skip_test("this kernel has no multipath routes");
	expect("near", "IPv4 default route");
	expect("far", "IPv4 default route");
	cr_assert_eq(netns_run("ip route del default"), 0);
	expect("far", NULL);
	cr_assert_eq(netns_run("ip route add default via 192.0.2.2 table 77"), 0);
	expect("near", "IPv4 default route");
}

Test(guard, other_routes_do_not_count)
{
	cr_assert_eq(netns_run("ip route add 203.0.113.0/24 via 192.0.2.2"), 0);
	cr_assert_eq(netns_run("ip route add unreachable default metric 1000"), 0);
	cr_assert_eq(netns_run("ip -6 route add unreachable default metric 1000"), 0);
	expect("near", NULL);
	expect("lo", NULL);
}

Test(guard, port_of_a_bridge_that_carries_the_route)
{
	if (netns_run("ip link add br0 type bridge"))
		cr_skip_test("this kernel has no bridges");
	cr_assert_eq(netns_run("ip link set far master br0"), 0);
	cr_assert_eq(netns_run("ip addr add 198.51.100.1/24 dev br0"), 0);
	cr_assert_eq(netns_run("ip link set br0 up"), 0);
	cr_assert_eq(netns_run("ip route add default via 198.51.100.2"), 0);
	expect("far", "br0");
	expect("br0", "IPv4 default route");
	expect("near", NULL);
}

Test(guard, local_address_of_the_ssh_connection)
{
	setenv("SSH_CONNECTION", "203.0.113.7 50000 192.0.2.1 22", 1);
	expect("near", "SSH");
	expect("far", NULL);
	setenv("SSH_CONNECTION", "2001:db8::7 50000 2001:db8::1 22", 1);
	expect("near", "2001:db8::1");
	setenv("SSH_CONNECTION", "::ffff:203.0.113.7 50000 ::ffff:192.0.2.1 22", 1);
	expect("near", "SSH");
}

Test(guard, a_foreign_or_malformed_ssh_connection_does_not_count)
{
	static const char *const texts[] = {"203.0.113.7 50000 192.0.2.9 22", "192.0.2.1", "",
					    "x y z", "a b 192.0.2.1000 c"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		setenv("SSH_CONNECTION", texts[i], 1);
		expect("near", NULL);
	}
}

/* The result of attaching with these rules on the management interface. */
static int take_by(const char *text, uint32_t flags, struct zcxsk_error *error)
{
	struct zcxsk_redirect_opts opts;
	struct zcxsk_redirect *redirect;
	int ret;

	zcxsk_redirect_opts_init(&opts);
	opts.flags = flags;
	opts.rules_text = text;
	ret = zcxsk_redirect_attach(&redirect, "near", &opts, error);
	return ret ? ret : zcxsk_redirect_detach(redirect);
}

static void expect_rules(const char *text, const char *packets)
{
	struct zcxsk_error error = {0};
	int ret = take_by(text, 0, &error);

	cr_expect_eq(ret, packets ? -EPERM : 0, "'%s' returned %d: %s", text, ret, error.cause);
	if (packets) {
		cr_expect_not_null(strstr(error.cause, packets), "'%s' lacks '%s'", error.cause,
				   packets);
		cr_expect_not_null(strstr(error.remedy, "ZCXSK_REDIRECT_TAKE_MANAGEMENT"));
	}
	cr_expect_eq(take_by(text, ZCXSK_REDIRECT_TAKE_MANAGEMENT, &error), 0, "%s", error.cause);
}

Test(guard, rules_that_take_management_traffic_need_the_option)
{
	cr_assert_eq(netns_run("ip route add default via 192.0.2.2"), 0);
	expect_rules("take any", "TCP to port 22");
	expect_rules("take tcp", "rule 0, \"take tcp\", may take TCP to port 22");
	expect_rules("take udp dport 9; take tcp dport 1-1000", "rule 1");
	expect_rules("take dst 192.0.2.0/28 and tcp", "TCP to port 22");
	expect_rules("take dst 2001:db8::1", "TCP to port 22");
	expect_rules("take vlan 5", "TCP to port 22");
	expect_rules("take arp", "ARP");
	expect_rules("take not (ip or ip6)", "ARP");
	expect_rules("take icmp6", "neighbour discovery");
	expect_rules("take icmp6 type 135", "neighbour discovery");
	expect_rules("take ip udp", "DHCP");
	expect_rules("take udp dport 546", "DHCPv6");
}

Test(guard, rules_without_management_traffic_need_no_option)
{
	cr_assert_eq(netns_run("ip route add default via 192.0.2.2"), 0);
	expect_rules("", NULL);
	expect_rules("take udp dport 53", NULL);
	expect_rules("take tcp dport 80", NULL);
	expect_rules("take tcp and dst 203.0.113.0/24", NULL);
	expect_rules("take icmp; take icmp6 type 128", NULL);
	expect_rules("pass tcp dport 22; take tcp", NULL);
	expect_rules("pass arp; pass icmp6; pass tcp dport 22; pass udp dport {68, 546}; take any",
		     NULL);
	expect_rules("take fragment later", NULL);
	/* Other interfaces are not guarded. */
	cr_assert_eq(netns_run("ip route del default"), 0);
	expect_rules("take any", NULL);
}

Test(guard, the_current_ssh_connection_is_guarded_on_any_port)
{
	setenv("SSH_CONNECTION", "203.0.113.7 50000 192.0.2.1 2222", 1);
	expect_rules("take tcp dport 2222", "current SSH connection");
	expect_rules("take src 203.0.113.0/24", "current SSH connection");
	expect_rules("take tcp dport 2222 and src 198.51.100.0/24", NULL);
	expect_rules("pass src 203.0.113.7; take tcp dport 2222", NULL);
	setenv("SSH_CONNECTION", "2001:db8::7 50000 2001:db8::1 2222", 1);
	expect_rules("take tcp sport 50000", "current SSH connection");
	expect_rules("take ip tcp dport 2222", NULL);
}

Test(guard, a_swap_is_guarded_like_attaching)
{
	struct zcxsk_redirect_opts opts;
	struct zcxsk_redirect *redirect;
	struct zcxsk_error error;
	struct zcxsk_rules *rules;

	cr_assert_eq(netns_run("ip route add default via 192.0.2.2"), 0);
	cr_assert_eq(zcxsk_redirect_attach(&redirect, "near", NULL, NULL), 0);
	cr_assert_eq(zcxsk_rules_parse(&rules, "take tcp", NULL), 0);
	zcxsk_redirect_opts_init(&opts);
	opts.rules = rules;
	cr_expect_eq(zcxsk_redirect_swap(redirect, &opts, &error), -EPERM);
	cr_expect_not_null(strstr(error.cause, "port 22"), "'%s'", error.cause);
	cr_expect_null(zcxsk_redirect_rules(redirect));
	opts.flags = ZCXSK_REDIRECT_TAKE_MANAGEMENT;
	cr_expect_eq(zcxsk_redirect_swap(redirect, &opts, &error), 0);
	zcxsk_rules_destroy(rules);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
}

/* No descriptor is free, so that nothing can be asked of the kernel. */
static struct rlimit take_descriptors(void)
{
	struct rlimit before, none;

	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	return before;
}

Test(guard, an_interface_that_cannot_be_read_is_guarded)
{
	struct rlimit before;
	char why[160] = "";
	int ret;

	before = take_descriptors();
	ret = guard_management("near", why, sizeof(why));
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	cr_expect_eq(ret, 1);
	cr_expect_not_null(strstr(why, "cannot be read"), "%s", why);
}

Test(guard, a_swap_without_descriptors_says_so)
{
	struct zcxsk_redirect *redirect;
	struct zcxsk_redirect_opts opts;
	struct zcxsk_error error = {0};
	struct rlimit before;
	int ret;

	zcxsk_redirect_opts_init(&opts);
	opts.rules_text = "take udp dport 9000";
	cr_assert_eq(zcxsk_redirect_attach(&redirect, "near", &opts, &error), 0, "%s", error.cause);
	before = take_descriptors();
	ret = zcxsk_redirect_swap(redirect, &opts, &error);
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	cr_expect_eq(ret, -EMFILE, "%d: %s", ret, error.cause);
	cr_expect_eq(zcxsk_redirect_detach(redirect), 0);
}

Test(guard, a_swap_from_another_network_namespace_is_refused)
{
	struct zcxsk_redirect *redirect;
	struct zcxsk_error error;

	cr_assert_eq(netns_run("ip route add default via 192.0.2.2"), 0);
	cr_assert_eq(zcxsk_redirect_attach(&redirect, "near", NULL, NULL), 0);
	cr_assert_eq(netns_enter(), 0);
	cr_expect_eq(zcxsk_redirect_swap(redirect, NULL, &error), -ENODEV);
	cr_expect_not_null(strstr(error.cause, "near"), "'%s'", error.cause);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
}
