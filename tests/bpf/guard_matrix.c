/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_matrix.c - in each situation in which a session by SSH comes in over the card,
 * rules that would take it are refused by its name, the remedy makes them accepted, and
 * rules that do not touch it are accepted and leave it alive. guard_devices.c has
 * the kinds of devices that need modules of the kernel.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zcxsk/redirect.h>

#include "guard_rig.h"
#include "netns.h"

static void enter(void)
{
	int ret = netns_enter();

	if (ret == -EPERM)
		cr_skip_test("network namespaces and BPF need root");
	cr_assert_eq(ret, 0, "namespaces: %d", ret);
	unsetenv("SSH_CONNECTION");
}

TestSuite(guard_matrix, .init = enter);

static const struct guard_rig plain = {
	.near = {"ip addr add 192.0.2.1/24 dev near"},
	.far = {"ip addr add 192.0.2.2/24 dev far", "ip link set far up"},
	.server = "192.0.2.1",
};

Test(guard_matrix, plain)
{
	guard_rig_play(&plain, NULL, NULL);
}

Test(guard_matrix, the_environment_is_of_another_connection)
{
	setenv("SSH_CONNECTION", "203.0.113.7 50000 203.0.113.8 22", 1);
	guard_rig_play(&plain, NULL, NULL);
}

Test(guard_matrix, an_empty_environment)
{
	char *path = strdup(getenv("PATH"));

	clearenv();
	setenv("PATH", path, 1);
	guard_rig_play(&plain, NULL, NULL);
	free(path);
}

Test(guard_matrix, ipv6)
{
	const struct guard_rig rig = {
		.near = {"ip addr add 2001:db8::1/64 dev near nodad"},
		.far = {"ip addr add 2001:db8::2/64 dev far nodad", "ip link set far up"},
		.server = "2001:db8::1",
	};

	guard_rig_play(&rig, NULL, NULL);
}

Test(guard_matrix, the_address_is_on_lo)
{
	const struct guard_rig rig = {
		.near = {"ip addr add 192.0.2.1/24 dev near", "ip addr add 198.51.100.1/32 dev lo"},
		.far = {"ip addr add 192.0.2.2/24 dev far", "ip link set far up",
			"ip route add 198.51.100.1 via 192.0.2.1"},
		.server = "198.51.100.1",
	};

	guard_rig_play(&rig, NULL, NULL);
}

Test(guard_matrix, the_peer_is_behind_split_routes)
{
	const struct guard_rig rig = {
		.near = {"ip addr add 192.0.2.1/24 dev near",
			 "ip route add 0.0.0.0/1 via 192.0.2.2",
			 "ip route add 128.0.0.0/1 via 192.0.2.2",
			 "ip addr add 198.51.100.1/32 dev lo"},
		.far = {"ip addr add 192.0.2.2/24 dev far", "ip link set far up",
			"ip addr add 203.0.113.7/32 dev lo",
			"ip route add 198.51.100.1 via 192.0.2.1 src 203.0.113.7"},
		.server = "198.51.100.1",
	};

	guard_rig_play(&rig, NULL, NULL);
}

Test(guard_matrix, the_peer_is_behind_a_nexthop_group)
{
	const struct guard_rig rig = {
		.near = {"sysctl -qw net.ipv4.nexthop_compat_mode=0",
			 "ip addr add 192.0.2.1/24 dev near",
			 "ip nexthop add id 1 via 192.0.2.2 dev near",
			 "ip nexthop add id 2 via 192.0.2.3 dev near",
			 "ip nexthop add id 9 group 1", "ip route add default nhid 9",
			 "ip addr add 198.51.100.1/32 dev lo"},
		.far = {"ip addr add 192.0.2.2/24 dev far", "ip link set far up",
			"ip addr add 203.0.113.7/32 dev lo",
			"ip route add 198.51.100.1 via 192.0.2.1 src 203.0.113.7"},
		.server = "198.51.100.1",
	};

	guard_rig_play(&rig, NULL, NULL);
}

Test(guard_matrix, macvlan)
{
	const struct guard_rig rig = {
		.near = {"ip link add mv0 link near type macvlan mode bridge", "ip link set mv0 up",
			 "ip addr add 192.0.2.1/24 dev mv0"},
		.far = {"ip addr add 192.0.2.2/24 dev far", "ip link set far up"},
		.server = "192.0.2.1",
	};

	guard_rig_play(&rig, NULL, NULL);
}

Test(guard_matrix, bridge)
{
	const struct guard_rig rig = {
		.near = {"ip link add br0 type bridge", "ip link set near master br0",
			 "ip link set br0 up", "ip addr add 192.0.2.1/24 dev br0"},
		.far = {"ip addr add 192.0.2.2/24 dev far", "ip link set far up"},
		.server = "192.0.2.1",
	};

	guard_rig_play(&rig, NULL, NULL);
}

Test(guard_matrix, macvlan_on_a_bridge)
{
	const struct guard_rig rig = {
		.near = {"ip link add br0 type bridge", "ip link set near master br0",
			 "ip link set br0 up", "ip link add mv0 link br0 type macvlan mode bridge",
			 "ip link set mv0 up", "ip addr add 192.0.2.1/24 dev mv0"},
		.far = {"ip addr add 192.0.2.2/24 dev far", "ip link set far up"},
		.server = "192.0.2.1",
	};

	guard_rig_play(&rig, NULL, NULL);
}

Test(guard_matrix, a_leg_in_a_bridge)
{
	const struct guard_rig rig = {
		.near = {"ip link add br0 type bridge", "ip link set near master br0",
			 "ip link set br0 up", "ip link add leg type veth peer name foot",
			 "ip link set foot master br0", "ip link set foot up", "ip link set leg up",
			 "ip addr add 192.0.2.1/24 dev leg"},
		.far = {"ip addr add 192.0.2.2/24 dev far", "ip link set far up"},
		.server = "192.0.2.1",
	};

	guard_rig_play(&rig, NULL, NULL);
}

Test(guard_matrix, vxlan)
{
	const struct guard_rig rig = {
		.near = {"ip addr add 192.0.2.1/24 dev near",
			 "ip link add tunnel type vxlan id 5 local 192.0.2.1 remote 192.0.2.2 dev "
			 "near "
			 "dstport 4789",
			 "ip link set tunnel up", "ip addr add 198.51.100.1/24 dev tunnel"},
		.far = {"ip addr add 192.0.2.2/24 dev far", "ip link set far up",
			"ip link add tunnel type vxlan id 5 local 192.0.2.2 remote 192.0.2.1 dev "
			"far "
			"dstport 4789",
			"ip link set tunnel up", "ip addr add 198.51.100.2/24 dev tunnel"},
		.server = "198.51.100.1",
	};

	guard_rig_play(&rig, "take udp dport 4789", "UDP to port 4789 of the tunnel");
}

/* Packets still come in from a peer to which nothing may leave any more. */
Test(guard_matrix, a_peer_in_a_black_hole)
{
	static const char *const kinds[] = {"blackhole", "prohibit", "unreachable"};
	struct guard_session session;
	struct zcxsk_error error;

	cr_assert(guard_rig_set_up(&plain, &session));
	guard_rig_connect(&plain, &session);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		cr_assert_eq(netns_run("ip route replace %s 192.0.2.2", kinds[i]), 0);
		cr_expect_eq(guard_rig_take("take tcp dport 22", 0, &error), -EPERM, "%s",
			     kinds[i]);
		cr_expect(strstr(error.cause, session.name), "%s: %s", kinds[i], error.cause);
		cr_expect_eq(guard_rig_take("take tcp dport 7777", 0, &error), 0, "%s: %s",
			     kinds[i], error.cause);
	}
	guard_rig_end(&session);
}
