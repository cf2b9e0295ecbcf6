/* SPDX-License-Identifier: BSD-2-Clause */
/* rig.c - interfaces and sockets for tests. */
#include "rig.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "check.h"
#include "monotonic.h"
#include "netns.h"

#define PAIRS_MAX 2u
#define TEXT_MAX 1200u /* bytes of an explanation with all its parts */
#define RULES_MAX 64u  /* sets of rules of one test */
#define FRAMES 4096u   /* a full fill ring and as many spare frames; quick to allocate */
#define DRAIN_NS 20000000000ull
#define LINK_NS 20000000000ull /* a card negotiates for some seconds */
#define FLUSH_NS 5000000000ull
#define CHANNELS_NS 20000000000ull
#define EVENTS 16u /* more than there are types */

/* left0, right0, left1, right1, or the names in the guest. */
static char names[2 * PAIRS_MAX][IFNAMSIZ];
static int mtus[2 * PAIRS_MAX]; /* of given interfaces, to be restored; 0 = none */
static pid_t owner;		/* the process that restores them */
static bool in_guest;
static char driver[32] = "veth"; /* of all interfaces */

static const struct zcxsk_rules *test_packets;

/* ---- interfaces ------------------------------------------------------------ */

/*
 * Disables IPv6. The kernel's own packets, mostly IPv6 ones, make the driver read the
 * rings, which would hide faults from the tests.
 */
static void keep_silent(const char *ifname)
{
	char path[64 + IFNAMSIZ];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%.*s/disable_ipv6", IFNAMSIZ - 1,
		 ifname);
	f = fopen(path, "we");
	CHECK("IPv6 is off", !f || (fputs("1", f) >= 0 && !fclose(f)));
}

static void read_driver(void)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
	struct ifreq ifr = {.ifr_data = (void *)&info};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", names[0]);
	CHECK("reading the driver", fd >= 0 && !ioctl(fd, SIOCETHTOOL, &ifr));
	close(fd);
	snprintf(driver, sizeof(driver), "%.31s", info.driver);
}

/* Its ifr_mtu is the MTU. */
static struct ifreq mtu_request(const char *ifname, unsigned long request, int mtu)
{
	struct ifreq ifr = {.ifr_mtu = mtu};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	if (fd < 0 || ioctl(fd, request, &ifr))
		ifr.ifr_mtu = 0;
	close(fd);
	return ifr;
}

/* A failed test must not make others fail that run on the same cards. */
static void restore_mtus(void)
{
	for (unsigned i = 0; i < 2 * PAIRS_MAX && getpid() == owner; i++)
		if (mtus[i] && mtu_request(names[i], SIOCGIFMTU, 0).ifr_mtu != mtus[i])
			mtu_request(names[i], SIOCSIFMTU, mtus[i]);
}

/* Cards have their link some seconds after they are up, or after an earlier test's close. */
bool rig_await_link(const char *ifname)
{
	bool waited = false;
	uint64_t deadline = rig_now() + LINK_NS;
	char path[64 + IFNAMSIZ], carrier = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/net/%.*s/carrier", IFNAMSIZ - 1, ifname);
	for (; in_guest && carrier != '1'; waited |= carrier != '1') {
		CHECK("the cards have a link", rig_now() < deadline && !usleep(1000));
		f = fopen(path, "re");
		CHECK("the carrier can be read", f);
		carrier = (char)fgetc(f);
		fclose(f);
	}
	return waited;
}

static void use_given(const char *list, unsigned pairs)
{
	int given = sscanf(list, "%15s %15s %15s %15s", names[0], names[1], names[2], names[3]);

	if (given < (int)(2 * pairs))
		check_skip("ZCXSK_TEST_IFACES names too few interfaces");
	in_guest = true;
	for (int i = 0; i < given; i++) {
		keep_silent(names[i]);
		rig_link(names[i], "up");
		mtus[i] = mtu_request(names[i], SIOCGIFMTU, 0).ifr_mtu;
	}
	for (int i = 0; i < given; i++)
		rig_await_link(names[i]);
	read_driver();
	owner = getpid();
	atexit(restore_mtus);
}

static void enter_namespaces(void)
{
	int ret = netns_enter();

	if (ret == -EPERM)
		check_skip("cannot create network namespaces; run as root");
	CHECK_EQ("network namespace", ret, 0);
}

void rig_setup(unsigned pairs)
{
	const char *list = getenv("ZCXSK_TEST_IFACES");

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (list) {
		use_given(list, pairs);
		return;
	}
	enter_namespaces();
	for (unsigned i = 0; i < pairs; i++) {
		snprintf(names[2 * i], IFNAMSIZ, "left%u", i);
		snprintf(names[2 * i + 1], IFNAMSIZ, "right%u", i);
		CHECK_EQ("veth pair", netns_veth(names[2 * i], names[2 * i + 1]), 0);
		keep_silent(names[2 * i]);
		keep_silent(names[2 * i + 1]);
	}
}

void rig_setup_queues(unsigned queues)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	enter_namespaces();
	snprintf(names[0], IFNAMSIZ, "left0");
	snprintf(names[1], IFNAMSIZ, "right0");
	CHECK_EQ("veth pair with queues",
		 netns_run("ip link add left0 numrxqueues %u numtxqueues %u type veth "
			   "peer name right0 numrxqueues %u numtxqueues %u",
			   queues, queues, queues, queues),
		 0);
	for (unsigned i = 0; i < 2; i++) {
		keep_silent(names[i]);
		rig_link(names[i], "up");
	}
}

const char *rig_left(unsigned pair)
{
	return names[2 * pair];
}

const char *rig_right(unsigned pair)
{
	return names[2 * pair + 1];
}

bool rig_in_guest(void)
{
	return in_guest;
}

bool rig_has_driver(const char *name)
{
	return !strcmp(driver, name);
}

uint32_t rig_frame_size(void)
{
	return rig_has_driver("igb") ? 4096 : 2048;
}

void rig_link(const char *ifname, const char *setting)
{
	CHECK_EQ(setting, netns_run("ip link set %s %s", ifname, setting), 0);
}

int rig_set_channels(const char *ifname, uint32_t rx, uint32_t tx)
{
	struct ethtool_channels c = {.cmd = ETHTOOL_GCHANNELS};
	struct ifreq ifr = {.ifr_data = (void *)&c};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	CHECK("reading the channels", fd >= 0 && !ioctl(fd, SIOCETHTOOL, &ifr));
	c.cmd = ETHTOOL_SCHANNELS;
	c.rx_count = rx;
	c.tx_count = tx;
	ret = ioctl(fd, SIOCETHTOOL, &ifr) ? -errno : 0;
	close(fd);
	return ret;
}

void rig_channels(const char *ifname, uint32_t rx, uint32_t tx)
{
	uint64_t deadline = rig_now() + CHANNELS_NS;

	while (rig_set_channels(ifname, rx, tx)) {
		CHECK("ethtool -L", rig_now() < deadline);
		poll(NULL, 0, 1);
	}
}

static void write_one(const char *path)
{
	FILE *f = fopen(path, "we");

	CHECK(path, f && fputs("1", f) >= 0 && !fclose(f));
}

bool rig_may_unplug(void)
{
	return !getenv("ZCXSK_TEST_KEEP");
}

void rig_unplug(const char *ifname)
{
	char path[64];

	if (in_guest) {
		snprintf(path, sizeof(path), "/sys/class/net/%s/device/remove", ifname);
		/* A virtio device is not on the PCI bus; its parent is the card there. */
		if (access(path, F_OK))
			snprintf(path, sizeof(path), "/sys/class/net/%s/device/../remove", ifname);
		write_one(path);
	} else {
		CHECK_EQ("delete", netns_run("ip link del %s", ifname), 0);
	}
}

void rig_replug(const char *ifname)
{
	unsigned pair = 0;

	while (strcmp(rig_left(pair), ifname) && strcmp(rig_right(pair), ifname))
		pair++;
	if (in_guest)
		write_one("/sys/bus/pci/rescan");
	else
		CHECK_EQ("veth pair", netns_veth(rig_left(pair), rig_right(pair)), 0);
	keep_silent(ifname);
	rig_link(ifname, "up");
	rig_await_link(ifname);
}

uint32_t rig_program(const char *ifname)
{
	__u32 id = 0;

	CHECK_EQ("the XDP program can be queried",
		 bpf_xdp_query_id((int)if_nametoindex(ifname), 0, &id), 0);
	return id;
}

/* ---- modes ----------------------------------------------------------------- */

static uint32_t modes_of(const char *list)
{
	uint32_t modes = 0;

	for (uint32_t mode = 1; mode & ZCXSK_MODES_ALL; mode <<= 1)
		if (strstr(list ? list : "native-copy generic-copy", zcxsk_mode_name(mode)))
			modes |= mode;
	return modes;
}

uint32_t rig_modes(void)
{
	return modes_of(getenv("ZCXSK_TEST_MODES"));
}

uint32_t rig_modes_there(void)
{
	const char *list = getenv("ZCXSK_TEST_MODES_THERE");

	return list ? modes_of(list) : rig_modes();
}

void rig_each_mode(void (*test)(enum zcxsk_mode mode))
{
	uint32_t modes = rig_modes();

	for (uint32_t mode = 1; mode & ZCXSK_MODES_ALL; mode <<= 1)
		if (modes & mode) {
			printf("%s\n", zcxsk_mode_name(mode));
			test(mode);
		}
}

/* ---- sockets --------------------------------------------------------------- */

const struct zcxsk_rules *rig_rules(const char *text)
{
	static struct zcxsk_rules *kept[RULES_MAX]; /* so that none counts as leaked */
	static unsigned count;
	struct zcxsk_error error = {0};

	CHECK("rules", count < RULES_MAX);
	if (zcxsk_rules_parse(&kept[count], text, &error)) {
		fprintf(stderr, "%s: %s\n", text, error.cause);
		exit(1);
	}
	return kept[count++];
}

void rig_opts(struct rig_opts *o, enum zcxsk_mode mode)
{
	char text[32]; /* "take ethertype 65535" */

	if (!test_packets) {
		snprintf(text, sizeof(text), "take ethertype %u", RIG_ETHERTYPE);
		test_packets = rig_rules(text);
	}
	zcxsk_socket_opts_init(&o->socket);
	zcxsk_redirect_opts_init(&o->redirect);
	zcxsk_pool_opts_init(&o->pool);
	zcxsk_umem_opts_init(&o->umem);
	o->umem.frames = FRAMES;
	o->umem.frame_size = rig_frame_size();
	o->pool.flags = ZCXSK_POOL_CHECK;
	o->redirect.rules = test_packets;
	o->socket.modes = mode;
	o->socket.pool_opts = &o->pool;
	o->socket.umem_opts = &o->umem;
	o->socket.redirect_opts = &o->redirect;
}

void rig_flush(struct zcxsk_socket *socket)
{
	uint64_t deadline = rig_now() + FLUSH_NS;

	while (zcxsk_tx_flush(socket))
		CHECK("the driver takes all packets", rig_now() < deadline && !usleep(1000));
}

struct zcxsk_socket *rig_open(const char *ifname, uint32_t queue,
			      const struct zcxsk_socket_opts *opts)
{
	struct zcxsk_error error = {0};
	struct zcxsk_socket *socket;
	char text[TEXT_MAX];

	if (zcxsk_socket_open(&socket, ifname, queue, opts, &error)) {
		zcxsk_error_format(&error, text, sizeof(text));
		fprintf(stderr, "%s queue %u: %s\n", ifname, queue, text);
		exit(1);
	}
	CHECK("the mode is one of those requested",
	      !opts || !opts->modes || zcxsk_socket_mode(socket) & opts->modes);
	return socket;
}

struct zcxsk_socket *rig_open_plain(const char *ifname, enum zcxsk_mode mode)
{
	struct rig_opts o;

	rig_opts(&o, mode);
	return rig_open(ifname, 0, &o.socket);
}

void rig_open_refused(const char *behaviour, const char *ifname, uint32_t queue,
		      const struct zcxsk_socket_opts *opts, int code, struct zcxsk_error *error)
{
	struct zcxsk_socket *socket;
	int ret;

	memset(error, 0, sizeof(*error));
	ret = zcxsk_socket_open(&socket, ifname, queue, opts, error);
	if (ret != code)
		fprintf(stderr, "cause: %s\n", error->cause);
	CHECK_EQ(behaviour, ret, code);
	CHECK(behaviour, !socket);
	CHECK_EQ(behaviour, error->code, code);
	CHECK(behaviour, error->step[0] && error->cause[0]);
}

void rig_follow(const struct zcxsk_error *error)
{
	const char *command = strchr(error->remedy, '`');

	CHECK("the remedy is a command", command != NULL);
	command++;
	CHECK_EQ("it runs", netns_run("%.*s", (int)strcspn(command, "`"), command), 0);
}

/* ---- frames ---------------------------------------------------------------- */

struct zcxsk_stats rig_stats(struct zcxsk_socket *socket)
{
	struct zcxsk_stats st;

	zcxsk_stats_init(&st);
	CHECK_EQ("reading the counters", zcxsk_socket_read_stats(socket, &st), 0);
	return st;
}

void rig_check_places(const char *behaviour, struct zcxsk_socket *socket)
{
	struct zcxsk_stats st = rig_stats(socket);
	uint64_t sum = st.in_fill_ring + st.in_kernel_rx + st.in_rx_ring + st.in_tx_ring +
		       st.in_kernel_tx + st.in_completion_ring + (uint64_t)st.in_application +
		       st.in_cache + st.in_pool;

	CHECK_EQ(behaviour, sum, st.frames);
}

int rig_serve(struct zcxsk_socket *socket)
{
	struct zcxsk_event events[EVENTS];
	uint32_t n;
	int status;

	CHECK_EQ("the service call", zcxsk_socket_service(socket, events, EVENTS, &n), 0);
	status = zcxsk_socket_status(socket);
	if (status == -ENXIO || status == -ENETDOWN)
		return status;
	for (uint32_t i = 0; i < n; i++)
		if (events[i].type == ZCXSK_EVENT_STALL)
			return -ETIME;
	return 0;
}

void rig_check_quiet(const char *behaviour, struct zcxsk_socket *socket)
{
	struct zcxsk_stats st;

	CHECK_EQ(behaviour, zcxsk_tx_drain(socket, DRAIN_NS), 0);
	CHECK_EQ(behaviour, zcxsk_tx_outstanding(socket), 0);
	st = rig_stats(socket);
	CHECK_EQ(behaviour, st.tx_completed, st.tx_packets + st.self_test_packets);
	CHECK_EQ(behaviour, st.in_tx_ring + st.in_kernel_tx + st.in_completion_ring, 0);
	/* A violation that the checking pool refuses shows in one of these. */
	CHECK_EQ(behaviour, st.completion_foreign, 0);
	CHECK_EQ(behaviour, st.completion_doubled, 0);
	CHECK_EQ(behaviour, st.completion_unknown, 0);
	CHECK_EQ(behaviour, st.rx_invalid, 0);
	CHECK_EQ(behaviour, st.kernel_tx_invalid_descs, 0);
}

uint64_t rig_now(void)
{
	return monotonic_ns();
}
