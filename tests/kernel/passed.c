/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * passed.c - packets that no rule takes reach the kernel, whatever the program does with those
 * that it takes: nothing, hold them, give a few back, forward them without a kick, or stand
 * still. In zero copy the device has buffers only from the program's frames.
 *
 * Usage: passed [queues]; with the argument a socket on each queue shares one UMEM.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "passed_peer.h"
#include "rig.h"

#define NEVER_NS 3600000000000ull /* the rules end after the test */
#define SOON_NS 100000000ull	  /* they end during it */
#define HELD_MAX 16384u

static struct zcxsk_packet held[HELD_MAX];
static uint32_t held_count;

/* ---- sockets ------------------------------------------------------------------- */

struct setup {
	const char *name;
	uint64_t frames; /* 0 = default */
	uint32_t rx_ring;
	uint32_t fill_ring;
};

static struct zcxsk_socket *open_setup(enum zcxsk_mode mode, const struct setup *u)
{
	struct rig_opts o;

	rig_opts(&o, mode);
	o.redirect.rules = NULL;
	o.redirect.rules_text = RULES;
	o.redirect.confirm_ns = NEVER_NS;
	o.umem.frames = u->frames;
	o.pool.flags = 0;
	o.socket.rx_ring_size = u->rx_ring;
	o.socket.fill_ring_size = u->fill_ring;
	o.socket.kick_policy = ZCXSK_KICK_MANUAL;
	o.socket.watchdog_first_ns = UINT64_MAX;
	return rig_open(rig_left(0), 0, &o.socket);
}

/* Packets that can wait in the RX ring. */
static uint32_t most_waiting(const struct zcxsk_socket *s)
{
	struct zcxsk_socket_info info;

	zcxsk_socket_info_init(&info);
	CHECK_EQ("info", zcxsk_socket_read_info(s, &info), 0);
	return info.rx_ring_size < info.posted ? info.rx_ring_size : info.posted;
}

static void flood(uint32_t n)
{
	while (n--)
		send_udp(TAKEN);
}

/* Floods until no more packets fit into the RX ring. */
static void fill_rx_ring(struct zcxsk_socket *s)
{
	uint64_t deadline = rig_now() + DEADLINE_NS;

	while (rig_stats(s).in_rx_ring < most_waiting(s)) {
		CHECK("the RX ring fills", rig_now() < deadline);
		flood(64);
	}
	flood(1000);
}

/* Receives while packets arrive, until the socket refuses. `use` gets each packet. */
static void receive_until_refused(struct zcxsk_socket *s,
				  void (*use)(struct zcxsk_socket *s, uint32_t n))
{
	uint64_t deadline = rig_now() + DEADLINE_NS;

	for (uint32_t refused = 0; refused < 20;) {
		uint32_t n;

		CHECK("the application holds too much at last", rig_now() < deadline);
		flood(64);
		n = zcxsk_rx_burst(s, held + held_count, 64);
		CHECK("held packets fit", held_count + n + 64 <= HELD_MAX);
		held_count += n;
		refused += !n && zcxsk_socket_status(s) == -ENOBUFS;
		use(s, n);
	}
}

static void hold(struct zcxsk_socket *s, uint32_t n)
{
	(void)s, (void)n;
}

static void give_back_some(struct zcxsk_socket *s, uint32_t n)
{
	n /= 8;
	held_count -= n;
	CHECK_EQ("frames return", zcxsk_packet_release(s, held + held_count, n), n);
}

/* A full TX ring would be kicked: the rest stays with the program. */
static void forward(struct zcxsk_socket *s, uint32_t n)
{
	uint32_t in_flight = zcxsk_tx_outstanding(s), sent;

	(void)n;
	sent = in_flight ? 0 : zcxsk_tx_burst(s, held, held_count);
	held_count -= sent;
	memmove(held, held + sent, held_count * sizeof(held[0]));
}

static void release_all(struct zcxsk_socket *s)
{
	CHECK_EQ("frames return", zcxsk_packet_release(s, held, held_count), held_count);
	held_count = 0;
}

/* The socket works again: a packet of its own arrives. */
static void check_takes(struct zcxsk_socket *s)
{
	struct zcxsk_packet p;
	uint32_t n = 0;

	flood(1);
	CHECK_EQ("it receives again", zcxsk_rx_wait(s, &p, 1, DEADLINE_NS, &n), 0);
	CHECK_EQ("frames return", zcxsk_packet_release(s, &p, n), 1);
}

/*
 * The rules are not confirmed in time: the kernel gets what they took as well, though the
 * program still has the frames. Then the socket is closed.
 */
static void end_rules(struct zcxsk_socket *s)
{
	uint64_t deadline = rig_now() + DEADLINE_NS;
	struct zcxsk_redirect_opts o;

	zcxsk_redirect_opts_init(&o);
	o.rules_text = RULES;
	o.confirm_ns = SOON_NS;
	CHECK_EQ("new rules", zcxsk_redirect_swap(zcxsk_socket_redirect(s), &o, NULL), 0);
	kernel_gets_taken();
	do {
		CHECK("unconfirmed rules end", rig_now() < deadline);
		send_udp(TAKEN);
		poll(NULL, 0, 1);
	} while (!kernel_gets_taken());
	check_passed("after the deadline");
	held_count = 0;
	zcxsk_socket_close(s);
	check_closed();
}

/* ---- tests --------------------------------------------------------------------- */

/* The rings of which each behaviour is tested. */
static const struct setup rings[] = {
	{"RX ring 64", 2048, 64, 0},
	{"RX ring 256", 2048, 256, 0},
	{"RX ring 2048", 4096, 2048, 0},
	{"1024 frames", 1024, 0, 0},
};

#define RINGS (sizeof(rings) / sizeof(rings[0]))

static void never_receives(enum zcxsk_mode mode)
{
	static const struct setup more[] = {
		{"default rings", 0, 0, 0},
		{"12288 frames", 12288, 0, 0},
		{"12288 frames, RX ring 512, fill ring 1024", 12288, 512, 1024},
	};

	for (size_t i = 0; i < RINGS + sizeof(more) / sizeof(more[0]); i++) {
		const struct setup *setup = i < RINGS ? &rings[i] : &more[i - RINGS];
		struct zcxsk_socket *s = open_setup(mode, setup);

		printf("  %s\n", setup->name);
		fill_rx_ring(s);
		check_passed("never receives");
		check_takes(s);
		flood(4096);
		end_rules(s);
	}
}

static void holds_frames(enum zcxsk_mode mode, const struct setup *setup)
{
	static const struct {
		const char *name;
		void (*use)(struct zcxsk_socket *s, uint32_t n);
	} uses[] = {
		{"holds all", hold},
		{"gives back one of eight", give_back_some},
		{"forwards and never kicks", forward},
	};

	printf("  %s\n", setup->name);
	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		struct zcxsk_socket *s = open_setup(mode, setup);

		receive_until_refused(s, uses[i].use);
		check_passed(uses[i].name);
		release_all(s);
		zcxsk_tx_flush(s);
		check_takes(s);
		receive_until_refused(s, uses[i].use);
		end_rules(s);
	}
}

static void allocates_everything(enum zcxsk_mode mode)
{
	static const struct setup setup = {"", 2048, 256, 0};
	struct zcxsk_socket *s = open_setup(mode, &setup);
	uint32_t n;

	while ((n = zcxsk_tx_alloc(s, held + held_count, 64, FRAME_BYTES)))
		held_count += n;
	receive_until_refused(s, hold);
	check_passed("allocates all frames");
	release_all(s);
	check_takes(s);
	zcxsk_socket_close(s);
}

/* The program is stopped, as a debugger or a full disk stops it. */
static void stands_still(enum zcxsk_mode mode, const struct setup *setup)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	CHECK("fork", child >= 0);
	if (!child) {
		open_setup(mode, setup);
		raise(SIGSTOP);
		_exit(1);
	}
	CHECK_EQ("the program stops", waitpid(child, &status, WUNTRACED), child);
	CHECK("the program stops", WIFSTOPPED(status));
	flood(8000);
	check_passed("a stopped program");
	kill(child, SIGKILL);
	CHECK_EQ("the program ends", waitpid(child, &status, 0), child);
}

/* Too few frames for zero copy are an error, not a reason for a slower mode. */
static void too_few_frames_are_refused(void)
{
	struct zcxsk_socket *socket;
	struct zcxsk_error error = {0};
	struct zcxsk_plan plan;
	struct rig_opts o;
	int ret;

	rig_opts(&o, (enum zcxsk_mode)0);
	o.umem.frames = 1024;
	o.socket.rx_ring_size = 2048;
	zcxsk_plan_init(&plan);
	ret = zcxsk_socket_plan(rig_left(0), 0, &o.socket, &plan, &error);
	CHECK_EQ("the plan and the socket agree",
		 zcxsk_socket_open(&socket, rig_left(0), 0, &o.socket, &error), ret);
	if (rig_modes() & ZCXSK_MODE_ZERO_COPY) {
		CHECK_EQ("zero copy is refused", ret, -ENOMEM);
		CHECK("with the numbers", strstr(error.cause, "2048 for the RX ring"));
		CHECK("the refusal is final", plan.frames > 1024);
		check_passed("after a refusal");
		o.umem.frames = plan.frames;
	} else {
		CHECK_EQ("a card without zero copy takes them", ret, 0);
		zcxsk_socket_close(socket);
	}
	socket = rig_open(rig_left(0), 0, &o.socket);
	CHECK("the best mode", rig_modes() & zcxsk_socket_mode(socket));
	zcxsk_socket_close(socket);
}

/* ---- several queues -------------------------------------------------------------- */

static void hold_on_all_queues(struct zcxsk_port *port)
{
	uint64_t deadline = rig_now() + DEADLINE_NS;
	uint32_t refused = 0, queues = zcxsk_port_queues(port);

	while (refused < queues) {
		CHECK("every socket refuses at last", rig_now() < deadline);
		flood(256);
		refused = 0;
		for (uint32_t q = 0; q < queues; q++) {
			struct zcxsk_socket *s = zcxsk_port_socket(port, q);
			struct zcxsk_packet packets[64];

			while (zcxsk_rx_burst(s, packets, 64))
				;
			refused += zcxsk_socket_status(s) == -ENOBUFS;
		}
	}
}

static void queues_share_frames(enum zcxsk_mode mode, const struct setup *setup)
{
	struct zcxsk_port_opts po;
	struct zcxsk_error error = {0};
	struct zcxsk_port *port;
	struct rig_opts o;

	rig_opts(&o, mode);
	o.redirect.rules = NULL;
	o.redirect.rules_text = RULES;
	o.umem.frames = setup->frames; /* of each queue */
	o.pool.flags = 0;
	o.socket.rx_ring_size = setup->rx_ring;
	zcxsk_port_opts_init(&po);
	po.socket_opts = &o.socket;
	CHECK_EQ(error.cause, zcxsk_port_open(&port, rig_left(0), &po, &error), 0);
	CHECK("several queues", zcxsk_port_queues(port) > 1);
	printf("  %s\n", setup->name);
	check_passed("four sockets on one UMEM");
	hold_on_all_queues(port);
	check_passed("four sockets that hold all");
	zcxsk_port_close(port);
	check_closed();
}

static void on_several_queues(enum zcxsk_mode mode)
{
	for (size_t i = 0; i < RINGS; i++)
		queues_share_frames(mode, &rings[i]);
}

static void on_one_queue(enum zcxsk_mode mode)
{
	never_receives(mode);
	for (size_t i = 0; i < RINGS; i++) {
		holds_frames(mode, &rings[i]);
		stands_still(mode, &rings[i]);
	}
	allocates_everything(mode);
}

int main(int argc, char **argv)
{
	(void)argv;
	rig_setup(1);
	open_peer();
	check_passed("without a program");
	if (argc > 1) {
		rig_each_mode(on_several_queues);
	} else {
		rig_each_mode(on_one_queue);
		too_few_frames_are_refused();
	}
	close_peer();
	return 0;
}
