/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * names.c - an interface is found by any of its names and is what it is under each: with
 * alternative names, longer than own names may be; with names that are patterns; where /sys
 * shows another namespace; while it is renamed all the time. One whose packets have no
 * Ethernet header is refused.
 */
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "netns.h"
#include "rig.h"
#include "traffic.h"

#define SHORT_NAME "card-of-test"
#define LONG_NAME "enp0s3f0np0-a-name-longer-than-own-names-may-be"
#define PACKETS 100u
#define RENAMED_OPENS 20u
#define RENAME_MS 1

static uint32_t queues_of(struct zcxsk_socket *s)
{
	struct zcxsk_socket_info info;

	zcxsk_socket_info_init(&info);
	CHECK_EQ("info", zcxsk_socket_read_info(s, &info), 0);
	return info.queues;
}

static void by_any_name(enum zcxsk_mode mode)
{
	static const char *const names[] = {SHORT_NAME, LONG_NAME};
	struct zcxsk_socket *own, *peer = rig_open_plain(rig_right(0), mode);

	own = rig_open_plain(rig_left(0), mode);
	zcxsk_socket_close(own);
	for (unsigned i = 0; i < 2; i++) {
		struct zcxsk_socket *s = rig_open_plain(names[i], mode);

		traffic_run(peer, s, PACKETS);
		zcxsk_socket_close(s);
	}
	zcxsk_socket_close(peer);
}

/* Only one of its queues belongs to "w*"; the others are those of "w1". */
static void a_name_is_no_pattern(void)
{
	struct zcxsk_socket *s;

	CHECK_EQ("pair", netns_run("ip link add w* type veth peer name p0"), 0);
	CHECK_EQ("pair",
		 netns_run("ip link add w1 numrxqueues 4 numtxqueues 4 type veth peer name p1"), 0);
	CHECK_EQ("up", netns_run("ip link set w* up") | netns_run("ip link set p0 up"), 0);
	s = rig_open_plain("w*", ZCXSK_MODE_GENERIC_COPY);
	CHECK_EQ("queues of an interface whose name is a pattern", queues_of(s), 1);
	zcxsk_socket_close(s);
}

/* Here /sys still shows the old namespace, whose interface of that name has one queue. */
static void another_namespace(void)
{
	struct zcxsk_socket *s;

	CHECK_EQ("namespace", unshare(CLONE_NEWNET), 0);
	CHECK_EQ("pair",
		 netns_run("ip link add %s numrxqueues 4 numtxqueues 4 type veth peer name p1",
			   rig_left(0)),
		 0);
	CHECK_EQ("up", netns_run("ip link set %s up", rig_left(0)) | netns_run("ip link set p1 up"),
		 0);
	s = rig_open_plain(rig_left(0), ZCXSK_MODE_GENERIC_COPY);
	CHECK_EQ("queues of the interface here", queues_of(s), 4);
	zcxsk_socket_close(s);
}

/* Two interfaces with one index, in two namespaces, are two. */
static void the_same_index_elsewhere(enum zcxsk_mode mode)
{
	unsigned index = if_nametoindex(rig_left(0));
	struct zcxsk_socket *first, *second;
	struct zcxsk_error error;
	const char *twin;
	struct rig_opts o;

	rig_opts(&o, mode);
	first = rig_open(rig_left(0), 0, &o.socket);
	CHECK_EQ("namespace", unshare(CLONE_NEWNET), 0);
	for (unsigned i = 2; i < index; i++) {
		char command[64];

		snprintf(command, sizeof(command), "ip link add filler%u type dummy", i);
		if (!if_nametoindex("twin") && netns_run("%s", command))
			CHECK_EQ("filler", netns_run("ip link add filler%u type bridge", i), 0);
	}
	CHECK_EQ("pair", netns_run("ip link add twin type veth peer name twin2"), 0);
	CHECK_EQ("up", netns_run("ip link set twin up") | netns_run("ip link set twin2 up"), 0);
	twin = if_nametoindex("twin") == index ? "twin" : "twin2";
	CHECK_EQ("an interface of that index", if_nametoindex(twin), index);
	o.socket.redirect = zcxsk_socket_redirect(first);
	o.socket.redirect_opts = NULL;
	rig_open_refused("a redirect of another namespace", twin, 0, &o.socket, -EINVAL, &error);
	rig_opts(&o, mode);
	o.socket.cache = zcxsk_socket_cache(first);
	o.socket.umem_opts = NULL;
	o.socket.pool_opts = NULL;
	second = rig_open(twin, 0, &o.socket);
	zcxsk_socket_close(second);
	zcxsk_socket_close(first);
}

/* ---- renaming ------------------------------------------------------------------ */

static atomic_bool renaming;

static void *rename_all_the_time(void *unused)
{
	const char *names[] = {rig_left(0), "flipped"};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	for (unsigned i = 0; atomic_load(&renaming) || i % 2; i++) {
		struct ifreq change = {0};

		memcpy(change.ifr_name, names[i % 2], strlen(names[i % 2]));
		memcpy(change.ifr_newname, names[(i + 1) % 2], strlen(names[(i + 1) % 2]));
		CHECK_EQ("rename", ioctl(fd, SIOCSIFNAME, &change), 0);
		poll(NULL, 0, RENAME_MS);
	}
	close(fd);
	return unused;
}

static void while_it_is_renamed(enum zcxsk_mode mode)
{
	unsigned opened = 0;
	struct rig_opts o;
	pthread_t thread;

	rig_opts(&o, mode);
	atomic_store(&renaming, true);
	CHECK_EQ("thread", pthread_create(&thread, NULL, rename_all_the_time, NULL), 0);
	for (unsigned i = 0; i < RENAMED_OPENS; i++) {
		struct zcxsk_error error = {0};
		struct zcxsk_socket *s;
		int ret = zcxsk_socket_open(&s, LONG_NAME, 0, &o.socket, &error);

		CHECK("it is opened, or refused with the reason",
		      !ret || (error.code == ret && error.cause[0] && error.remedy[0]));
		CHECK("nobody has another's queues", ret || queues_of(s) == 1);

		opened += !ret;
		if (!ret)
			zcxsk_socket_close(s);
	}
	atomic_store(&renaming, false);
	CHECK_EQ("thread", pthread_join(thread, NULL), 0);
	printf("%u of %u opened\n", opened, RENAMED_OPENS);
	CHECK("most of them are opened", opened > RENAMED_OPENS / 2);
	zcxsk_socket_close(rig_open_plain(rig_left(0), mode));
}

/* ---- link types ---------------------------------------------------------------- */

static void without_ethernet(void)
{
	struct zcxsk_redirect *redirect;
	struct zcxsk_redirect_opts rules;
	struct zcxsk_error error;
	struct rig_opts o;

	CHECK_EQ("tun", netns_run("ip tuntap add tun0 mode tun"), 0);
	CHECK_EQ("up", netns_run("ip link set tun0 up"), 0);
	rig_opts(&o, ZCXSK_MODES_ALL);
	rig_open_refused("a socket on raw IP", "tun0", 0, &o.socket, -EOPNOTSUPP, &error);
	CHECK_NAMES("the reason", error.cause, "Ethernet header");
	o.socket.flags = ZCXSK_SOCKET_TX_ONLY;
	rig_open_refused("a sender on raw IP", "tun0", 0, &o.socket, -EOPNOTSUPP, &error);
	zcxsk_redirect_opts_init(&rules);
	rules.rules_text = "take udp dport 7";
	CHECK_EQ("rules on raw IP", zcxsk_redirect_attach(&redirect, "tun0", &rules, &error),
		 -EOPNOTSUPP);
	CHECK_NAMES("the reason", error.cause, "Ethernet header");
	CHECK_EQ("no program is left", rig_program("tun0"), 0);
}

int main(void)
{
	rig_setup(1);
	CHECK_EQ("alternative name",
		 netns_run("ip link property add dev %s altname " SHORT_NAME " altname " LONG_NAME,
			   rig_left(0)),
		 0);
	rig_each_mode(by_any_name);
	rig_each_mode(while_it_is_renamed);
	a_name_is_no_pattern();
	without_ethernet();
	the_same_index_elsewhere(ZCXSK_MODE_GENERIC_COPY);
	another_namespace();
	return 0;
}
