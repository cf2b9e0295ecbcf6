/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traits.c - what the library reports about packets before XDP sees them, on veth and lo:
 * each trait in the situation that produces it, and gone after its remedy, which is a
 * command that the test runs. The packets themselves agree.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "netns.h"
#include "rig.h"

#define ADDRESS "198.51.100.1"
#define NEIGHBOUR "198.51.100.2"
#define PATIENCE_NS 10000000000ull

static struct zcxsk_socket *open_far(const char *ifname, enum zcxsk_mode mode)
{
	struct rig_opts o;

	rig_opts(&o, mode);
	o.redirect.rules = rig_rules("take udp dport 9");
	return rig_open(ifname, 0, &o.socket);
}

/* The remedy must be a command alone, and cure the trait. */
static void cure(struct zcxsk_socket *s, enum zcxsk_trait trait, const char *command)
{
	struct zcxsk_error why;

	CHECK_EQ("the trait is there", zcxsk_socket_trait(s, trait, &why), 1);
	CHECK_EQ("no error", why.code, 0);
	CHECK_NAMES("the remedy", why.remedy, command);
	CHECK_EQ("the remedy works", netns_run("%s", strstr(why.remedy, command)), 0);
	CHECK("what is in force is not proposed",
	      zcxsk_socket_trait(s, trait, &why) == 0 || !strstr(why.remedy, command));
}

/* Sends a datagram through the kernel, and returns what the checksum of its packet is. */
static int checksum_on_arrival(struct zcxsk_socket *s, int fd)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
	struct zcxsk_packet p;
	uint32_t n = 0;
	int ret;

	inet_pton(AF_INET, NEIGHBOUR, &to.sin_addr);
	CHECK_EQ("send", sendto(fd, "hello", 5, 0, (struct sockaddr *)&to, sizeof(to)), 5);
	CHECK_EQ("it arrives", zcxsk_rx_wait(s, &p, 1, PATIENCE_NS, &n), 0);
	ret = zcxsk_checksum_verify(zcxsk_packet_data(zcxsk_socket_base(s), &p), p.len);
	if (ret < 0) {
		CHECK_EQ("unfinished",
			 zcxsk_checksum_finish(zcxsk_packet_data(zcxsk_socket_base(s), &p), p.len),
			 1);
		CHECK_EQ("finished",
			 zcxsk_checksum_verify(zcxsk_packet_data(zcxsk_socket_base(s), &p), p.len),
			 1);
	}
	zcxsk_packet_release(s, &p, 1);
	return ret;
}

static void check_unfinished(enum zcxsk_mode mode, int fd)
{
	struct zcxsk_socket *s = open_far("far", mode);

	CHECK_EQ("default", netns_run("ethtool -K near tx on"), 0);
	CHECK_EQ("packets are unfinished", checksum_on_arrival(s, fd), -EBADMSG);
	cure(s, ZCXSK_TRAIT_UNFINISHED, "ethtool -K near tx off");
	CHECK_EQ("gone", zcxsk_socket_trait(s, ZCXSK_TRAIT_UNFINISHED, NULL), 0);
	CHECK_EQ("packets are finished", checksum_on_arrival(s, fd), 1);
	zcxsk_socket_close(s);
}

static void check_merged(void)
{
	struct zcxsk_socket *s = open_far("far", ZCXSK_MODE_GENERIC_COPY);

	CHECK_EQ("set", netns_run("ethtool -K near tx on tso on gso on"), 0);
	CHECK_EQ("set", netns_run("ethtool -K far gro on"), 0);
	cure(s, ZCXSK_TRAIT_MERGED, "ethtool -K far gro off");
	cure(s, ZCXSK_TRAIT_MERGED, "ethtool -K near tso off gso off");
	CHECK_EQ("gone", zcxsk_socket_trait(s, ZCXSK_TRAIT_MERGED, NULL), 0);
	zcxsk_socket_close(s);
	CHECK_EQ("set", netns_run("ethtool -K near tso on gso on"), 0);
	s = open_far("far", ZCXSK_MODE_NATIVE_COPY);
	CHECK_EQ("native XDP sees no merged packets",
		 zcxsk_socket_trait(s, ZCXSK_TRAIT_MERGED, NULL), 0);
	zcxsk_socket_close(s);
}

static void check_untagged(void)
{
	struct zcxsk_socket *s = open_far("far", ZCXSK_MODE_NATIVE_COPY);

	CHECK_EQ("default", netns_run("ethtool -K near txvlan on"), 0);
	cure(s, ZCXSK_TRAIT_UNTAGGED, "ethtool -K near txvlan off");
	CHECK_EQ("gone", zcxsk_socket_trait(s, ZCXSK_TRAIT_UNTAGGED, NULL), 0);
	CHECK_EQ("veth has no filter", zcxsk_socket_trait(s, ZCXSK_TRAIT_FILTERED, NULL), 0);
	zcxsk_socket_close(s);
}

static void check_loopback(void)
{
	struct zcxsk_socket *s;

	CHECK_EQ("set", netns_run("ip link set lo mtu 1500"), 0);
	s = open_far("lo", ZCXSK_MODE_GENERIC_COPY);
	CHECK_EQ("set", netns_run("ethtool -K lo tso on gso on"), 0);
	cure(s, ZCXSK_TRAIT_MERGED, "ethtool -K lo tso off gso off");
	CHECK_EQ("gone", zcxsk_socket_trait(s, ZCXSK_TRAIT_MERGED, NULL), 0);
	CHECK_EQ("lo is virtual", zcxsk_socket_trait(s, ZCXSK_TRAIT_UNFINISHED, NULL), 1);
	zcxsk_socket_close(s);
}

/* The other end's settings cannot be read, so the trait may be there. */
static void check_other_namespace(void)
{
	struct zcxsk_error why;
	struct zcxsk_socket *s;
	char command[64];

	CHECK_EQ("default", netns_run("ethtool -K near tx off tso off gso off"), 0);
	s = open_far("far", ZCXSK_MODE_GENERIC_COPY);
	CHECK_EQ("gone", zcxsk_socket_trait(s, ZCXSK_TRAIT_MERGED, NULL), 0);
	snprintf(command, sizeof(command), "interface %u", if_nametoindex("near"));
	CHECK_EQ("second namespace", netns_run("ip netns add other"), 0);
	CHECK_EQ("move", netns_run("ip link set near netns other"), 0);
	CHECK_EQ("unknown is not no", zcxsk_socket_trait(s, ZCXSK_TRAIT_MERGED, &why), 1);
	CHECK_NAMES("where the remedy applies", why.remedy, command);
	CHECK_EQ("unknown is not no", zcxsk_socket_trait(s, ZCXSK_TRAIT_UNFINISHED, NULL), 1);
	CHECK_EQ("elsewhere", unshare(CLONE_NEWNET), 0);
	CHECK_EQ("the interface is not here", zcxsk_socket_trait(s, ZCXSK_TRAIT_MERGED, NULL),
		 -ENODATA);
	zcxsk_socket_close(s);
	CHECK_EQ("second namespace", netns_run("ip netns del other"), 0);
}

static void check_arguments(void)
{
	struct zcxsk_socket *s = open_far("far", ZCXSK_MODE_NATIVE_COPY);

	CHECK_EQ("NULL", zcxsk_socket_trait(NULL, ZCXSK_TRAIT_MERGED, NULL), -EINVAL);
	CHECK_EQ("no trait", zcxsk_socket_trait(s, (enum zcxsk_trait)0, NULL), -EINVAL);
	CHECK_EQ("no trait", zcxsk_socket_trait(s, (enum zcxsk_trait)5, NULL), -EINVAL);
	zcxsk_socket_close(s);
}

int main(void)
{
	int fd, ret = netns_enter();

	if (ret)
		check_skip("creating namespaces needs root");
	CHECK_EQ("names of namespaces", netns_run("mount -t tmpfs tmpfs /run"), 0);
	CHECK_EQ("veth", netns_veth("near", "far"), 0);
	CHECK_EQ("address", netns_run("ip address add " ADDRESS "/24 dev near"), 0);
	CHECK_EQ("neighbour",
		 netns_run("ip neighbour add " NEIGHBOUR " lladdr "
			   "02:00:00:00:00:02 dev near"),
		 0);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	check_arguments();
	check_unfinished(ZCXSK_MODE_NATIVE_COPY, fd);
	check_unfinished(ZCXSK_MODE_GENERIC_COPY, fd);
	check_merged();
	check_untagged();
	check_loopback();
	check_other_namespace();
	close(fd);
	return 0;
}
