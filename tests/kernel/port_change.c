/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * port_change.c - the number of queues of a port changes. By a call on the port, with and
 * without traffic, also with drivers that refuse this while XDP is attached; and by
 * another program, which the port detects and follows. In the guest the interfaces already
 * have QUEUES queues.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "check.h"
#include "flows.h"
#include "stats_reader.h"
#include "traffic.h"

#define QUEUES 4u
#define FEW 2u
#define PACKETS 1000u
#define UNREAD 100u
#define ENOUGH 200u /* packets that show that traffic flows */
#define PAUSE_MS 1
#define BURST 8u /* packets of the continuous sender, between two pauses */

/* ---- queues changed by another program --------------------------------------- */

/*
 * veth requires that an end with XDP has no fewer RX queues than the other end has TX
 * queues. In the guest the device spreads packets itself.
 */
static void prepare_left(uint32_t tx)
{
	if (!rig_in_guest())
		rig_channels(rig_left(0), QUEUES, tx);
}

/* ---- the other end: sockets on some queues only ------------------------------ */

struct sender {
	struct zcxsk_redirect *redirect;
	struct zcxsk_socket *sockets[QUEUES];
	uint32_t count;
	uint32_t next; /* index of the next socket to send on */
	uint32_t sent;
	bool stop;
	pthread_t thread;
};

static void open_sender(struct sender *s, enum zcxsk_mode mode, uint32_t sockets)
{
	struct port_rig o;

	memset(s, 0, sizeof(*s));
	flows_opts(&o, mode);
	o.rig.redirect.modes = mode;
	CHECK_EQ("redirect",
		 zcxsk_redirect_attach(&s->redirect, rig_left(0), &o.rig.redirect, NULL), 0);
	o.rig.socket.redirect_opts = NULL;
	o.rig.socket.redirect = s->redirect;
	for (s->count = 0; s->count < sockets; s->count++)
		s->sockets[s->count] = rig_open(rig_left(0), s->count, &o.rig.socket);
}

static void close_sender(struct sender *s)
{
	for (uint32_t i = 0; i < s->count; i++)
		zcxsk_socket_close(s->sockets[i]);
	CHECK_EQ("detach", zcxsk_redirect_detach(s->redirect), 0);
}

static uint32_t send_some(struct sender *s, uint32_t n)
{
	uint32_t sent = flows_send(s->sockets[s->next++ % s->count], s->sent, n);

	s->sent += sent;
	return sent;
}

static uint64_t passed(const struct zcxsk_port *port)
{
	struct zcxsk_redirect_stats st;

	zcxsk_redirect_stats_init(&st);
	CHECK_EQ("redirect counters", zcxsk_redirect_read_stats(zcxsk_port_redirect(port), &st), 0);
	return st.matched_no_socket;
}

/*
 * Sends PACKETS more: each is received, or counted as passed on a queue without a
 * socket. Returns the number of the latter.
 */
static uint32_t run_counted(struct sender *s, struct zcxsk_port *port, struct flows *flows)
{
	uint64_t deadline = rig_now() + TRAFFIC_PATIENCE_NS, aside = passed(port);
	uint32_t first = s->sent, got = flows->got, before = 0, here = 0;

	while (here < PACKETS) {
		if (s->sent - first < PACKETS && s->sent - first - here < TRAFFIC_WINDOW)
			send_some(s, BURST);
		flows_take_all(port, flows);
		here = flows->got - got + (uint32_t)(passed(port) - aside);
		if (here != before)
			deadline = rig_now() + TRAFFIC_PATIENCE_NS;
		before = here;
		CHECK("every packet is received or counted", rig_now() < deadline);
	}
	CHECK_EQ("no packet is counted twice", here, s->sent - first);
	return (uint32_t)(passed(port) - aside);
}

/* ---- changes by the port ------------------------------------------------------- */

static struct zcxsk_port_change set_queues(struct zcxsk_port *port, uint32_t n)
{
	struct zcxsk_port_change change;
	struct zcxsk_error error = {0};
	int ret;

	zcxsk_port_change_init(&change);
	ret = zcxsk_port_set_queues(port, n, &change, &error);
	if (ret)
		fprintf(stderr, "cause: %s: %s\n", error.step, error.cause);
	CHECK_EQ("the number of queues can be changed", ret, 0);
	CHECK_EQ("the requested number of queues is reported", change.queues, n);
	CHECK_EQ("the port has the requested number of queues", zcxsk_port_queues(port), n);
	CHECK_EQ("the port matches the interface", zcxsk_port_check(port), 0);
	CHECK_EQ("no frame of a sender is lost", change.tx_lost, 0);
	return change;
}

static void await_unread(struct zcxsk_port *port, uint32_t n)
{
	uint64_t deadline = rig_now() + TRAFFIC_PATIENCE_NS;

	while (flows_stats("frames add up", port).in_rx_ring < n) {
		CHECK("packets arrive", rig_now() < deadline);
		poll(NULL, 0, PAUSE_MS);
	}
}

static void check_kept_frames(struct zcxsk_port *port)
{
	struct zcxsk_cache *cache = zcxsk_socket_cache(zcxsk_port_socket(port, 0));
	struct zcxsk_error error;
	uint64_t frames[3];

	CHECK_EQ("frames", zcxsk_cache_alloc(cache, frames, 3), 3);
	CHECK_EQ("no change while the application holds frames",
		 zcxsk_port_set_queues(port, FEW, NULL, &error), -EBUSY);
	CHECK_NAMES("the number of held frames is named", error.cause, "holds 3 frames");
	CHECK_EQ("the number of queues is unchanged", zcxsk_port_queues(port), QUEUES);
	CHECK_EQ("frames can be freed", zcxsk_cache_free(cache, frames, 3), 3);
}

static void says_what_is_lost(enum zcxsk_mode mode)
{
	static struct flows flows;
	struct zcxsk_port_change change;
	struct zcxsk_port *port;
	struct sender sender;
	struct port_rig o;
	uint32_t aside;

	memset(&flows, 0, sizeof(flows));
	flows_opts(&o, mode);
	prepare_left(FEW);
	port = flows_open(rig_right(0), &o);
	open_sender(&sender, mode, FEW);
	CHECK_EQ("a socket on every queue", zcxsk_port_queues(port), QUEUES);
	check_kept_frames(port);
	while (sender.sent < UNREAD)
		send_some(&sender, UNREAD - sender.sent);
	await_unread(port, UNREAD);
	change = set_queues(port, FEW);
	CHECK_EQ("before", change.before, QUEUES);
	CHECK_EQ("all sockets are closed", change.closed, QUEUES);
	CHECK_EQ("new sockets are opened", change.opened, FEW);
	CHECK_EQ("unread packets are reported", change.rx_lost, UNREAD);
	CHECK_EQ("no frame is lost", change.frames_lost, 0);
	CHECK_EQ("unread packets do not count as received",
		 flows_stats("frames add up in new memory", port).rx_packets, 0);
	aside = run_counted(&sender, port, &flows);
	/* In the guest the driver adds queues for native XDP. */
	CHECK_EQ("packets miss the sockets only on queues that the driver added", aside > 0,
		 rig_in_guest() && mode != ZCXSK_MODE_GENERIC_COPY);
	change = set_queues(port, QUEUES);
	CHECK_EQ("no packet was in flight", change.rx_lost, 0);
	CHECK_EQ("all packets reach a queue with a socket", run_counted(&sender, port, &flows), 0);
	CHECK_EQ("counters continue across all changes",
		 flows_stats("frames add up", port).rx_packets, flows.got);
	close_sender(&sender);
	CHECK_EQ("close", zcxsk_port_close(port), 0);
}

/* Keeps sending small bursts, whether or not they arrive. */
static void *send_on(void *argument)
{
	struct sender *s = argument;

	while (!__atomic_load_n(&s->stop, __ATOMIC_RELAXED) && s->sent < FLOWS_MAX - BURST) {
		send_some(s, BURST);
		poll(NULL, 0, PAUSE_MS);
	}
	return NULL;
}

static void await_traffic(struct zcxsk_port *port, struct flows *flows)
{
	uint64_t deadline = rig_now() + TRAFFIC_PATIENCE_NS;
	uint32_t wanted = flows->got + ENOUGH;

	while (flows->got < wanted) {
		flows_take_all(port, flows);
		CHECK("traffic flows", rig_now() < deadline);
	}
}

/* Another thread reads the counters all the time. */
static void under_traffic(enum zcxsk_mode mode)
{
	static struct flows flows;
	struct stats_reader reader = {0};
	uint64_t lost = 0;
	struct zcxsk_port *port;
	struct sender sender;
	struct port_rig o;

	memset(&flows, 0, sizeof(flows));
	flows_opts(&o, mode);
	prepare_left(FEW);
	port = flows_open(rig_right(0), &o);
	open_sender(&sender, mode, FEW);
	CHECK_EQ("thread", pthread_create(&sender.thread, NULL, send_on, &sender), 0);
	reader.port = port;
	stats_reader_start(&reader);
	await_traffic(port, &flows);
	lost += set_queues(port, FEW).rx_lost;
	await_traffic(port, &flows);
	lost += set_queues(port, QUEUES).rx_lost;
	await_traffic(port, &flows);
	__atomic_store_n(&sender.stop, true, __ATOMIC_RELAXED);
	pthread_join(sender.thread, NULL);
	stats_reader_stop(&reader);
	CHECK("no packet is counted twice", flows.got + lost + passed(port) <= sender.sent);
	close_sender(&sender);
	CHECK_EQ("close", zcxsk_port_close(port), 0);
}

static void refused_number(struct zcxsk_port *port, uint32_t n)
{
	struct zcxsk_port_change change;
	struct zcxsk_error error;

	zcxsk_port_change_init(&change);
	CHECK_EQ("a number out of range", zcxsk_port_set_queues(port, n, &change, &error), -EINVAL);
	CHECK_NAMES("the limit is named", error.cause, "outside 1 to 4");
	CHECK_EQ("no socket is changed", change.closed + change.opened, 0);
	CHECK_EQ("the number of queues is unchanged", change.queues, QUEUES);
}

static void refused_struct(struct zcxsk_port *port)
{
	struct zcxsk_port_change change;
	struct zcxsk_error error;

	zcxsk_port_change_init(&change);
	change.size = sizeof(change.size) - 1;
	CHECK_EQ("a struct without its size", zcxsk_port_set_queues(port, FEW, &change, &error),
		 -EINVAL);
	CHECK_NAMES("the cause", error.cause, "the change struct has a wrong size");
	CHECK_NAMES("the remedy", error.remedy, "Call zcxsk_port_change_init()");
	CHECK_EQ("nor for a refresh", zcxsk_port_refresh(port, &change, &error), -EINVAL);
	CHECK_EQ("the number of queues is unchanged", zcxsk_port_queues(port), QUEUES);
}

/*
 * An XDP program on the other end, which has two RX queues, lets veth have no more than two TX
 * queues. It works once that program is detached, as the remedy says.
 */
static void refused_by_the_driver(enum zcxsk_mode mode)
{
	struct zcxsk_port_change change;
	struct zcxsk_error error;
	struct zcxsk_port *port;
	struct sender sender;
	struct port_rig o;

	flows_opts(&o, mode);
	rig_channels(rig_right(0), QUEUES, FEW);
	rig_channels(rig_left(0), FEW, FEW);
	port = flows_open(rig_right(0), &o);
	open_sender(&sender, mode, FEW);
	zcxsk_port_change_init(&change);
	CHECK_EQ("too many queues for the driver",
		 zcxsk_port_set_queues(port, QUEUES, &change, &error), -EINVAL);
	CHECK_NAMES("driver and interface are named", error.cause, "the driver veth of ");
	CHECK_NAMES("the numbers are named", error.cause, "does not accept 4 queues instead of 2");
	CHECK_NAMES("the remedy", error.remedy,
		    "Close other AF_XDP sockets and detach other XDP programs");
	CHECK_EQ("the number of queues is unchanged", change.queues, FEW);
	CHECK_EQ("the port still matches the interface", zcxsk_port_check(port), 0);
	close_sender(&sender);
	set_queues(port, QUEUES);
	CHECK_EQ("close", zcxsk_port_close(port), 0);
}

static void refuses(enum zcxsk_mode mode)
{
	static struct flows flows;
	struct zcxsk_port_change change;
	struct zcxsk_error error;
	struct zcxsk_port *port;
	struct sender sender;
	struct port_rig o;

	memset(&flows, 0, sizeof(flows));
	flows_opts(&o, mode);
	prepare_left(QUEUES);
	port = flows_open(rig_right(0), &o);
	refused_number(port, 0);
	refused_number(port, QUEUES + 1);
	refused_struct(port);
	change = set_queues(port, QUEUES);
	CHECK_EQ("setting the current number changes nothing", change.closed + change.opened, 0);
	/* The other end has four TX queues, so two RX queues are too few for native XDP. */
	if (mode == ZCXSK_MODE_NATIVE_COPY && !rig_in_guest()) {
		CHECK_EQ("too few queues for the driver",
			 zcxsk_port_set_queues(port, FEW, &change, &error), -ENOSPC);
		CHECK_NAMES("the driver's reason is named", error.cause, "fewer RX queues");
		CHECK_EQ("the number of queues is unchanged", change.queues, QUEUES);
		CHECK_EQ("the port still matches the interface", zcxsk_port_check(port), 0);
	}
	open_sender(&sender, mode, QUEUES);
	CHECK_EQ("and works", run_counted(&sender, port, &flows), 0);
	close_sender(&sender);
	CHECK_EQ("close", zcxsk_port_close(port), 0);
}

/* ---- changes by others ----------------------------------------------------------- */

static struct zcxsk_port_change refresh(struct zcxsk_port *port)
{
	struct zcxsk_port_change change;

	zcxsk_port_change_init(&change);
	CHECK_EQ("a change is detected", zcxsk_port_check(port), -ESTALE);
	CHECK_EQ("and followed", zcxsk_port_refresh(port, &change, NULL), 0);
	CHECK_EQ("once", zcxsk_port_check(port), 0);
	return change;
}

/* More queues appear: the receiving ones get sockets. */
static void follow_growth(struct zcxsk_port *port, struct sender *sender, struct flows *flows)
{
	struct zcxsk_socket *first = zcxsk_port_socket(port, 0);
	struct zcxsk_port_change change;

	CHECK("packets on a queue without a socket pass and are counted",
	      run_counted(sender, port, flows) > 0);
	CHECK_EQ("they are not a change of the port", zcxsk_port_check(port), 0);
	rig_channels(rig_right(0), QUEUES, QUEUES);
	change = refresh(port);
	CHECK_EQ("new queues get sockets", change.opened, QUEUES - FEW);
	CHECK_EQ("no socket is closed", change.closed, 0);
	CHECK("the other sockets are unchanged", zcxsk_port_socket(port, 0) == first);
	CHECK_EQ("all packets reach a queue with a socket", run_counted(sender, port, flows), 0);
	CHECK("the new queues are in use", rig_stats(zcxsk_port_socket(port, 3)).rx_packets > 0);
}

/*
 * Some drivers lose queues in a reset. No device here does, so the test mounts a sysfs
 * that shows fewer.
 */
static void hide_queues(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/net/%s/queues", rig_right(0));
	CHECK_EQ("mount over sysfs", mount("none", path, "tmpfs", 0, NULL), 0);
	for (unsigned q = 0; q < 2 * FEW; q++) {
		snprintf(path, sizeof(path), "/sys/class/net/%s/queues/%s-%u", rig_right(0),
			 q % 2 ? "rx" : "tx", q / 2);
		CHECK_EQ("a queue", mkdir(path, 0755), 0);
	}
}

static void show_queues(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/net/%s/queues", rig_right(0));
	CHECK_EQ("cover off", umount(path), 0);
}

static void follow_loss(struct zcxsk_port *port, struct sender *sender, struct flows *flows)
{
	struct zcxsk_port_change change;

	CHECK_EQ("a queue with a socket cannot be removed",
		 rig_set_channels(rig_right(0), QUEUES, FEW), -EINVAL);
	hide_queues();
	change = refresh(port);
	CHECK_EQ("sockets of removed queues are closed", change.closed, QUEUES - FEW);
	CHECK_EQ("the number of queues is reported", change.queues, FEW);
	CHECK("a removed queue has no socket", !zcxsk_port_socket(port, FEW));
	CHECK_EQ("their frames return to the pool", change.frames_lost, 0);
	flows_stats("none is missing", port);
	CHECK("the other queues continue", run_counted(sender, port, flows) < PACKETS);
	show_queues();
	CHECK_EQ("restored queues get sockets", refresh(port).opened, QUEUES - FEW);
	CHECK_EQ("all packets reach a queue with a socket", run_counted(sender, port, flows), 0);
}

static void by_others(enum zcxsk_mode mode)
{
	static struct flows flows;
	struct zcxsk_port *port;
	struct sender sender;
	struct port_rig o;

	memset(&flows, 0, sizeof(flows));
	flows_opts(&o, mode);
	prepare_left(QUEUES);
	rig_channels(rig_right(0), QUEUES, FEW);
	port = flows_open(rig_right(0), &o);
	CHECK_EQ("two queues at first", zcxsk_port_queues(port), FEW);
	open_sender(&sender, mode, QUEUES);
	follow_growth(port, &sender, &flows);
	follow_loss(port, &sender, &flows);
	close_sender(&sender);
	CHECK_EQ("close", zcxsk_port_close(port), 0);
}

/* veth runs the program on later queues only after it is attached again. */
static void new_rx_queues(enum zcxsk_mode mode)
{
	static struct flows flows;
	struct zcxsk_port *port;
	struct sender sender;
	struct port_rig o;

	memset(&flows, 0, sizeof(flows));
	flows_opts(&o, mode);
	prepare_left(FEW);
	rig_channels(rig_right(0), FEW, FEW);
	port = flows_open(rig_right(0), &o);
	rig_channels(rig_right(0), QUEUES, QUEUES);
	CHECK_EQ("new queues get sockets", refresh(port).opened, QUEUES - FEW);
	prepare_left(QUEUES);
	open_sender(&sender, mode, QUEUES);
	CHECK_EQ("their packets reach the sockets", run_counted(&sender, port, &flows), 0);
	close_sender(&sender);
	CHECK_EQ("close", zcxsk_port_close(port), 0);
}

static void unplugged(enum zcxsk_mode mode)
{
	struct zcxsk_error error;
	struct zcxsk_port *port;
	struct port_rig o;

	flows_opts(&o, mode);
	port = flows_open(rig_right(0), &o);
	rig_unplug(rig_right(0));
	CHECK_EQ("a removed interface is reported", zcxsk_port_check(port), -ENODEV);
	CHECK_EQ("a removed interface cannot be followed", zcxsk_port_refresh(port, NULL, &error),
		 -ENODEV);
	CHECK_EQ("nor changed", zcxsk_port_set_queues(port, FEW, NULL, &error), -ENODEV);
	CHECK_NAMES("the interface is named", error.cause, rig_right(0));
	zcxsk_port_close(port);
}

int main(void)
{
	if (getenv("ZCXSK_TEST_IFACES"))
		rig_setup(1);
	else
		rig_setup_queues(QUEUES);
	rig_each_mode(says_what_is_lost);
	rig_each_mode(under_traffic);
	rig_each_mode(refuses);
	if (!rig_in_guest()) {
		refused_by_the_driver(ZCXSK_MODE_NATIVE_COPY);
		by_others(ZCXSK_MODE_NATIVE_COPY);
		new_rx_queues(ZCXSK_MODE_NATIVE_COPY);
		unplugged(ZCXSK_MODE_NATIVE_COPY);
	}
	return 0;
}
