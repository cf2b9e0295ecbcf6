/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * port.c - an interface with all its queues as one object: every queue has a socket, and
 * every packet arrives once on one of them. Tries each memory layout, sockets spread over
 * threads, and a pool shared by two interfaces. In the guest the interfaces already have
 * QUEUES queues.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "check.h"
#include "flows.h"
#include "traffic.h"

#define QUEUES 4u
#define PACKETS 2000u
#define THREADS 2u
#define SHARED_FRAMES 32768u /* two ports of QUEUES sockets, with all rings full */

/* ---- all queues, memory layouts -------------------------------------------- */

static bool same_memory(struct zcxsk_port *port, uint32_t a, uint32_t b)
{
	return zcxsk_socket_umem(zcxsk_port_socket(port, a)) ==
	       zcxsk_socket_umem(zcxsk_port_socket(port, b));
}

static void check_counters(struct zcxsk_port *left, struct zcxsk_port *right)
{
	struct zcxsk_stats sum = flows_stats("the receiver's frames add up", right);
	struct zcxsk_redirect_stats st;
	uint64_t packets = 0;

	CHECK_EQ("the counters of all queues add up", sum.rx_packets, PACKETS);
	for (uint32_t q = 0; q < QUEUES; q++)
		packets += rig_stats(zcxsk_port_socket(right, q)).rx_packets;
	CHECK_EQ("the counters of the sockets add up", packets, PACKETS);
	zcxsk_redirect_stats_init(&st);
	CHECK_EQ("redirect counters", zcxsk_redirect_read_stats(zcxsk_port_redirect(right), &st),
		 0);
	CHECK_EQ("all packets were redirected", st.redirected, PACKETS);
	CHECK_EQ("no packet arrived on a queue without a socket", st.matched_no_socket, 0);
	for (uint32_t q = 0; q < QUEUES; q++)
		rig_check_quiet("frames of every queue are completed", zcxsk_port_socket(left, q));
	sum = flows_stats("the sender's frames add up", left);
	CHECK_EQ("all packets were sent", sum.tx_packets, PACKETS);
}

/* Generic XDP does not distinguish the queues of veth or tap devices. */
static void check_spread(struct zcxsk_port *port)
{
	if (zcxsk_socket_mode(zcxsk_port_socket(port, 0)) == ZCXSK_MODE_GENERIC_COPY)
		return;
	for (uint32_t q = 0; q < QUEUES; q++)
		CHECK("every queue has received",
		      rig_stats(zcxsk_port_socket(port, q)).rx_packets > 0);
}

static void run_layout(enum zcxsk_mode mode, enum zcxsk_port_memory memory)
{
	static const int32_t nodes[] = {0, -1};
	struct zcxsk_port *left, *right;
	struct port_rig o;

	flows_opts(&o, mode);
	o.port.memory = memory;
	if (memory == ZCXSK_PORT_MEMORY_PER_NODE) {
		o.port.nodes = nodes;
		o.port.node_count = 2;
	}
	right = flows_open(rig_right(0), &o);
	left = flows_open(rig_left(0), &o);
	CHECK_EQ("a socket on every queue", zcxsk_port_queues(right), QUEUES);
	CHECK("none beyond", !zcxsk_port_socket(right, QUEUES));
	CHECK_EQ("nothing has changed", zcxsk_port_check(right), 0);
	CHECK_EQ("queues 0 and 1", same_memory(right, 0, 1), memory == ZCXSK_PORT_MEMORY_SHARED);
	CHECK_EQ("queues 0 and 2", same_memory(right, 0, 2), memory != ZCXSK_PORT_MEMORY_PER_QUEUE);
	flows_run(left, right, PACKETS);
	check_counters(left, right);
	check_spread(right);
	CHECK_EQ("nothing is in flight at the end", zcxsk_port_close(left), 0);
	CHECK_EQ("the receiver has nothing in flight", zcxsk_port_close(right), 0);
	CHECK_EQ("the program is detached", rig_program(rig_right(0)), 0);
}

static void every_layout(enum zcxsk_mode mode)
{
	run_layout(mode, ZCXSK_PORT_MEMORY_SHARED);
	run_layout(mode, ZCXSK_PORT_MEMORY_PER_NODE);
	run_layout(mode, ZCXSK_PORT_MEMORY_PER_QUEUE);
}

/* ---- few frames ------------------------------------------------------------ */

static struct zcxsk_socket_info info_of(struct zcxsk_port *port, uint32_t queue)
{
	struct zcxsk_socket_info info;

	zcxsk_socket_info_init(&info);
	CHECK_EQ("info", zcxsk_socket_read_info(zcxsk_port_socket(port, queue), &info), 0);
	return info;
}

/* No queue gets more of what is shared because it is opened earlier. */
static void have_equal_shares(struct zcxsk_port *port)
{
	struct zcxsk_socket_info first = info_of(port, 0);

	for (uint32_t q = 1; q < QUEUES; q++) {
		struct zcxsk_socket_info info = info_of(port, q);

		CHECK_EQ("RX ring", info.rx_ring_size, first.rx_ring_size);
		CHECK_EQ("floor", info.floor, first.floor);
		/* Rounding a share leaves a frame or two for the queues that follow. */
		CHECK("frames posted", info.posted - first.posted + QUEUES <= 2 * QUEUES);
	}
}

static void few_frames(enum zcxsk_mode mode)
{
	for (uint32_t each = 512; each <= 2048; each *= 2) {
		struct zcxsk_port *port;
		struct zcxsk_plan plan;
		struct port_rig o;
		uint64_t posted = 0;

		flows_opts(&o, mode);
		o.rig.umem.frames = each;
		zcxsk_plan_init(&plan);
		CHECK_EQ("plan", zcxsk_port_plan(rig_left(0), &o.port, &plan, NULL), 0);
		port = flows_open(rig_left(0), &o);
		have_equal_shares(port);
		for (uint32_t q = 0; q < QUEUES; q++)
			posted += info_of(port, q).posted;
		/* A frame of each self-test may still be out when the next queue is opened. */
		CHECK("it is opened as planned", plan.posted - posted < QUEUES);
		zcxsk_port_close(port);
	}
}

/* ---- one pool for two interfaces ------------------------------------------- */

static struct zcxsk_pool *make_pool(const struct port_rig *o)
{
	struct zcxsk_umem_opts u = o->rig.umem;
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;

	u.frames = SHARED_FRAMES;
	CHECK_EQ("UMEM", zcxsk_umem_create(&umem, &u, NULL), 0);
	CHECK_EQ("pool", zcxsk_pool_create(&pool, umem, &o->rig.pool, NULL), 0);
	return pool;
}

static void drop_pool(struct zcxsk_pool *pool)
{
	struct zcxsk_umem *umem = zcxsk_pool_umem(pool);
	char text[200] = "";

	CHECK_EQ(text, zcxsk_pool_violation(pool, text, sizeof(text)), 0);
	CHECK_EQ("pool", zcxsk_pool_destroy(pool), 0);
	CHECK_EQ("UMEM", zcxsk_umem_destroy(umem), 0);
}

/* Sends the packets that the right end receives on the left end, to be received again. */
static void send_on(struct zcxsk_port *left, struct zcxsk_port *right, uint32_t n)
{
	uint64_t deadline = rig_now() + TRAFFIC_PATIENCE_NS;
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint32_t on = 0;

	flows_send_all(left, 0, n);
	while (on < n) {
		CHECK("packets arrive", rig_now() < deadline);
		for (uint32_t q = 0; q < QUEUES && on < n; q++) {
			uint32_t most = n - on < TRAFFIC_BURST ? n - on : TRAFFIC_BURST;
			uint32_t got = zcxsk_rx_burst(zcxsk_port_socket(right, q), p, most);

			CHECK_EQ("a frame received on one port is sent on the other",
				 zcxsk_tx_burst(zcxsk_port_socket(left, q), p, got), got);
			on += got;
		}
	}
}

static void two_interfaces(enum zcxsk_mode mode)
{
	static struct flows flows;
	uint64_t deadline;
	struct zcxsk_port *left, *right;
	struct zcxsk_pool *pool;
	struct port_rig o;

	flows_opts(&o, mode);
	pool = make_pool(&o);
	o.rig.socket.umem_opts = NULL;
	o.rig.socket.pool_opts = NULL;
	o.port.pool = pool;
	left = flows_open(rig_left(0), &o);
	right = flows_open(rig_right(0), &o);
	CHECK("both ports use one UMEM", zcxsk_socket_umem(zcxsk_port_socket(left, 0)) ==
						 zcxsk_socket_umem(zcxsk_port_socket(right, 3)));
	send_on(left, right, TRAFFIC_WINDOW);
	memset(&flows, 0, sizeof(flows));
	deadline = rig_now() + TRAFFIC_PATIENCE_NS;
	while (flows.got < TRAFFIC_WINDOW) {
		flows_take_all(right, &flows);
		CHECK("forwarded packets arrive", rig_now() < deadline);
	}
	flows_run(left, right, PACKETS);
	zcxsk_port_close(left);
	zcxsk_port_close(right);
	drop_pool(pool);
}

/* ---- threads ---------------------------------------------------------------- */

struct worker {
	struct zcxsk_port *port;
	uint32_t number;
	const bool *stop;
	uint32_t *got; /* packets, by all workers */
	struct flows *flows;
	pthread_t thread;
};

/* Serves every THREADS'th queue, with one cache for all of them. */
static void *work(void *argument)
{
	struct worker *w = argument;

	while (!__atomic_load_n(w->stop, __ATOMIC_RELAXED))
		for (uint32_t q = w->number; q < QUEUES; q += THREADS)
			__atomic_add_fetch(w->got,
					   flows_take(zcxsk_port_socket(w->port, q), w->flows),
					   __ATOMIC_RELAXED);
	return NULL;
}

static void pace(struct zcxsk_port *from, const uint32_t *got)
{
	uint64_t deadline = rig_now() + 4 * TRAFFIC_PATIENCE_NS;
	uint32_t sent = 0, q = 0, in = 0;

	while (in < PACKETS) {
		if (sent < PACKETS && sent - in < TRAFFIC_WINDOW) {
			sent += flows_send(zcxsk_port_socket(from, q), sent, PACKETS - sent);
			q = (q + 1) % QUEUES;
		}
		in = __atomic_load_n(got, __ATOMIC_RELAXED);
		CHECK("packets reach the threads", rig_now() < deadline);
	}
}

static void run_threads(struct zcxsk_port *left, struct zcxsk_port *right)
{
	static struct flows flows[THREADS];
	struct worker w[THREADS];
	bool stop = false;
	uint32_t got = 0;

	memset(flows, 0, sizeof(flows));
	for (uint32_t i = 0; i < THREADS; i++) {
		w[i] = (struct worker){right, i, &stop, &got, &flows[i], 0};
		CHECK_EQ("thread", pthread_create(&w[i].thread, NULL, work, &w[i]), 0);
	}
	pace(left, &got);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (uint32_t i = 0; i < THREADS; i++)
		pthread_join(w[i].thread, NULL);
	for (uint32_t i = 0; i < PACKETS; i++)
		CHECK_EQ("no packet reaches two threads", flows[0].seen[i] + flows[1].seen[i], 1);
	flows_stats("frames add up with caller-supplied caches", right);
}

static void spread_over_threads(enum zcxsk_mode mode)
{
	struct zcxsk_cache *caches[THREADS];
	struct zcxsk_port *left, *right;
	struct zcxsk_pool *pool;
	struct port_rig o;

	flows_opts(&o, mode);
	left = flows_open(rig_left(0), &o);
	pool = make_pool(&o);
	o.rig.socket.umem_opts = NULL;
	o.rig.socket.pool_opts = NULL;
	for (uint32_t i = 0; i < THREADS; i++)
		CHECK_EQ("cache", zcxsk_cache_create(&caches[i], pool, NULL), 0);
	o.port.caches = caches;
	o.port.cache_count = THREADS;
	right = flows_open(rig_right(0), &o);
	for (uint32_t q = 0; q < QUEUES; q++)
		CHECK("queues use the caches in turn",
		      zcxsk_socket_cache(zcxsk_port_socket(right, q)) == caches[q % THREADS]);
	run_threads(left, right);
	zcxsk_port_close(right);
	zcxsk_port_close(left);
	for (uint32_t i = 0; i < THREADS; i++)
		CHECK_EQ("caller-supplied caches are not destroyed", zcxsk_cache_destroy(caches[i]),
			 0);
	drop_pool(pool);
}

/* ---- choosing the mode ------------------------------------------------------- */

/*
 * A socket on the other interface already uses the memory of queue 1 in generic-copy
 * mode, and all sockets on one memory must have the same mode.
 */
static void all_queues_fall_back_together(void)
{
	const uint32_t both = ZCXSK_MODE_NATIVE_COPY | ZCXSK_MODE_GENERIC_COPY;
	const struct zcxsk_error *refusal;
	struct zcxsk_cache *caches[2], *other;
	struct zcxsk_pool *pools[2];
	struct zcxsk_socket *socket;
	struct zcxsk_port *port;
	struct port_rig o;

	flows_opts(&o, ZCXSK_MODE_GENERIC_COPY);
	for (unsigned i = 0; i < 2; i++) {
		pools[i] = make_pool(&o);
		CHECK_EQ("cache", zcxsk_cache_create(&caches[i], pools[i], NULL), 0);
	}
	CHECK_EQ("cache", zcxsk_cache_create(&other, pools[1], NULL), 0);
	o.rig.socket.umem_opts = NULL;
	o.rig.socket.pool_opts = NULL;
	o.rig.socket.cache = other;
	socket = rig_open(rig_left(0), 0, &o.rig.socket);
	o.rig.socket.cache = NULL;
	o.rig.socket.modes = both;
	o.port.caches = caches;
	o.port.cache_count = 2;
	CHECK_EQ("open", zcxsk_port_open(&port, rig_right(0), &o.port, NULL), 0);
	for (uint32_t q = 0; q < QUEUES; q++)
		CHECK_EQ("all queues fall back if one has to",
			 zcxsk_socket_mode(zcxsk_port_socket(port, q)), ZCXSK_MODE_GENERIC_COPY);
	refusal = zcxsk_socket_refusal(zcxsk_port_socket(port, 0), ZCXSK_MODE_NATIVE_COPY);
	CHECK("the reason is available", refusal);
	CHECK_NAMES("the reason names the mode", refusal->cause, "socket in generic-copy mode");
	zcxsk_port_close(port);
	o.rig.socket.modes = ZCXSK_MODE_NATIVE_COPY;
	CHECK_EQ("otherwise no socket is opened",
		 zcxsk_port_open(&port, rig_right(0), &o.port, NULL), -EOPNOTSUPP);
	CHECK_EQ("the program is detached", rig_program(rig_right(0)), 0);
	zcxsk_socket_close(socket);
	zcxsk_cache_destroy(other);
	for (unsigned i = 0; i < 2; i++) {
		CHECK_EQ("cache", zcxsk_cache_destroy(caches[i]), 0);
		drop_pool(pools[i]);
	}
}

/* ---- refusals ----------------------------------------------------------------- */

static void refused(const char *word, const struct zcxsk_port_opts *opts)
{
	struct zcxsk_error error = {0};
	struct zcxsk_port *port;

	CHECK_EQ(word, zcxsk_port_open(&port, rig_right(0), opts, &error), -EINVAL);
	CHECK(word, !port);
	CHECK_NAMES("the refusal names the reason", error.cause, word);
}

static void refuses_bad_options(void)
{
	static const int32_t no_node[] = {1023};
	struct zcxsk_cache *none[] = {NULL};
	struct zcxsk_umem_opts u;
	struct zcxsk_error error;
	struct zcxsk_port *port;
	struct port_rig o;

	flows_opts(&o, ZCXSK_MODES_ALL);
	o.port.memory = ZCXSK_PORT_MEMORY_PER_QUEUE + 1;
	refused("memory 3", &o.port);
	flows_opts(&o, ZCXSK_MODES_ALL);
	o.port.caches = none;
	refused("without the other", &o.port);
	o.port.cache_count = 1;
	refused("pool or caches are set", &o.port);
	o.rig.socket.umem_opts = NULL;
	o.rig.socket.pool_opts = NULL;
	refused("cache 0 of 1", &o.port);
	flows_opts(&o, ZCXSK_MODES_ALL);
	u = o.rig.umem;
	u.memory = &u;
	o.rig.socket.umem_opts = &u;
	refused("caller-supplied memory", &o.port);
	flows_opts(&o, ZCXSK_MODES_ALL);
	o.port.nodes = no_node;
	o.port.node_count = 1;
	refused("NUMA node 1023", &o.port);
	o.port.size = 3;
	refused("an options struct has a wrong size", &o.port);
	flows_opts(&o, ZCXSK_MODES_ALL);
	u = o.rig.umem;
	u.size = 3;
	o.rig.socket.umem_opts = &u;
	refused("the UMEM or pool options have a wrong size", &o.port);
	CHECK_EQ("a missing interface is named", zcxsk_port_open(&port, "none0", NULL, &error),
		 -ENODEV);
	CHECK_NAMES("a missing interface is named", error.cause, "'none0'");
	CHECK_EQ("no result pointer", zcxsk_port_open(NULL, rig_right(0), NULL, &error), -EINVAL);
	CHECK_EQ("no name", zcxsk_port_open(&port, NULL, NULL, &error), -EINVAL);
	CHECK_EQ("no port", zcxsk_port_close(NULL) + zcxsk_port_queues(NULL), 0);
	CHECK("no port", !zcxsk_port_socket(NULL, 0) && !zcxsk_port_redirect(NULL));
	CHECK_EQ("no port", zcxsk_port_check(NULL), -EINVAL);
	CHECK_EQ("no port", zcxsk_port_refresh(NULL, NULL, &error), -EINVAL);
	CHECK_EQ("no port", zcxsk_port_set_queues(NULL, 1, NULL, &error), -EINVAL);
	CHECK_EQ("no port", zcxsk_port_read_stats(NULL, NULL), -EINVAL);
	CHECK_EQ("the program is detached", rig_program(rig_right(0)), 0);
}

/* One queue has a foreign socket, so the port opens no queue at all. */
static void refuses_a_busy_queue(enum zcxsk_mode mode)
{
	struct zcxsk_redirect *redirect;
	struct zcxsk_socket *other;
	struct zcxsk_error error;
	struct zcxsk_port *port;
	struct port_rig o;

	flows_opts(&o, mode);
	o.rig.redirect.modes = mode;
	CHECK_EQ("redirect", zcxsk_redirect_attach(&redirect, rig_right(0), &o.rig.redirect, NULL),
		 0);
	o.rig.socket.redirect_opts = NULL;
	o.rig.socket.redirect = redirect;
	other = rig_open(rig_right(0), 2, &o.rig.socket);
	flows_opts(&o, mode);
	CHECK_EQ("a foreign program is not replaced",
		 zcxsk_port_open(&port, rig_right(0), &o.port, &error), -EBUSY);
	zcxsk_socket_close(other);
	CHECK_EQ("detach", zcxsk_redirect_detach(redirect), 0);
	port = flows_open(rig_right(0), &o);
	CHECK_EQ("all queues can be opened once it is gone", zcxsk_port_queues(port), QUEUES);
	CHECK_EQ("close", zcxsk_port_close(port), 0);
}

int main(void)
{
	if (getenv("ZCXSK_TEST_IFACES"))
		rig_setup(1);
	else
		rig_setup_queues(QUEUES);
	rig_each_mode(every_layout);
	rig_each_mode(few_frames);
	rig_each_mode(two_interfaces);
	rig_each_mode(spread_over_threads);
	rig_each_mode(refuses_a_busy_queue);
	all_queues_fall_back_together();
	refuses_bad_options();
	return 0;
}
