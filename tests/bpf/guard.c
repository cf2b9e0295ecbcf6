/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard.c - rules that would take packets that this machine needs are refused at attaching
 * and at a swap, by the kernel's tables of routes and sockets, and checked again while they
 * are in force. guard_matrix.c has sessions, tests/unit/guard.c single rules.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <zcxsk/redirect.h>

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

/* The result of attaching with these rules. */
static int take_by(const char *ifname, const char *text, uint64_t give_up,
		   struct zcxsk_error *error)
{
	struct zcxsk_redirect_opts opts;
	struct zcxsk_redirect *redirect;
	int ret;

	zcxsk_redirect_opts_init(&opts);
	opts.give_up = give_up;
	opts.rules_text = text;
	ret = zcxsk_redirect_attach(&redirect, ifname, &opts, error);
	return ret ? ret : zcxsk_redirect_detach(redirect);
}

/* Refused with `packets` in the cause, and accepted once they are given up; NULL: accepted. */
static void expect_on(const char *ifname, const char *text, const char *packets, const char *remedy)
{
	struct zcxsk_error error = {0};
	int ret = take_by(ifname, text, 0, &error);
	uint64_t give_up;

	cr_expect_eq(ret, packets ? -EPERM : 0, "'%s' on %s returned %d: %s", text, ifname, ret,
		     error.cause);
	if (!packets)
		return;
	cr_expect_not_null(strstr(error.cause, packets), "'%s' lacks '%s'", error.cause, packets);
	cr_expect_not_null(strstr(error.remedy, remedy), "'%s' lacks '%s'", error.remedy, remedy);
	cr_assert_eq(zcxsk_give_up_parse(&give_up, remedy, NULL), 0);
	cr_expect_eq(take_by(ifname, text, give_up, &error), 0, "%s", error.cause);
	cr_expect_eq(take_by(ifname, text, ZCXSK_GIVE_UP_ALL, &error), 0, "%s", error.cause);
}

static void expect(const char *text, const char *packets, const char *remedy)
{
	expect_on("near", text, packets, remedy);
}

/* ---- routes ------------------------------------------------------------------------ */

Test(guard, an_interface_without_routes_and_sessions_is_not_guarded)
{
	expect("take any", NULL, NULL);
	expect_on("far", "take any", NULL, NULL);
	expect_on("lo", "take any", NULL, NULL);
}

Test(guard, ipv4_default_route)
{
	cr_assert_eq(netns_run("ip route add default via 192.0.2.2"), 0);
	expect("take arp", "ARP, for the IPv4 default route", "arp");
	expect("take icmp", "path MTU messages (ICMP type 3)", "pmtu");
	expect("take proto 2", "IGMP", "multicast");
	expect("take any", "ARP", "arp,pmtu,multicast");
	expect("take icmp6", NULL, NULL);
	expect("take icmp type 8", NULL, NULL);
	expect_on("far", "take any", NULL, NULL);
}

Test(guard, ipv6_default_route)
{
	cr_assert_eq(netns_run("ip -6 route add default via 2001:db8::2"), 0);
	expect("take icmp6 type 135", "IPv6 neighbour discovery, for the IPv6 default", "nd");
	expect("take icmp6 type 2", "path MTU messages (ICMPv6 type 2)", "pmtu");
	expect("take icmp6 type {130-132, 143}", "MLD", "multicast");
	expect("take icmp6", "IPv6 neighbour discovery", "nd,pmtu,multicast");
	expect("take arp", NULL, NULL);
	expect("take icmp6 type 128", NULL, NULL);
	expect_on("far", "take any", NULL, NULL);
}

Test(guard, routes_that_together_are_a_default_route)
{
	cr_assert_eq(netns_run("ip route add 128.0.0.0/1 via 192.0.2.2"), 0);
	expect("take arp", "IPv4 default route", "arp");
	cr_assert_eq(netns_run("ip -6 route add 2000::/3 via 2001:db8::2"), 0);
	expect("take icmp6 type 136", "IPv6 default route", "nd");
}

Test(guard, default_routes_in_other_tables_and_with_several_hops)
{
	cr_assert_eq(netns_run("ip addr add 198.51.100.1/24 dev far"), 0);
	cr_assert_eq(netns_run("ip nexthop add id 1 via 192.0.2.2 dev near"), 0);
	cr_assert_eq(netns_run("ip nexthop add id 2 via 198.51.100.2 dev far"), 0);
	cr_assert_eq(netns_run("ip nexthop add id 3 group 1/2"), 0);
	cr_assert_eq(netns_run("sysctl -qw net.ipv4.nexthop_compat_mode=0"), 0);
	cr_assert_eq(netns_run("ip route add default nhid 3 table 77"), 0);
	expect("take arp", "IPv4 default route", "arp");
	expect_on("far", "take arp", "IPv4 default route", "arp");
	cr_assert_eq(netns_run("ip route replace default nhid 1 table 77"), 0);
	expect("take arp", "IPv4 default route", "arp");
	expect_on("far", "take arp", NULL, NULL);
}

Test(guard, other_routes_do_not_count)
{
	cr_assert_eq(netns_run("ip route add 203.0.113.0/24 via 192.0.2.2"), 0);
	cr_assert_eq(netns_run("ip route add unreachable default metric 1000"), 0);
	cr_assert_eq(netns_run("ip -6 route add unreachable default metric 1000"), 0);
	expect("take any", NULL, NULL);
}

Test(guard, port_of_a_bridge_that_carries_the_route)
{
	cr_assert_eq(netns_run("ip link add br0 type bridge"), 0);
	cr_assert_eq(netns_run("ip link set far master br0"), 0);
	cr_assert_eq(netns_run("ip addr add 198.51.100.1/24 dev br0"), 0);
	cr_assert_eq(netns_run("ip link set br0 up"), 0);
	cr_assert_eq(netns_run("ip route add default via 198.51.100.2"), 0);
	expect_on("far", "take arp", "IPv4 default route", "arp");
	expect_on("br0", "take arp", "IPv4 default route", "arp");
	expect("take arp", NULL, NULL);
	/* Tags are as they are, so that a VLAN that does not exist is nobody's. */
	expect_on("far", "take vlan 5", NULL, NULL);
	expect_on("far", "take vlan 0", "IPv4 default route", "arp,pmtu,multicast");
	expect_on("far", "take ethertype 38", NULL, NULL);
	cr_assert_eq(netns_run("ip link set br0 type bridge stp_state 1"), 0);
	expect_on("far", "take ethertype 38", "the spanning tree protocol of br0", "stp");
}

/* ---- sockets ------------------------------------------------------------------------- */

static int open_socket(int family, int type, const void *address, socklen_t size)
{
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	cr_assert_geq(fd, 0);
	cr_assert_eq(bind(fd, address, size), 0, "bind: %d", errno);
	return fd;
}

static int listen_at(uint16_t port, uint32_t address)
{
	const struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(address)};
	int fd = open_socket(AF_INET, SOCK_STREAM, &at, sizeof(at));

	cr_assert_eq(listen(fd, 1), 0);
	return fd;
}

Test(guard, a_server_for_ssh_that_is_reached_by_the_card)
{
	int fd = listen_at(22, INADDR_ANY);

	expect("take tcp dport 22", "new SSH connections to port 22 of 192.0.2.1", "ssh");
	expect("take tcp dst 192.0.2.1", "new SSH connections", "ssh");
	expect("take arp", "ARP, for new SSH connections", "arp");
	expect("take tcp dport 22 and not dst 192.0.2.1", NULL, NULL);
	expect("take ip6 tcp dport 22", NULL, NULL);
	expect("take tcp dport {0-21, 23-65535}", NULL, NULL);
	expect_on("far", "take any", NULL, NULL);
	close(fd);
	fd = listen_at(22, INADDR_LOOPBACK);
	expect("take any", NULL, NULL);
	close(fd);
}

Test(guard, a_server_of_something_else)
{
	int fd = listen_at(8080, INADDR_ANY);

	expect("take any", NULL, NULL);
	close(fd);
}

Test(guard, a_client_of_dhcp_before_there_is_an_address)
{
	const struct sockaddr_in port = {.sin_family = AF_INET, .sin_port = htons(68)};
	struct sockaddr_ll link = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP)};
	int fd;

	cr_assert_eq(netns_run("ip addr flush dev near"), 0);
	link.sll_ifindex = (int)if_nametoindex("near");
	fd = open_socket(AF_PACKET, SOCK_DGRAM, &link, sizeof(link));
	expect("take arp; take udp dport 68", "DHCP replies, for a DHCP client", "arp,dhcp");
	expect_on("far", "take any", NULL, NULL);
	close(fd);
	/* One that listens to everything, as others do, too, has a UDP socket. */
	link.sll_protocol = htons(ETH_P_ALL);
	fd = open_socket(AF_PACKET, SOCK_RAW, &link, sizeof(link));
	expect("take arp; take udp dport 68", NULL, NULL);
	open_socket(AF_INET, SOCK_DGRAM, &port, sizeof(port));
	expect("take arp; take udp dport 68", "a DHCP client", "arp,dhcp");
	close(fd);
}

Test(guard, leased_addresses)
{
	cr_assert_eq(netns_run("ip route add default via 192.0.2.2"), 0);
	expect("take udp dport 68", NULL, NULL);
	cr_assert_eq(netns_run("ip addr change 192.0.2.1/24 dev near valid_lft 600 "
			       "preferred_lft 600"),
		     0);
	expect("take udp dport 68", "DHCP replies", "dhcp");
}

Test(guard, port_authentication)
{
	struct sockaddr_ll link = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_PAE)};
	int fd;

	expect("take ethertype 0x888e", NULL, NULL);
	link.sll_ifindex = (int)if_nametoindex("near");
	fd = open_socket(AF_PACKET, SOCK_DGRAM, &link, sizeof(link));
	expect("take ethertype 0x888e", "802.1X", "802.1x");
	expect_on("far", "take ethertype 0x888e", NULL, NULL);
	close(fd);
}

/* ---- rules in force --------------------------------------------------------------------- */

Test(guard, a_swap_is_guarded_like_attaching)
{
	struct zcxsk_redirect_opts opts;
	struct zcxsk_redirect *redirect;
	struct zcxsk_error error;

	cr_assert_eq(netns_run("ip route add default via 192.0.2.2"), 0);
	cr_assert_eq(zcxsk_redirect_attach(&redirect, "near", NULL, NULL), 0);
	zcxsk_redirect_opts_init(&opts);
	opts.rules_text = "take arp";
	cr_expect_eq(zcxsk_redirect_swap(redirect, &opts, &error), -EPERM);
	cr_expect_not_null(strstr(error.cause, "ARP"), "'%s'", error.cause);
	cr_expect_null(zcxsk_redirect_rules(redirect));
	opts.give_up = ZCXSK_GIVE_UP_SSH;
	cr_expect_eq(zcxsk_redirect_swap(redirect, &opts, &error), -EPERM);
	opts.give_up = ZCXSK_GIVE_UP_ARP;
	cr_expect_eq(zcxsk_redirect_swap(redirect, &opts, &error), 0);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
}

Test(guard, rules_in_force_are_checked_again)
{
	struct zcxsk_redirect_opts opts;
	struct zcxsk_redirect *redirect;
	struct zcxsk_error error;

	zcxsk_redirect_opts_init(&opts);
	opts.rules_text = "take arp; take icmp";
	opts.give_up = ZCXSK_GIVE_UP_PMTU;
	cr_assert_eq(zcxsk_redirect_attach(&redirect, "near", &opts, &error), 0, "%s", error.cause);
	cr_expect_eq(zcxsk_redirect_check(redirect, &error), 0, "%s", error.cause);
	cr_assert_eq(netns_run("ip route add default via 192.0.2.2"), 0);
	cr_expect_eq(zcxsk_redirect_check(redirect, &error), -EPERM);
	cr_expect_not_null(strstr(error.cause, "ARP, for the IPv4 default route"), "'%s'",
			   error.cause);
	cr_expect_null(strstr(error.cause, "MTU"), "'%s'", error.cause);
	cr_assert_eq(netns_run("ip route del default"), 0);
	cr_expect_eq(zcxsk_redirect_check(redirect, &error), 0, "%s", error.cause);
	cr_expect_eq(zcxsk_redirect_check(NULL, &error), -EINVAL);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
}

Test(guard, unknown_kinds_are_refused)
{
	struct zcxsk_error error;

	cr_expect_eq(take_by("near", "take any", 1ull << 40, &error), -EINVAL);
	cr_expect_not_null(strstr(error.cause, "0x10000000000"), "'%s'", error.cause);
}

/* ---- facts that cannot be read ------------------------------------------------------------ */

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

	cr_assert_eq(zcxsk_redirect_attach(&redirect, "near", NULL, NULL), 0);
	cr_assert_eq(netns_enter(), 0);
	cr_expect_eq(zcxsk_redirect_swap(redirect, NULL, &error), -ENODEV);
	cr_expect_not_null(strstr(error.cause, "near"), "'%s'", error.cause);
	cr_assert_eq(zcxsk_redirect_detach(redirect), 0);
}
