/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * place.c - the namespaces and interfaces that it is measured on. Namespaces
 * have no names: they and what is in them go away with the process.
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

/* 198.18.0.0/15 is set aside for measurements. */
#define NEAR_IP 0xc6120001u
#define FAR_IP 0xc6120002u
/* Of the card that swallows, in a network of its own. */
#define SINK_NEAR_IP 0xc6120101u
#define SINK_FAR_IP 0xc6120102u

/* Locally administered, so that nobody real owns it. */
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

static int fail(char *why, int rc, const char *step)
{
	snprintf(why, WHY_BYTES, "%s: %s%s", step, strerror(-rc),
		 rc == -EPERM ? "; this needs root" : "");
	return rc;
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

/* A namespace of its own for the thread; without IPv6 its interfaces stay silent. */
static int make_namespace(void)
{
	if (unshare(CLONE_NEWNET))
		return -errno;
	write_word("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	return open_namespace();
}

/* A sysfs that shows the new network, to this process only. */
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

/* Far before near, so that the thread ends up in the near one. */
static int make_namespaces(struct place *place)
{
	int rc = 0;

	place->start_namespace = open_namespace();
	place->far_namespace = make_namespace();
	place->home_namespace = make_namespace();
	if (place->start_namespace < 0)
		rc = place->start_namespace;
	else if (place->far_namespace < 0)
		rc = place->far_namespace;
	else if (place->home_namespace < 0)
		rc = place->home_namespace;
	return rc ? rc : mount_sysfs();
}

static int configure_near(struct place *place)
{
	int rc = link_set_address(place->near, place->near_ip);

	if (!rc)
		rc = link_up(place->near);
	return rc ? rc : link_set_neighbour(place->near, place->far_ip, place->far_mac);
}

static int configure_far(struct place *place)
{
	int rc = link_mac(place->far, place->far_mac);

	if (!rc)
		rc = link_set_address(place->far, place->far_ip);
	if (!rc)
		rc = link_up(place->far);
	return rc ? rc : link_set_neighbour(place->far, place->near_ip, place->near_mac);
}

/* Both ends up, with addresses, each knowing the other. */
static int configure_pair(struct place *place)
{
	int back, rc = link_mac(place->near, place->near_mac);

	if (rc)
		return rc;
	rc = place_enter_far(place);
	if (rc)
		return rc;
	rc = configure_far(place);
	back = place_enter_near(place);
	if (rc || back)
		return rc ? rc : back;
	return configure_near(place);
}

int place_veth(struct place *place, char *why)
{
	int rc;

	place_init(place, PLACE_VETH);
	strcpy(place->near, "near");
	strcpy(place->far, "far");
	rc = make_namespaces(place);
	if (rc) {
		fail(why, rc, "network namespaces");
		goto leave;
	}
	rc = link_make_veth(place->near, place->far, place->far_namespace);
	if (!rc)
		rc = configure_pair(place);
	if (rc) {
		fail(why, rc, "veth pair");
		goto leave;
	}
	rc = place_set_far(place, FAR_DROPS, why);
	if (!rc)
		return 0;
leave:
	place_leave(place);
	return rc;
}

/* The cards stay in the namespace that the guest has started with, but for the far one. */
static int make_guest_pair(struct place *place)
{
	int rc = place->home_namespace = open_namespace();

	if (rc < 0)
		return rc;
	write_word("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
	place->far_namespace = make_namespace();
	if (place->far_namespace < 0)
		return place->far_namespace;
	rc = place_enter_near(place);
	if (!rc)
		rc = link_move(place->far, place->far_namespace);
	return rc ? rc : configure_pair(place);
}

int place_guest(struct place *pair, struct place *sink, char *why)
{
	int rc;

	place_init(sink, PLACE_GUEST);
	place_init(pair, PLACE_GUEST);
	strcpy(sink->near, "eth0");
	strcpy(pair->near, "eth1");
	strcpy(pair->far, "eth2");
	sink->near_ip = htonl(SINK_NEAR_IP);
	sink->far_ip = htonl(SINK_FAR_IP);
	sink->sink = true;
	sink->far_end = FAR_DROPS;
	rc = make_guest_pair(pair);
	if (rc)
		return fail(why, rc, "cards on the hub");
	rc = link_mac(sink->near, sink->near_mac);
	if (!rc)
		rc = configure_near(sink);
	return rc ? fail(why, rc, "card with the sink") : place_set_far(pair, FAR_DROPS, why);
}

static int check_interface(const char *ifname, bool yes, char *why)
{
	if (!if_nametoindex(ifname)) {
		snprintf(why, WHY_BYTES, "%s: there is no such interface", ifname);
		return -ENODEV;
	}
	if (!yes && link_has_default_route(ifname)) {
		snprintf(why, WHY_BYTES,
			 "%s carries the default route, and measuring would cut it off; "
			 "--yes-default-route does it all the same",
			 ifname);
		return -EPERM;
	}
	return 0;
}

int place_interface(struct place *place, const char *ifname, const char *peer, bool yes, char *why)
{
	int rc;

	place_init(place, PLACE_INTERFACE);
	rc = check_interface(ifname, yes, why);
	if (!rc && peer)
		rc = check_interface(peer, yes, why);
	if (rc)
		return rc;
	strncpy(place->near, ifname, sizeof(place->near) - 1);
	rc = link_mac(ifname, place->near_mac);
	if (rc)
		return fail(why, rc, ifname);
	/* The user's addresses are left alone. Without one, UDP has no way out. */
	if (link_address(ifname, &place->near_ip))
		place->near_ip = 0;
	if (!peer)
		return 0;
	strncpy(place->far, peer, sizeof(place->far) - 1);
	rc = link_mac(peer, place->far_mac);
	return rc ? fail(why, rc, peer) : place_set_far(place, FAR_DROPS, why);
}

void place_leave(struct place *place)
{
	if (place->far_link >= 0)
		close(place->far_link);
	if (place->start_namespace >= 0) {
		/* The namespaces end with their last descriptor; nothing is lost if this fails. */
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
