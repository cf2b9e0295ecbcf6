/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * place.c - the namespaces and interfaces of a run. The namespaces have no names:
 * they and their interfaces disappear with the process.
 */
#include "place.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "link.h"
#include "runner.h"

/* 198.18.0.0/15 is reserved for benchmarks. */
#define NEAR_IP 0xc6120001u
#define FAR_IP 0xc6120002u
/* Of the card with the sink, in its own network. */
#define SINK_NEAR_IP 0xc6120101u
#define SINK_FAR_IP 0xc6120102u

/* Locally administered, so that no real card has it. */
static const uint8_t nobody[6] = {2, 0, 0, 0, 0, 2};

void place_processors(int *cpu, int *far_cpu)
{
	static int first = -1, last = -1;
	cpu_set_t set;

	if (last < 0 && !sched_getaffinity(0, sizeof(set), &set)) {
		for (int i = 0; i < CPU_SETSIZE; i++) {
			if (!CPU_ISSET(i, &set))
				continue;
			first = first < 0 ? i : first;
			last = i;
		}
	}
	*cpu = last;
	*far_cpu = first;
}

static void place_init(struct place *place, enum place_kind kind)
{
	*place = (struct place){.kind = kind,
				.far_namespace = -1,
				.home_namespace = -1,
				.start_namespace = -1,
				.far_link = -1,
				.far_end = FAR_PASSES,
				.near_ip = htonl(NEAR_IP),
				.far_ip = htonl(FAR_IP)};
	memcpy(place->far_mac, nobody, sizeof(nobody));
	place_processors(&place->cpu, &place->far_cpu);
}

void place_pin(int cpu)
{
	cpu_set_t set;

	if (cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET((unsigned)cpu, &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}

static int fail(char *why, int ret, const char *step)
{
	return engine_refuses(why, -ret, "%s: %s%s", step, strerror(-ret),
			      ret == -EPERM ? "; this needs root" : "");
}

static int open_namespace(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static void write_word(const char *path, const char *word)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)!write(fd, word, strlen(word));
	close(fd);
}

/* Moves the thread to a new namespace; without IPv6 its interfaces stay silent. */
static int make_namespace(void)
{
	if (unshare(CLONE_NEWNET))
		return -errno;
	write_word("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	return open_namespace();
}

/* Mounts a sysfs that shows the new network, for this process only. */
static int mount_sysfs(void)
{
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("sysfs", "/sys", "sysfs", 0, NULL) || mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL))
		return -errno;
	return 0;
}

int place_enter_far(const struct place *place)
{
	if (place->far_namespace < 0)
		return 0;
	return setns(place->far_namespace, CLONE_NEWNET) ? -errno : 0;
}

int place_enter_near(const struct place *place)
{
	if (place->home_namespace < 0)
		return 0;
	return setns(place->home_namespace, CLONE_NEWNET) ? -errno : 0;
}

/* Creates the near one last, so that the thread ends up in it. */
static int make_namespaces(struct place *place)
{
	place->start_namespace = open_namespace();
	if (place->start_namespace < 0)
		return place->start_namespace;
	place->far_namespace = make_namespace();
	if (place->far_namespace < 0)
		return place->far_namespace;
	place->home_namespace = make_namespace();
	return place->home_namespace < 0 ? place->home_namespace : mount_sysfs();
}

static int configure_near(struct place *place)
{
	int ret = link_set_address(place->near, place->near_ip);

	if (!ret)
		ret = link_up(place->near);
	return ret ? ret : link_set_neighbour(place->near, place->far_ip, place->far_mac);
}

static int configure_far(struct place *place)
{
	int ret = link_mac(place->far, place->far_mac);

	if (!ret)
		ret = link_set_address(place->far, place->far_ip);
	if (!ret)
		ret = link_up(place->far);
	return ret ? ret : link_set_neighbour(place->far, place->near_ip, place->near_mac);
}

/* Brings both ends up, with addresses and neighbour entries. */
static int configure_pair(struct place *place)
{
	int back, ret = link_mac(place->near, place->near_mac);

	if (ret)
		return ret;
	ret = place_enter_far(place);
	if (ret)
		return ret;
	ret = configure_far(place);
	back = place_enter_near(place);
	if (ret || back)
		return ret ? ret : back;
	return configure_near(place);
}

int place_veth(struct place *place, char *why)
{
	int ret;

	place_init(place, PLACE_VETH);
	strcpy(place->near, "near");
	strcpy(place->far, "far");
	ret = make_namespaces(place);
	if (ret)
		fail(why, ret, "network namespaces");
	if (!ret) {
		ret = link_make_veth(place->near, place->far, place->far_namespace);
		if (!ret)
			ret = configure_pair(place);
		if (ret)
			fail(why, ret, "veth pair");
	}
	if (!ret)
		ret = place_set_far(place, FAR_DROPS, why);
	if (ret)
		place_leave(place);
	return ret;
}

/* Only the far card leaves the namespace that the guest started with. */
static int make_guest_pair(struct place *place)
{
	int ret = place->home_namespace = open_namespace();

	if (ret < 0)
		return ret;
	write_word("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
	place->far_namespace = make_namespace();
	if (place->far_namespace < 0)
		return place->far_namespace;
	ret = place_enter_near(place);
	if (!ret)
		ret = link_move(place->far, place->far_namespace);
	return ret ? ret : configure_pair(place);
}

int place_guest(struct place *pair, struct place *sink, char *why)
{
	int ret;

	place_init(sink, PLACE_GUEST);
	place_init(pair, PLACE_GUEST);
	strcpy(sink->near, "eth0");
	strcpy(pair->near, "eth1");
	strcpy(pair->far, "eth2");
	sink->near_ip = htonl(SINK_NEAR_IP);
	sink->far_ip = htonl(SINK_FAR_IP);
	sink->sink = true;
	sink->far_end = FAR_DROPS;
	ret = make_guest_pair(pair);
	if (ret)
		return fail(why, ret, "cards on the hub");
	ret = link_mac(sink->near, sink->near_mac);
	if (!ret)
		ret = configure_near(sink);
	return ret ? fail(why, ret, "card with the sink") : place_set_far(pair, FAR_DROPS, why);
}

static int check_interface(const char *ifname, bool yes, char *why)
{
	if (!if_nametoindex(ifname))
		return engine_refuses(why, ENODEV, "%s: there is no such interface", ifname);
	if (!yes && link_has_default_route(ifname))
		return engine_refuses(why, EPERM,
				      "%s carries the default route, which measuring would "
				      "interrupt; use --yes-default-route to measure anyway",
				      ifname);
	return 0;
}

int place_interface(struct place *place, const char *ifname, const char *peer, bool yes, char *why)
{
	int ret;

	place_init(place, PLACE_INTERFACE);
	ret = check_interface(ifname, yes, why);
	if (!ret && peer)
		ret = check_interface(peer, yes, why);
	if (ret)
		return ret;
	strncpy(place->near, ifname, sizeof(place->near) - 1);
	ret = link_mac(ifname, place->near_mac);
	if (ret)
		return fail(why, ret, ifname);
	/* Keeps the user's addresses. Without one, UDP cannot send. */
	if (link_address(ifname, &place->near_ip))
		place->near_ip = 0;
	if (!peer)
		return 0;
	strncpy(place->far, peer, sizeof(place->far) - 1);
	ret = link_mac(peer, place->far_mac);
	return ret ? fail(why, ret, peer) : place_set_far(place, FAR_DROPS, why);
}

void place_leave(struct place *place)
{
	if (place->far_link >= 0)
		close(place->far_link);
	if (place->start_namespace >= 0) {
		/* May fail harmlessly: the namespaces end with their last descriptor. */
		(void)setns(place->start_namespace, CLONE_NEWNET);
		close(place->start_namespace);
	}
	if (place->home_namespace >= 0)
		close(place->home_namespace);
	if (place->far_namespace >= 0)
		close(place->far_namespace);
	place->far_link = place->start_namespace = -1;
	place->home_namespace = place->far_namespace = -1;
}
