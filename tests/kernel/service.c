/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * service.c - an owner that sleeps on the service descriptor only: it learns in time that its
 * link is down or up, that its interface was renamed or removed, and that its program or its
 * queues have changed; refused kicks are repeated when the link is up; the descriptor
 * survives a rebuild; and without descriptors the calls say so.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "check.h"
#include "netns.h"
#include "prompt.h"
#include "resources.h"
#include "rig.h"
#include "traffic.h"

#define EVENTS 16u
#define REPORT_NS 100000000ull
#define TRIES 3u		/* other load may delay all reports of one */
#define PERIOD_NS 2000000000ull /* what is checked once a second */
#define PATIENCE_MS 20000
#define QUIET_MS 300
#define QUIET_WAKES 3u /* one for the state that is new, one for the check each second */
/* After this time the kernel reports the next change of a carrier at once. */
#define PROMPT_MS 1200
#define SOME 4u
#define SIGNAL_US 1000
#define FILES 100u /* descriptors of the test are below it */

static struct prompt down_report = {.what = "a link that is down is reported"};
static struct prompt up_report = {.what = "a link that is up is reported"};
static struct prompt gone_report = {.what = "the removal of the interface is reported"};
static struct prompt program_report = {.what = "the loss of the program is reported"};

/* Sleeps up to ms on the descriptor. Returns whether it became readable. */
static bool sleeps(struct zcxsk_socket *s, int ms)
{
	struct pollfd p = {.fd = zcxsk_socket_service_fd(s), .events = POLLIN};

	return poll(&p, 1, ms) == 1;
}

/* Calls the service whenever the descriptor is readable, until an event is reported. */
static struct zcxsk_event await(struct zcxsk_socket *s, uint32_t type)
{
	uint64_t deadline = rig_now() + PATIENCE_MS * 1000000ull;
	struct zcxsk_event events[EVENTS];
	uint32_t n;

	for (;;) {
		CHECK("the event is reported", sleeps(s, PATIENCE_MS) && rig_now() < deadline);
		CHECK_EQ("service", zcxsk_socket_service(s, events, EVENTS, &n), 0);
		for (uint32_t i = 0; i < n; i++)
			if (events[i].type == type)
				return events[i];
	}
}

/* Serves for a while, and returns the number of wake-ups. */
static uint32_t wakes(struct zcxsk_socket *s, int ms)
{
	uint64_t end = rig_now() + (uint64_t)ms * 1000000ull;
	struct zcxsk_event events[EVENTS];
	uint32_t n, count = 0;

	for (uint64_t now; (now = rig_now()) < end;)
		if (sleeps(s, (int)((end - now) / 1000000 + 1))) {
			count++;
			CHECK_EQ("service", zcxsk_socket_service(s, events, EVENTS, &n), 0);
		}
	return count;
}

static struct zcxsk_socket *open_with(enum zcxsk_mode mode, uint32_t flags, bool watchdog,
				      enum zcxsk_kick_policy policy)
{
	struct zcxsk_socket *s;
	struct rig_opts o;

	rig_opts(&o, mode);
	o.socket.flags = flags;
	o.socket.kick_policy = policy;
	if (!watchdog)
		o.socket.watchdog_first_ns = UINT64_MAX;
	s = rig_open(rig_left(0), 0, &o.socket);
	CHECK("the descriptor", zcxsk_socket_service_fd(s) >= 0);
	return s;
}

/* ---- the interface ------------------------------------------------------------- */

static void on_alarm(int number)
{
	(void)number;
}

static void signal_every(long us)
{
	struct sigaction action = {.sa_handler = on_alarm};
	struct itimerval often = {{.tv_usec = us}, {.tv_usec = us}};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
}

/* Waits on a link that is down. */
static void check_waits(struct zcxsk_socket *s, bool receives)
{
	int wanted = receives ? -EINTR : -EINVAL;
	struct zcxsk_packet p;
	uint32_t n;

	CHECK_EQ("a wait of 0 for the link", zcxsk_socket_link_wait(s, 0), -ETIMEDOUT);
	CHECK_EQ("a wait of 1 ns for the link", zcxsk_socket_link_wait(s, 1), -ETIMEDOUT);
	signal_every(SIGNAL_US);
	CHECK_EQ("a signal ends a wait for the link", zcxsk_socket_link_wait(s, UINT64_MAX),
		 -EINTR);
	CHECK_EQ("and one for packets", zcxsk_rx_wait(s, &p, 1, UINT64_MAX, &n), wanted);
	signal_every(0);
}

static void check_link(struct zcxsk_socket *s, const char *ifname, bool receives)
{
	uint64_t start;

	wakes(s, PROMPT_MS);
	rig_link(ifname, "down"); /* a driver may take a while for that */
	start = rig_now();
	await(s, ZCXSK_EVENT_LINK_DOWN);
	prompt_note(&down_report, rig_now() - start);
	CHECK_EQ("the status is the state", zcxsk_socket_status(s), -ENETDOWN);
	check_waits(s, receives);
	/* The lost carrier is reported by now, the next change would be late. */
	wakes(s, QUIET_MS);
	rig_link(ifname, "up");
	rig_await_link(ifname);
	start = rig_now();
	await(s, ZCXSK_EVENT_LINK_UP);
	prompt_note(&up_report, rig_now() - start);
	CHECK_EQ("the status is the state", zcxsk_socket_status(s), 0);
	CHECK_EQ("no wait for a link that is up", zcxsk_socket_link_wait(s, UINT64_MAX), 0);
}

static void check_rename(struct zcxsk_socket *s, const char *ifname)
{
	struct zcxsk_socket_info info;

	CHECK_EQ("down", netns_run("ip link set %s down", ifname), 0);
	CHECK_EQ("rename", netns_run("ip link set %s name renamed", ifname), 0);
	CHECK_EQ("its index", await(s, ZCXSK_EVENT_RENAMED).value, if_nametoindex("renamed"));
	zcxsk_socket_info_init(&info);
	CHECK_EQ("info", zcxsk_socket_read_info(s, &info), 0);
	CHECK_NAMES("the new name is read", info.ifname, "renamed");
	CHECK_EQ("the old name again", netns_run("ip link set renamed name %s", ifname), 0);
	CHECK_EQ("up", netns_run("ip link set %s up", ifname), 0);
	CHECK_EQ("a wait for the link", zcxsk_socket_link_wait(s, PATIENCE_MS * 1000000ull), 0);
}

/* An interface that leaves a bridge is not removed, though messages of the bridge say so. */
static void check_bridge(struct zcxsk_socket *s, const char *ifname)
{
	struct zcxsk_event events[EVENTS];
	uint32_t n;

	CHECK_EQ("bridge", netns_run("ip link add bridge0 type bridge"), 0);
	CHECK_EQ("join", netns_run("ip link set %s master bridge0", ifname), 0);
	CHECK_EQ("leave", netns_run("ip link set %s nomaster", ifname), 0);
	CHECK_EQ("no bridge", netns_run("ip link del bridge0"), 0);
	CHECK_EQ("service", zcxsk_socket_service(s, events, EVENTS, &n), 0);
	for (uint32_t i = 0; i < n; i++)
		CHECK("a port that leaves a bridge exists",
		      events[i].type != ZCXSK_EVENT_DEVICE_GONE);
}

/* Many changes while nobody reads: the kernel drops messages, and the last state counts. */
static void check_overflow(struct zcxsk_socket *s, const char *ifname)
{
	bool lost = false;
	struct zcxsk_event events[EVENTS];
	uint32_t n;

	for (unsigned i = 0; i < 300; i++)
		CHECK_EQ("change", netns_run("ip link set %s mtu %u", ifname, 1400 + i % 2), 0);
	rig_link(ifname, "down");
	CHECK_EQ("service", zcxsk_socket_service(s, events, EVENTS, &n), 0);
	for (uint32_t i = 0; i < n; i++)
		lost |= events[i].type == ZCXSK_EVENT_EVENTS_LOST;
	CHECK("lost messages are reported", lost);
	CHECK_EQ("the state is read again", zcxsk_socket_status(s), -ENETDOWN);
	rig_link(ifname, "up");
	CHECK_EQ("mtu", netns_run("ip link set %s mtu 1500", ifname), 0);
	CHECK_EQ("a wait for the link", zcxsk_socket_link_wait(s, PATIENCE_MS * 1000000ull), 0);
}

static void check_gone(struct zcxsk_socket *s, const char *ifname, bool receives)
{
	struct zcxsk_packet p;
	uint64_t start;
	uint32_t n;

	rig_unplug(ifname);
	start = rig_now();
	await(s, ZCXSK_EVENT_DEVICE_GONE);
	prompt_note(&gone_report, rig_now() - start);
	CHECK_EQ("the status is the state", zcxsk_socket_status(s), -ENXIO);
	CHECK_EQ("a wait for the link", zcxsk_socket_link_wait(s, UINT64_MAX), -ENXIO);
	CHECK_EQ("a wait for packets", zcxsk_rx_wait(s, &p, 1, UINT64_MAX, &n),
		 receives ? -ENXIO : -EINVAL);
	CHECK("the descriptor does not stay readable", wakes(s, QUIET_MS) <= QUIET_WAKES);
}

static void interface_changes(enum zcxsk_mode mode, uint32_t flags)
{
	struct zcxsk_socket *s = open_with(mode, flags, true, ZCXSK_KICK_ADAPTIVE);

	check_link(s, rig_left(0), !flags);
	/* The interfaces of the guest keep their names, and have no bridge. */
	if (!rig_in_guest()) {
		check_rename(s, rig_left(0));
		check_bridge(s, rig_left(0));
		check_overflow(s, rig_left(0));
	}
	if (rig_may_unplug())
		check_gone(s, rig_left(0), !flags);
	zcxsk_socket_close(s);
	if (rig_may_unplug())
		rig_replug(rig_left(0));
}

static void of_receivers_and_senders(enum zcxsk_mode mode)
{
	interface_changes(mode, 0);
	interface_changes(mode, ZCXSK_SOCKET_TX_ONLY);
}

/* ---- refused kicks -------------------------------------------------------------- */

static void send_while_down(enum zcxsk_mode mode, bool watchdog, enum zcxsk_kick_policy policy)
{
	struct zcxsk_socket *s = open_with(mode, 0, watchdog, policy);
	uint32_t n;

	CHECK_EQ("the link is up", zcxsk_socket_link_wait(s, TRAFFIC_PATIENCE_NS), 0);
	CHECK_EQ("the self-test's frame is completed", zcxsk_tx_drain(s, TRAFFIC_PATIENCE_NS), 0);
	rig_link(rig_left(0), "down");
	CHECK_EQ("packets are accepted", traffic_send(s, 0, SOME), SOME);
	zcxsk_tx_flush(s);
	await(s, ZCXSK_EVENT_LINK_DOWN);
	n = wakes(s, QUIET_MS);
	CHECK("nothing wakes while the link is down", n <= QUIET_WAKES);
	CHECK_EQ("the packets wait", zcxsk_tx_outstanding(s), SOME);
	rig_link(rig_left(0), "up");
	for (uint64_t start = rig_now(); zcxsk_tx_outstanding(s);) {
		CHECK("the packets leave when the link is up",
		      rig_now() - start < TRAFFIC_PATIENCE_NS && sleeps(s, PATIENCE_MS));
		rig_serve(s);
		/* Without a watchdog nobody looks for completions of packets that have left. */
		if (!watchdog && !rig_stats(s).in_tx_ring)
			zcxsk_tx_drain(s, TRAFFIC_PATIENCE_NS);
	}
	zcxsk_socket_close(s);
}

static void refused_kicks(enum zcxsk_mode mode)
{
	static const enum zcxsk_kick_policy policies[] = {ZCXSK_KICK_ADAPTIVE, ZCXSK_KICK_BATCH,
							  ZCXSK_KICK_MANUAL};

	for (unsigned i = 0; i < 3; i++) {
		send_while_down(mode, true, policies[i]);
		send_while_down(mode, false, policies[i]);
	}
}

/* ---- the life of the descriptor --------------------------------------------------- */

static void survives_a_rebuild(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s = open_with(mode, 0, true, ZCXSK_KICK_ADAPTIVE);
	struct zcxsk_socket *tx = rig_open_plain(rig_right(0), mode);
	int fd = zcxsk_socket_service_fd(s);
	struct zcxsk_packet p;
	struct zcxsk_error e;

	CHECK_EQ("rebuild", zcxsk_socket_rebuild(s, &e), 0);
	CHECK_EQ("the descriptor is the same", zcxsk_socket_service_fd(s), fd);
	wakes(s, 1);
	traffic_send_all(tx, 0, 1);
	CHECK("it reports a packet on the new queue", sleeps(s, PATIENCE_MS));
	while (!zcxsk_rx_burst(s, &p, 1))
		CHECK("it wakes for the packet", sleeps(s, PATIENCE_MS) && !rig_serve(s));
	CHECK_EQ("release", zcxsk_packet_release(s, &p, 1), 1);
	zcxsk_socket_close(s);
	zcxsk_socket_close(tx);
}

/* With each number of free descriptors it works or says so, and none is lost. */
static void without_descriptors(enum zcxsk_mode mode)
{
	struct rlimit was, few;
	struct zcxsk_socket *s = rig_open_plain(rig_left(0), mode);
	unsigned files, spare = 0;
	int ret;

	CHECK_EQ("limit", getrlimit(RLIMIT_NOFILE, &was), 0);
	files = resources_files();
	do {
		int next = dup(0);

		CHECK("a free number", next >= 0);
		close(next);
		few = was;
		few.rlim_cur = (rlim_t)next + spare;
		CHECK_EQ("limit", setrlimit(RLIMIT_NOFILE, &few), 0);
		ret = zcxsk_socket_service_fd(s);
		CHECK_EQ("limit", setrlimit(RLIMIT_NOFILE, &was), 0);
		CHECK("the descriptor, or the reason", ret >= 0 || ret == -EMFILE);
		if (ret < 0)
			CHECK_EQ("nothing stays open", resources_files(), files);
		CHECK("it needs few descriptors", ++spare < FILES);
	} while (ret < 0);
	CHECK("the first tries failed", spare > 1);
	zcxsk_socket_close(s);
}

/* ---- program and queues ------------------------------------------------------------ */

/*
 * Detaches the program's link by force, as an administrator can. The links are those of the whole
 * machine, on which an interface index occurs once in each namespace, but a program only once.
 */
static void detach_by_force(uint32_t program)
{
	uint32_t id = 0;

	while (!bpf_link_get_next_id(id, &id)) {
		struct bpf_link_info info = {0};
		uint32_t size = sizeof(info);
		int fd = bpf_link_get_fd_by_id(id);

		if (fd < 0)
			continue;
		if (!bpf_obj_get_info_by_fd(fd, &info, &size) && info.type == BPF_LINK_TYPE_XDP &&
		    info.prog_id == program)
			CHECK_EQ("detach", bpf_link_detach(fd), 0);
		close(fd);
	}
}

static void program_is_lost(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s = open_with(mode, 0, true, ZCXSK_KICK_ADAPTIVE);
	uint64_t start = rig_now();

	detach_by_force(rig_program(rig_left(0)));
	CHECK_EQ("no program is there", rig_program(rig_left(0)), 0);
	CHECK_EQ("the event says so", await(s, ZCXSK_EVENT_PROGRAM_REPLACED).value, 0);
	prompt_note(&program_report, rig_now() - start);
	zcxsk_socket_close(s);
}

static bool reports_are_prompt(void)
{
	return prompt_is_kept(&down_report, REPORT_NS) && prompt_is_kept(&up_report, REPORT_NS) &&
	       (!rig_may_unplug() || prompt_is_kept(&gone_report, REPORT_NS));
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(refused_kicks);
	rig_each_mode(survives_a_rebuild);
	rig_each_mode(without_descriptors);
	rig_each_mode(program_is_lost);
	for (unsigned i = 0; i < TRIES && !reports_are_prompt(); i++)
		rig_each_mode(of_receivers_and_senders);
	prompt_check(&down_report, REPORT_NS);
	prompt_check(&up_report, REPORT_NS);
	if (rig_may_unplug())
		prompt_check(&gone_report, REPORT_NS);
	prompt_check(&program_report, PERIOD_NS);
	return 0;
}
