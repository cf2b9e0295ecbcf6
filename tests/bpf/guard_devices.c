/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_devices.c - as guard_matrix.c, for the kinds of devices and tunnels that need modules
 * of the kernel. Runs in the guest, see tests/guest/cases.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zcxsk/redirect.h>

#include "guard_rig.h"
#include "netns.h"

static void enter(void)
{
	cr_assert_eq(netns_enter(), 0, "namespaces");
	unsetenv("SSH_CONNECTION");
}

TestSuite(guard_devices, .init = enter, .timeout = 200);

#define PLAIN_FAR                                                                                  \
	{                                                                                          \
		"ip addr add 192.0.2.2/24 dev far", "ip link set far up"                           \
	}

Test(guard_devices, ipvlan)
{
	const struct guard_rig rig = {
		.near = {"ip link add iv0 link near type ipvlan mode l2", "ip link set iv0 up",
			 "ip addr add 192.0.2.1/24 dev iv0"},
		.far = PLAIN_FAR,
		.server = "192.0.2.1",
	};

	guard_rig_play(&rig, NULL, NULL);
}

static const struct guard_rig vlan = {
	.near = {"ip link add link near name near.5 type vlan id 5", "ip link set near.5 up",
		 "ip addr add 192.0.2.1/24 dev near.5"},
	.far = {"ip link set far up", "ip link add link far name far.5 type vlan id 5",
		"ip link set far.5 up", "ip addr add 192.0.2.2/24 dev far.5"},
	.server = "192.0.2.1",
};

Test(guard_devices, vlan)
{
	guard_rig_play(&vlan, NULL, NULL);
	guard_rig_play(&vlan, "take vlan 5", NULL);
}

Test(guard_devices, vlan_in_vlan)
{
	const struct guard_rig rig = {
		.near = {"ip link add link near name outer type vlan protocol 802.1ad id 5",
			 "ip link set outer up", "ip link add link outer name inner type vlan id 7",
			 "ip link set inner up", "ip addr add 192.0.2.1/24 dev inner"},
		.far = {"ip link set far up",
			"ip link add link far name outer type vlan protocol 802.1ad id 5",
			"ip link set outer up", "ip link add link outer name inner type vlan id 7",
			"ip link set inner up", "ip addr add 192.0.2.2/24 dev inner"},
		.server = "192.0.2.1",
	};

	guard_rig_play(&rig, "take vlan 5 inner 7", NULL);
}

Test(guard_devices, two_hundred_vlans)
{
	struct guard_session session;
	struct zcxsk_error error;

	cr_assert(guard_rig_set_up(&vlan, &session));
	for (unsigned id = 100; id < 300; id++)
		cr_assert_eq(
			netns_run("ip link add link near name near.%u type vlan id %u", id, id), 0);
	cr_assert_eq(netns_run("ip addr add 198.51.100.1/24 dev near.299"), 0);
	cr_assert_eq(netns_run("ip link set near.299 up"), 0);
	cr_assert_eq(netns_run("ip route add default via 198.51.100.2"), 0);
	cr_expect_eq(guard_rig_take("take vlan 299 arp", 0, &error), -EPERM);
	cr_expect_eq(guard_rig_take("take vlan 298 arp", 0, &error), 0, "%s", error.cause);
	guard_rig_end(&session);
}

Test(guard_devices, a_bridge_that_changes_tags)
{
	const struct guard_rig rig = {
		.near = {"ip link add br0 type bridge vlan_filtering 1",
			 "ip link set near master br0", "ip link set br0 up",
			 "ip addr add 192.0.2.1/24 dev br0"},
		.far = PLAIN_FAR,
		.server = "192.0.2.1",
	};
	struct guard_session session;
	struct zcxsk_error error;

	cr_assert(guard_rig_set_up(&rig, &session));
	guard_rig_connect(&rig, &session);
	cr_expect_eq(guard_rig_take("take vlan 5 tcp", 0, &error), -EPERM);
	cr_expect_eq(guard_rig_take("take udp dport 7777", 0, &error), 0, "%s", error.cause);
	guard_rig_end(&session);
}

Test(guard_devices, bond)
{
	const struct guard_rig rig = {
		.near = {"ip link add bond0 type bond mode active-backup", "ip link set near down",
			 "ip link set near master bond0", "ip link set bond0 up",
			 "ip addr add 192.0.2.1/24 dev bond0"},
		.far = PLAIN_FAR,
		.server = "192.0.2.1",
	};

	guard_rig_play(&rig, NULL, NULL);
}

Test(guard_devices, lacp)
{
	const struct guard_rig rig = {
		.near = {"ip link add bond0 type bond mode 802.3ad", "ip link set near down",
			 "ip link set near master bond0", "ip link set bond0 up"},
		.far = PLAIN_FAR,
	};
	struct guard_session session;
	struct zcxsk_error error;

	cr_assert(guard_rig_set_up(&rig, &session));
	cr_expect_eq(guard_rig_take("take ethertype 0x8809", 0, &error), -EPERM);
	cr_expect_eq(guard_rig_remedy(&error), ZCXSK_GIVE_UP_LACP);
	cr_expect_eq(guard_rig_take("take ethertype 0x88cc", 0, &error), 0, "%s", error.cause);
	guard_rig_end(&session);
}

Test(guard_devices, vrf)
{
	const struct guard_rig rig = {
		.near = {"ip link add vrf0 type vrf table 10", "ip link set vrf0 up",
			 "sysctl -qw net.ipv4.tcp_l3mdev_accept=1", "ip link set near master vrf0",
			 "ip addr add 192.0.2.1/24 dev near"},
		.far = PLAIN_FAR,
		.server = "192.0.2.1",
	};

	guard_rig_play(&rig, NULL, NULL);
}

Test(guard_devices, macsec)
{
	const struct guard_rig rig = {
		.near = {"ip link add ms0 link near type macsec", "ip link set ms0 up",
			 "ip addr add 192.0.2.1/24 dev ms0", "ip route add default via 192.0.2.2"},
		.far = PLAIN_FAR,
	};
	struct guard_session session;
	struct zcxsk_error error;

	cr_assert(guard_rig_set_up(&rig, &session));
	cr_expect_eq(guard_rig_take("take ethertype 0x88e5", 0, &error), -EPERM);
	cr_expect_eq(guard_rig_take("take udp dport 7777", 0, &error), 0, "%s", error.cause);
	guard_rig_end(&session);
}

/* ---- tunnels ---------------------------------------------------------------------------- */

/* One whose command at each end is the same with the addresses exchanged. */
static void play_tunnel(const char *kind, const char *hit, const char *packets)
{
	char near[160], far[160];
	struct guard_rig rig = {
		.near = {"ip addr add 192.0.2.1/24 dev near", near, "ip link set tunnel up",
			 "ip addr add 198.51.100.1/24 dev tunnel"},
		.far = {"ip addr add 192.0.2.2/24 dev far", "ip link set far up", far,
			"ip link set tunnel up", "ip addr add 198.51.100.2/24 dev tunnel"},
		.server = "198.51.100.1",
	};
	bool id = !strcmp(kind, "geneve");

	snprintf(near, sizeof(near), "ip link add tunnel type %s%s remote 192.0.2.2%s", kind,
		 id ? " id 5" : "", id ? "" : " local 192.0.2.1");
	snprintf(far, sizeof(far), "ip link add tunnel type %s%s remote 192.0.2.1%s", kind,
		 id ? " id 5" : "", id ? "" : " local 192.0.2.2");
	guard_rig_play(&rig, hit, packets);
}

Test(guard_devices, gre)
{
	play_tunnel("gre", "take proto 47", "GRE of the tunnel tunnel (gre)");
}

Test(guard_devices, gretap)
{
	play_tunnel("gretap", "take proto 47", "GRE of the tunnel tunnel (gretap)");
}

Test(guard_devices, ipip)
{
	play_tunnel("ipip", "take proto 4", "IPv4 in IP of the tunnel tunnel (ipip)");
}

Test(guard_devices, geneve)
{
	play_tunnel("geneve", "take udp dport 6081", "UDP to port 6081 of the tunnel tunnel");
}

Test(guard_devices, sit)
{
	const struct guard_rig rig = {
		.near = {"ip addr add 192.0.2.1/24 dev near",
			 "ip link add tunnel type sit remote 192.0.2.2 local 192.0.2.1",
			 "ip link set tunnel up", "ip addr add 2001:db8::1/64 dev tunnel nodad"},
		.far = {"ip addr add 192.0.2.2/24 dev far", "ip link set far up",
			"ip link add tunnel type sit remote 192.0.2.1 local 192.0.2.2",
			"ip link set tunnel up", "ip addr add 2001:db8::2/64 dev tunnel nodad"},
		.server = "2001:db8::1",
	};

	guard_rig_play(&rig, "take proto 41", "IPv6 in IP of the tunnel tunnel (sit)");
}

/* Without keys, as only its port is in question. */
Test(guard_devices, wireguard)
{
	const struct guard_rig rig = {
		.near = {"ip addr add 192.0.2.1/24 dev near", "ip link add wg0 type wireguard",
			 "ip link set wg0 up", "ip route add default dev wg0"},
		.far = PLAIN_FAR,
	};
	struct guard_session session;
	struct zcxsk_error error;

	cr_assert(guard_rig_set_up(&rig, &session));
	cr_expect_eq(guard_rig_take("take ip udp", 0, &error), -EPERM);
	cr_expect_not_null(strstr(error.cause, "the tunnel wg0 (wireguard)"), "'%s'", error.cause);
	cr_expect_eq(guard_rig_take("take udp dport 7777", 0, &error), 0, "%s", error.cause);
	guard_rig_end(&session);
}
