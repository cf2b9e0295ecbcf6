/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker.c ZCXSKD - broker clients without capabilities, in their own namespaces: packets
 * flow both ways, a rebuild works, a child of a client leaves its connection alone, and a queue and
 * an interface are free again after a close, after a kill, and after the broker has ended.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "brokered.h"
#include "check.h"
#include "child.h"
#include "inherited.h"
#include "nobody.h"
#include "prompt.h"
#include "traffic.h"

#define PACKETS 1000u
#define SOME 100u
#define FREE_NS 1000000000ull /* a killed client's queue is free by then */
#define NS_PER_MS 1000000u
#define PAUSE_MS 5
#define ASLEEP_MS 300	       /* by then a receiver has stopped polling */
#define IDLE_NS 20000000000ull /* far more than the report takes */
#define SHORT_NS 50000000ull
#define KILLS 3u
#define BUSY_POLL_US 20u
#define BUSY_POLL_PACKETS 64u

/* ---- a client ---------------------------------------------------------------------- */

struct client {
	enum zcxsk_mode mode;
	uint32_t packets; /* to send back before it ends; 0 = without end */
	bool rebuild;	  /* after half of the packets */
	bool fork;	  /* likewise */
	bool orphaned;	  /* the broker ends while it runs */
	bool busy_poll;
};

static struct zcxsk_socket *open_on(struct zcxsk_redirect *redirect, enum zcxsk_mode mode)
{
	struct rig_opts o;

	brokered_opts(&o, mode);
	o.socket.redirect = redirect;
	return rig_open(rig_left(0), 0, &o.socket);
}

static uint32_t send_back(struct zcxsk_socket *s)
{
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint32_t n, taken;

	CHECK_EQ("packets arrive", zcxsk_rx_wait(s, p, TRAFFIC_BURST, TRAFFIC_PATIENCE_NS, &n), 0);
	CHECK_EQ("packets are sent back", zcxsk_tx_wait(s, p, n, TRAFFIC_PATIENCE_NS, &taken), 0);
	return n;
}

/* Sends a packet when it is done. */
static void rebuild(struct zcxsk_socket *s)
{
	struct zcxsk_error error = {0};

	CHECK_EQ("drain", zcxsk_tx_drain(s, TRAFFIC_PATIENCE_NS), 0);
	if (zcxsk_socket_rebuild(s, &error))
		fprintf(stderr, "%s: %s\n", error.step, error.cause);
	CHECK_EQ("a rebuild through the broker", error.code, 0);
	traffic_send_all(s, 0, 1);
}

static void ask_all(void *objects)
{
	inherited_check_files(NULL);
	inherited_check_all(objects);
}

/* The child must not use the connection, which is the parent's, too. */
static void fork_once(struct zcxsk_socket *s, struct zcxsk_redirect *redirect,
		      struct zcxsk_broker *broker)
{
	struct inherited objects = {
		.socket = s, .redirect = redirect, .broker = broker, .ifname = rig_left(0)};

	child_run("a child of a client", ask_all, &objects);
}

static void give_back(struct zcxsk_redirect *redirect, struct zcxsk_broker *broker)
{
	CHECK_EQ("a broker in use cannot be closed", zcxsk_broker_close(broker), -EBUSY);
	CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
	CHECK_EQ("close", zcxsk_broker_close(broker), 0);
}

/* Cards whose driver sends in zero-copy only while a program is attached. */
static bool needs_program(enum zcxsk_mode mode)
{
	return mode == ZCXSK_MODE_ZERO_COPY && rig_has_driver("igb");
}

/* Without the broker its program is gone, and the client learns that this is why. */
static void refused_without_program(struct zcxsk_socket *s)
{
	uint64_t start = rig_now();
	struct zcxsk_packet p;
	uint32_t n;

	CHECK_EQ("a drain ends at once", zcxsk_tx_drain(s, TRAFFIC_PATIENCE_NS), SOME);
	CHECK_EQ("the status says why", zcxsk_socket_status(s), -EUNATCH);
	while ((n = zcxsk_tx_alloc(s, &p, 1, 60)))
		if (!zcxsk_tx_burst(s, &p, 1))
			break;
	CHECK_EQ("a wait for room says why",
		 n ? zcxsk_tx_wait(s, &p, 1, TRAFFIC_PATIENCE_NS, &n)
		   : zcxsk_tx_send_wait(s, "", 1, TRAFFIC_PATIENCE_NS),
		 -EUNATCH);
	CHECK("none of them waits", rig_now() - start < TRAFFIC_PATIENCE_NS / 2);
	CHECK_EQ("it is no stall", rig_stats(s).tx_stalls, 0);
}

/* Returns the number of packets that are not sent. */
static uint32_t continue_alone(struct zcxsk_socket *s, struct zcxsk_broker *broker,
			       enum zcxsk_mode mode)
{
	struct pollfd gone = {.fd = zcxsk_broker_fd(broker), .events = POLLIN};

	CHECK_EQ("the end of the broker is noticed",
		 poll(&gone, 1, (int)(TRAFFIC_PATIENCE_NS / NS_PER_MS)), 1);
	traffic_send_all(s, 0, SOME);
	if (needs_program(mode))
		refused_without_program(s);
	else
		rig_check_quiet("sending continues without the broker", s);
	return zcxsk_tx_outstanding(s);
}

static void be_client(void *argument)
{
	const struct client *c = argument;
	struct zcxsk_redirect *redirect;
	struct zcxsk_broker *broker;
	struct zcxsk_socket *s;
	uint32_t left = 0;

	nobody_become(NOBODY, -1);
	nobody_leave();
	inherited_note_files();
	CHECK("the client cannot create a socket itself", socket(AF_XDP, SOCK_RAW, 0) < 0);
	broker = brokered_connect();
	redirect = brokered_redirect(broker, c->mode);
	s = open_on(redirect, c->mode);
	if (c->busy_poll)
		CHECK_EQ("busy polling set by the broker",
			 zcxsk_broker_busy_poll(broker, zcxsk_socket_fd(s), BUSY_POLL_US,
						BUSY_POLL_PACKETS, NULL),
			 0);
	child_ready();
	for (uint32_t done = 0; !c->packets || done < c->packets;) {
		done += send_back(s);
		if (c->rebuild && done == c->packets / 2)
			rebuild(s);
		if (c->fork && done == c->packets / 2)
			fork_once(s, redirect, broker);
	}
	rig_check_quiet("frames are completed", s);
	rig_check_places("frames are accounted for", s);
	if (c->orphaned)
		left = continue_alone(s, broker, c->mode);
	CHECK_EQ("only what could not be sent is lost at the end", zcxsk_socket_close(s), left);
	give_back(redirect, broker);
}

/* Sleeps while its interface, which is not in its namespace, goes down. */
static void be_idle(void *argument)
{
	const struct client *c = argument;
	struct pollfd wake = {.events = POLLIN};
	struct zcxsk_packet p[TRAFFIC_BURST];
	struct zcxsk_redirect *redirect;
	struct zcxsk_broker *broker;
	struct zcxsk_socket *s;
	uint64_t start;
	uint32_t n;

	nobody_become(NOBODY, -1);
	nobody_leave();
	broker = brokered_connect();
	redirect = brokered_redirect(broker, c->mode);
	s = open_on(redirect, c->mode);
	wake.fd = zcxsk_socket_service_fd(s);
	child_ready();
	start = rig_now();
	while (rig_serve(s) != -ENETDOWN) {
		CHECK("the link change is noticed in time", rig_now() - start < IDLE_NS);
		CHECK_EQ("the service descriptor wakes", poll(&wake, 1, IDLE_NS / NS_PER_MS), 1);
	}
	CHECK_EQ("a wait reports it", zcxsk_rx_wait(s, p, TRAFFIC_BURST, SHORT_NS, &n), -ENETDOWN);
	CHECK_EQ("nothing is lost at the end", zcxsk_socket_close(s), 0);
	give_back(redirect, broker);
}

/*
 * Starts a client and waits until it is ready. From its namespace it does not see that attaching
 * has reset the link, so this waits for it.
 */
static pid_t start_client(struct client *c)
{
	pid_t client = child_start(be_client, c);

	rig_await_link(rig_left(0));
	return client;
}

/* ---- traffic ------------------------------------------------------------------------- */

static void served(enum zcxsk_mode mode)
{
	/* Preferred busy polling stops zero-copy sending on the guest's cards. */
	struct client c = {.mode = mode, .packets = PACKETS, .busy_poll = !rig_in_guest()};
	struct zcxsk_socket *peer = rig_open_plain(rig_right(0), mode);
	pid_t broker = brokered_start(), client = start_client(&c);

	CHECK("the broker attaches a program", rig_program(rig_left(0)));
	traffic_run(peer, peer, PACKETS);
	child_join("a client without capabilities", client);
	CHECK_EQ("the program is detached with the last client", rig_program(rig_left(0)), 0);
	zcxsk_socket_close(peer);
	brokered_end(broker);
}

static void link_goes_down(enum zcxsk_mode mode)
{
	struct client c = {.mode = mode};
	pid_t broker = brokered_start(), client = child_start(be_idle, &c);

	poll(NULL, 0, ASLEEP_MS);
	rig_link(rig_left(0), "down");
	child_join("a client whose link goes down", client);
	rig_link(rig_left(0), "up");
	brokered_end(broker);
}

/* One packet at a time, so that the rebuild happens between two packets. */
static void step_by_step(struct zcxsk_socket *peer, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		traffic_send_all(peer, i, 1);
		traffic_receive_all(peer, i, 1);
	}
}

static void rebuilt(enum zcxsk_mode mode)
{
	struct client c = {.mode = mode, .packets = SOME, .rebuild = true, .fork = true};
	struct zcxsk_socket *peer = rig_open_plain(rig_right(0), mode);
	pid_t broker = brokered_start(), client = start_client(&c);

	step_by_step(peer, 0, SOME / 2);
	traffic_receive_all(peer, 0, 1);
	step_by_step(peer, SOME / 2, SOME);
	child_join("a client continues after a rebuild and a fork", client);
	zcxsk_socket_close(peer);
	brokered_end(broker);
}

static struct prompt freed = {.what = "a killed client's interface is free"};

/* Some drivers take most of a second to detach a program. */
static uint64_t time_of_detach(enum zcxsk_mode mode)
{
	struct zcxsk_redirect *redirect;
	struct rig_opts o;
	uint64_t start;

	rig_opts(&o, mode);
	o.redirect.modes = mode;
	CHECK_EQ("attach", zcxsk_redirect_attach(&redirect, rig_left(0), &o.redirect, NULL), 0);
	start = rig_now();
	CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
	return rig_now() - start;
}

static void killed_once(enum zcxsk_mode mode)
{
	struct client c = {.mode = mode};
	struct zcxsk_socket *peer = rig_open_plain(rig_right(0), mode);
	pid_t client = start_client(&c);
	uint64_t start;

	traffic_run(peer, peer, SOME);
	traffic_send_all(peer, 0, SOME); /* it is killed during the traffic */
	child_kill(client);
	for (start = rig_now(); rig_program(rig_left(0)); poll(NULL, 0, PAUSE_MS))
		CHECK(freed.what, rig_now() - start < TRAFFIC_PATIENCE_NS);
	prompt_note(&freed, rig_now() - start);
	zcxsk_socket_close(peer);
}

/* Of the slowest mode. */
static uint64_t detach_ns;

static void killed(enum zcxsk_mode mode)
{
	struct client c = {.mode = mode, .packets = SOME};
	pid_t broker = brokered_start(), client;
	struct zcxsk_socket *peer;
	uint64_t took;

	for (uint32_t i = 0; i < KILLS; i++)
		killed_once(mode);
	took = time_of_detach(mode);
	detach_ns = took > detach_ns ? took : detach_ns;
	peer = rig_open_plain(rig_right(0), mode);
	client = start_client(&c);
	traffic_run(peer, peer, SOME);
	child_join("the next client gets the queue", client);
	zcxsk_socket_close(peer);
	brokered_end(broker);
}

static void orphaned(enum zcxsk_mode mode)
{
	struct client c = {.mode = mode, .packets = SOME, .orphaned = true};
	struct zcxsk_socket *peer = rig_open_plain(rig_right(0), mode);
	pid_t broker = brokered_start(), client = start_client(&c);

	traffic_run(peer, peer, SOME);
	child_kill(broker);
	child_join("a client outlives its broker", client);
	zcxsk_socket_close(peer);
	/* The socket file that it left does not prevent a restart. */
	brokered_end(brokered_start());
}

int main(int argc, char **argv)
{
	rig_setup(1);
	brokered_setup(argc, argv);
	rig_each_mode(served);
	rig_each_mode(link_goes_down);
	rig_each_mode(rebuilt);
	rig_each_mode(killed);
	prompt_check(&freed, FREE_NS + detach_ns);
	rig_each_mode(orphaned);
	return 0;
}
