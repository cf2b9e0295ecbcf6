// SPDX-License-Identifier: BSD-2-Clause
/*
 * guard.c - taking everything from the interface that the machine is managed
 * by needs an explicit yes.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zcxsk/redirect.h>

#include "guard.h"
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

/* NULL: not management; else a word that the reason must contain. */
static void expect(const char *ifname, const char *word)
{
	char why[160] = "";
	int ret = guard_management(ifname, why, sizeof(why));

	cr_expect_eq(ret, word != NULL, "%s: %d '%s'", ifname, ret, why);
	if (word)
		cr_expect_not_null(strstr(why, word), "'%s' lacks '%s'", why, word);
}

Test(guard, an_interface_without_routes_is_free)
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

Test(guard, default_route_of_another_table_and_one_of_several_hops)
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

Test(guard, an_ssh_connection_of_elsewhere_or_nonsense_does_not_count)
{
	static const char *const texts[] = {"203.0.113.7 50000 192.0.2.9 22", "192.0.2.1", "",
					    "x y z", "a b 192.0.2.1000 c"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		setenv("SSH_CONNECTION", texts[i], 1);
		expect("near", NULL);
	}
}

static int take_all(uint32_t flags)
{
	struct zcxsk_redirect_opts opts;
	struct zcxsk_redirect *redirect;
	struct zcxsk_error error = {0};
	int ret;

	zcxsk_redirect_opts_init(&opts);
	opts.flags = ZCXSK_REDIRECT_TAKE_ALL | flags;
	ret = zcxsk_redirect_attach(&redirect, "near", &opts, &error);
	if (!ret)
		ret = zcxsk_redirect_detach(redirect);
	else
		cr_expect_not_null(strstr(error.remedy, "ZCXSK_REDIRECT_TAKE_MANAGEMENT"));
	return ret;
}

Test(guard, taking_all_needs_an_explicit_yes_on_the_default_route_only)
{
	cr_expect_eq(take_all(0), 0);
	cr_assert_eq(netns_run("ip route add default via 192.0.2.2"), 0);
	cr_expect_eq(take_all(0), -EPERM);
	cr_expect_eq(take_all(ZCXSK_REDIRECT_TAKE_MANAGEMENT), 0);
}
