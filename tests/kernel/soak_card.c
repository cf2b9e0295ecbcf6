/* SPDX-License-Identifier: BSD-2-Clause */
/* soak_card.c - makes, removes and changes the cards of the soak. */
#include "soak_card.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "netns.h"
#include "rig.h"

#define PATIENCE_NS 120000000000ull
#define PAUSE_MS 5
#define NEAR_MAC "02:7a:63:78:6b:01"
#define FAR_MAC "02:7a:63:78:6b:02"
#define MAC_TEXT 18u

void soak_cards_enter(int ns)
{
	CHECK_EQ("a namespace", setns(ns, CLONE_NEWNET), 0);
}

/* ---- addresses ------------------------------------------------------------------ */

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	CHECK(path, f && fputs(text, f) >= 0 && !fclose(f));
}

/* IPv6 would send packets of its own; it is missing in some kernels. */
static void set_up(const char *ifname, const char *address)
{
	char path[64 + IFNAMSIZ];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6", ifname);
	if (!access(path, F_OK))
		write_file(path, "1");
	CHECK_EQ("an address", netns_run("ip addr add %s/24 dev %s", address, ifname), 0);
	rig_link(ifname, "up");
}

static void read_mac(const char *text, unsigned char *mac)
{
	CHECK_EQ("a MAC address",
		 sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", mac, mac + 1, mac + 2, mac + 3,
			mac + 4, mac + 5),
		 6);
}

/* ---- veth -------------------------------------------------------------------------- */

void soak_cards_restore(struct soak_cards *c)
{
	CHECK_EQ("a veth pair",
		 netns_run("ip link add " SOAK_NEAR " address " NEAR_MAC " numrxqueues %u "
			   "numtxqueues %u type veth peer name " SOAK_FAR " address " FAR_MAC
			   " numrxqueues %u numtxqueues %u netns /proc/%d/fd/%d",
			   SOAK_QUEUES, SOAK_QUEUES, SOAK_QUEUES, SOAK_QUEUES, (int)getpid(),
			   c->far_ns),
		 0);
	soak_cards_enter(c->far_ns);
	set_up(SOAK_FAR, SOAK_FAR_IP);
	soak_cards_enter(c->near_ns);
	set_up(SOAK_NEAR, SOAK_NEAR_IP);
}

void soak_cards_remove(struct soak_cards *c)
{
	(void)c;
	CHECK_EQ("delete", netns_run("ip link del " SOAK_NEAR), 0);
}

/* ---- the guest's cards ---------------------------------------------------------------- */

/* Finds the interface with this address, whose name follows the order of plugging. */
static bool find_card(const unsigned char *mac, char *ifname)
{
	DIR *dir = opendir("/sys/class/net");
	struct dirent *entry;
	char path[300], text[MAC_TEXT + 2];
	unsigned char is[6];
	bool found = false;

	CHECK("interfaces", dir);
	while (!found && (entry = readdir(dir))) {
		FILE *f;

		snprintf(path, sizeof(path), "/sys/class/net/%s/address", entry->d_name);
		f = entry->d_name[0] != '.' ? fopen(path, "re") : NULL;
		if (!f)
			continue;
		if (fgets(text, sizeof(text), f) && strlen(text) >= MAC_TEXT - 1) {
			read_mac(text, is);
			found = !memcmp(is, mac, sizeof(is));
		}
		fclose(f);
		if (found)
			snprintf(ifname, IFNAMSIZ, "%.*s", IFNAMSIZ - 1, entry->d_name);
	}
	closedir(dir);
	return found;
}

static void card_mac(const char *ifname, unsigned char *mac)
{
	char path[64], text[MAC_TEXT + 2] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/net/%s/address", ifname);
	f = fopen(path, "re");
	CHECK(path, f && fgets(text, sizeof(text), f) && !fclose(f));
	read_mac(text, mac);
}

void soak_cards_await_gone(struct soak_cards *c)
{
	uint64_t deadline = rig_now() + PATIENCE_NS;

	(void)c;
	while (!access("/sys/class/net/" SOAK_NEAR, F_OK)) {
		CHECK("the card is unplugged", rig_now() < deadline);
		poll(NULL, 0, PAUSE_MS);
	}
}

void soak_cards_await_back(struct soak_cards *c)
{
	uint64_t deadline = rig_now() + PATIENCE_NS;
	char ifname[IFNAMSIZ];

	while (!find_card(c->sh->near_mac, ifname)) {
		CHECK("the card is plugged again", rig_now() < deadline);
		poll(NULL, 0, PAUSE_MS);
	}
	/* The driver may still be setting up the card. */
	while (strcmp(ifname, SOAK_NEAR) && netns_run("ip link set %s name " SOAK_NEAR, ifname)) {
		CHECK("the card gets its name", rig_now() < deadline);
		poll(NULL, 0, PAUSE_MS);
	}
	soak_cards_near_queues(c, SOAK_QUEUES, SOAK_QUEUES);
	set_up(SOAK_NEAR, SOAK_NEAR_IP);
}

static void use_given(struct soak_cards *c, const char *list)
{
	char near[IFNAMSIZ], far[IFNAMSIZ];

	if (sscanf(list, "%15s %15s", near, far) != 2)
		check_skip("ZCXSK_TEST_IFACES names too few interfaces");
	c->guest = true;
	card_mac(near, c->sh->near_mac);
	card_mac(far, c->sh->far_mac);
	rig_link(near, "down");
	rig_link(far, "down");
	CHECK_EQ("move",
		 netns_run("ip link set %s name " SOAK_FAR " netns /proc/%d/fd/%d", far,
			   (int)getpid(), c->far_ns),
		 0);
	soak_cards_enter(c->far_ns);
	set_up(SOAK_FAR, SOAK_FAR_IP);
	soak_cards_enter(c->near_ns);
	soak_cards_await_back(c);
}

/* ---- both ------------------------------------------------------------------------------ */

static int open_namespace(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	CHECK("a namespace", fd >= 0);
	return fd;
}

void soak_cards_make(struct soak_cards *c, struct soak_shared *sh)
{
	const char *list = getenv("ZCXSK_TEST_IFACES");
	int ret = list ? 0 : netns_enter();

	if (ret == -EPERM)
		check_skip("cannot create network namespaces; run as root");
	CHECK_EQ("network namespace", ret, 0);
	*c = (struct soak_cards){.sh = sh, .near_ns = open_namespace()};
	CHECK_EQ("network namespace", unshare(CLONE_NEWNET), 0);
	c->far_ns = open_namespace();
	CHECK_EQ("lo", netns_run("ip link set lo up"), 0);
	soak_cards_enter(c->near_ns);
	if (list) {
		use_given(c, list);
		return;
	}
	read_mac(NEAR_MAC, sh->near_mac);
	read_mac(FAR_MAC, sh->far_mac);
	soak_cards_restore(c);
}

void soak_cards_close(struct soak_cards *c)
{
	close(c->far_ns);
	close(c->near_ns);
}

void soak_cards_near(const struct soak_cards *c, const char *setting)
{
	(void)c;
	rig_link(SOAK_NEAR, setting);
}

void soak_cards_far(const struct soak_cards *c, const char *setting)
{
	soak_cards_enter(c->far_ns);
	rig_link(SOAK_FAR, setting);
	soak_cards_enter(c->near_ns);
}

/* ---- ethtool ----------------------------------------------------------------------------- */

static int ethtool(const char *ifname, void *command)
{
	struct ifreq ifr = {.ifr_data = command};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;

	CHECK("socket", fd >= 0);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	ret = ioctl(fd, SIOCETHTOOL, &ifr) ? -errno : 0;
	close(fd);
	return ret;
}

/* Cards with combined queues have as many of both kinds. */
static void set_queues(const char *ifname, uint32_t rx, uint32_t tx)
{
	struct ethtool_channels c = {.cmd = ETHTOOL_GCHANNELS};
	uint64_t deadline = rig_now() + PATIENCE_NS;
	int ret;

	CHECK_EQ("reading the channels", ethtool(ifname, &c), 0);
	c.cmd = ETHTOOL_SCHANNELS;
	if (c.max_combined) {
		c.combined_count = rx;
	} else {
		c.rx_count = rx;
		c.tx_count = tx;
	}
	while ((ret = ethtool(ifname, &c)) != 0) {
		if (rig_now() > deadline) {
			fprintf(stderr, "%s: %u RX and %u TX queues\n", ifname, rx, tx);
			CHECK_EQ("ethtool -L", ret, 0);
		}
		poll(NULL, 0, PAUSE_MS);
	}
}

void soak_cards_near_queues(const struct soak_cards *c, uint32_t rx, uint32_t tx)
{
	(void)c;
	set_queues(SOAK_NEAR, rx, tx);
}

void soak_cards_far_queues(const struct soak_cards *c, uint32_t rx, uint32_t tx)
{
	soak_cards_enter(c->far_ns);
	set_queues(SOAK_FAR, rx, tx);
	soak_cards_enter(c->near_ns);
}

int soak_cards_near_ring(uint32_t entries)
{
	struct ethtool_ringparam r = {.cmd = ETHTOOL_GRINGPARAM};

	CHECK_EQ("reading the rings", ethtool(SOAK_NEAR, &r), 0);
	r.cmd = ETHTOOL_SRINGPARAM;
	r.rx_pending = entries;
	r.tx_pending = entries;
	return ethtool(SOAK_NEAR, &r);
}

/* ---- the end ------------------------------------------------------------------------------- */

static ino_t namespace_of(const char *process)
{
	char path[300];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%s/ns/net", process);
	return stat(path, &st) ? 0 : st.st_ino;
}

static ino_t inode_of(int fd)
{
	struct stat st;

	CHECK_EQ("a namespace", fstat(fd, &st), 0);
	return st.st_ino;
}

/* In the guest, the near namespace is that of all other processes. */
void soak_cards_check_alone(const struct soak_cards *c)
{
	DIR *dir = opendir("/proc");
	ino_t near = c->guest ? 0 : inode_of(c->near_ns), far = inode_of(c->far_ns);
	struct dirent *entry;

	CHECK("processes", dir);
	while ((entry = readdir(dir))) {
		ino_t in;

		if (!isdigit((unsigned char)entry->d_name[0]) || atoi(entry->d_name) == getpid())
			continue;
		in = namespace_of(entry->d_name);
		CHECK("no process is left in the soak's namespaces",
		      !in || (in != near && in != far));
	}
	closedir(dir);
}
