/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rebuild.c - a socket gets a new queue in mid-stream: traffic goes on, every
 * frame is accounted for and those given up are counted; where it cannot be
 * known which frames the queue had it is refused and nothing has changed; and a
 * rebuild that fails leaves a socket that can be used, rebuilt and closed safely.
 */
#include <errno.h>
#include <poll.h>
#include <sys/resource.h>

#include "check.h"
#include "resources.h"
#include "rig.h"
#include "traffic.h"

#define PACKETS 300u
#define SOME 16u     /* packets that are out, held or waiting at a rebuild */
#define FRAMES 8192u /* for two sockets on one memory */
#define ROUNDS 6u    /* a leak of one a round is told from malloc's own moods */
#define PAUSE_MS 1
#define SHORT_NS 50000000ull
#define LATE_NS 10000000000ull /* on a busy machine; all the deadlines together are later */
#define DEADLINE_NS 20000000000ull

static void rebuild(const char *behaviour, struct zcxsk_socket *s)
{
	struct zcxsk_error error = {0};
	int ret = zcxsk_socket_rebuild(s, &error);

	if (ret)
		fprintf(stderr, "%s: %s\n", error.step, error.cause);
	CHECK_EQ(behaviour, ret, 0);
	CHECK_EQ("the status is good after a rebuild", zcxsk_socket_status(s), 0);
}

/* Options of a sender whose packets stay in the ring until it flushes. */
static void manual_opts(struct rig_opts *o, enum zcxsk_mode mode, uint32_t pool_flags)
{
	rig_opts(o, mode);
	o->pool.flags = pool_flags;
	o->socket.kick_policy = ZCXSK_KICK_MANUAL;
}

static struct zcxsk_socket *open_manual(enum zcxsk_mode mode, uint32_t pool_flags)
{
	struct rig_opts o;

	manual_opts(&o, mode, pool_flags);
	return rig_open(rig_left(0), 0, &o.socket);
}

/* As traffic_run(), for senders that flush. */
static void run(struct zcxsk_socket *from, struct zcxsk_socket *to, uint32_t n)
{
	uint32_t sent = 0, got = 0;

	while (got < n) {
		if (sent < n && sent - got < TRAFFIC_WINDOW)
			sent += traffic_send(from, sent, n - sent);
		zcxsk_tx_flush(from);
		got += traffic_receive(to, got);
	}
}

/* Awaits that so many packets wait to be received. */
static void await_received(struct zcxsk_socket *s, uint64_t n)
{
	uint64_t deadline = rig_now() + DEADLINE_NS;

	while (rig_stats(s).in_rx_ring < n) {
		CHECK("packets arrive", rig_now() < deadline);
		poll(NULL, 0, PAUSE_MS);
	}
}

/* ---- in mid-stream ----------------------------------------------------------- */

static void rebuild_sender(struct zcxsk_socket *tx)
{
	struct zcxsk_stats before, after;

	CHECK_EQ("what went before is home", zcxsk_tx_drain(tx, DEADLINE_NS), 0);
	CHECK_EQ("packets stay in the ring", traffic_send(tx, 0, SOME), SOME);
	before = rig_stats(tx);
	CHECK_EQ("they are out", zcxsk_tx_outstanding(tx), SOME);
	rebuild("a sender is rebuilt", tx);
	after = rig_stats(tx);
	CHECK_EQ("what was out is given up", after.tx_abandoned - before.tx_abandoned, SOME);
	CHECK_EQ("what was posted is given up", after.rx_abandoned - before.rx_abandoned,
		 before.in_fill_ring + before.in_kernel_rx);
	CHECK_EQ("counters go on", after.tx_packets, before.tx_packets);
	CHECK("as many frames are posted as before",
	      after.in_fill_ring + after.in_kernel_rx >= before.in_fill_ring + before.in_kernel_rx);
	rig_check_places("a rebuilt sender's frames balance", tx);
}

/* Packets that wait in the RX ring are lost with the queue, and counted. */
static void rebuild_receiver(struct zcxsk_socket *tx, struct zcxsk_socket *rx)
{
	struct zcxsk_stats before, after;

	traffic_send_all(tx, 0, SOME);
	CHECK_EQ("they leave", zcxsk_tx_flush(tx), 0);
	await_received(rx, SOME);
	before = rig_stats(rx);
	rebuild("a receiver is rebuilt", rx);
	after = rig_stats(rx);
	CHECK_EQ("nothing is left to receive", after.in_rx_ring, 0);
	CHECK_EQ("what was posted and what was received is given up",
		 after.rx_abandoned - before.rx_abandoned,
		 before.in_fill_ring + before.in_kernel_rx + SOME);
	CHECK_EQ("nothing that was sent is", after.tx_abandoned, before.tx_abandoned);
	CHECK_EQ("the application holds nothing", after.in_application, 0);
	rig_check_places("a rebuilt receiver's frames balance", rx);
}

/* Each time some are out. */
static void rebuild_often(struct zcxsk_socket *s)
{
	uint64_t given_up;
	unsigned files, maps;

	/* Once before counting: waiting and the timer have descriptors of their own. */
	CHECK("a descriptor of the watchdog", zcxsk_watchdog_fd(s) >= 0);
	rebuild("a socket is rebuilt", s);
	files = resources_files();
	maps = resources_mappings();
	given_up = rig_stats(s).tx_abandoned;
	for (unsigned i = 0; i < ROUNDS; i++) {
		CHECK_EQ("what went before is home", zcxsk_tx_drain(s, DEADLINE_NS), 0);
		CHECK_EQ("packets stay in the ring", traffic_send(s, 0, SOME), SOME);
		rebuild("a socket is rebuilt again and again", s);
	}
	CHECK_EQ("rebuilding leaves no file", resources_files(), files);
	CHECK("rebuilding leaves no mapping", resources_mappings() < maps + ROUNDS);
	CHECK_EQ("each time what was out is given up", rig_stats(s).tx_abandoned - given_up,
		 ROUNDS * SOME);
}

/* ---- frames that the application holds ---------------------------------------- */

static void refused(struct zcxsk_socket *s, int code, const char *word)
{
	struct zcxsk_error error = {0};
	struct zcxsk_stats before = rig_stats(s), after;

	CHECK_EQ("a rebuild is refused", zcxsk_socket_rebuild(s, &error), code);
	CHECK_EQ("the refusal is explained", error.code, code);
	CHECK_NAMES("the refusal says why", error.cause, word);
	CHECK_NAMES("the refusal says what helps", error.remedy, "ZCXSK_POOL_CHECK");
	after = rig_stats(s);
	CHECK_EQ("a refusal gives up nothing", after.tx_abandoned + after.rx_abandoned,
		 before.tx_abandoned + before.rx_abandoned);
	CHECK_EQ("a refusal leaves the status", zcxsk_socket_status(s), 0);
	rig_check_places("a refusal moves no frame", s);
}

/* Without the ledger they look like the kernel's. */
static void held_without_the_check(struct zcxsk_socket *tx, struct zcxsk_socket *rx)
{
	struct zcxsk_packet held[SOME];

	CHECK_EQ("nothing can be rebuilt of nothing", zcxsk_socket_rebuild(NULL, NULL), -EINVAL);
	CHECK_EQ("frames", zcxsk_tx_alloc(tx, held, SOME, 0), SOME);
	refused(tx, -EBUSY, "holds");
	CHECK_EQ("packets are taken", traffic_send(tx, 0, SOME), SOME);
	refused(tx, -EBUSY, "holds");
	CHECK_EQ("a refused socket still sends", zcxsk_tx_flush(tx), 0);
	traffic_receive_all(rx, 0, SOME);
	CHECK_EQ("held frames are still the application's", zcxsk_packet_release(tx, held, SOME),
		 SOME);
	rebuild("it is rebuilt when they are released", tx);
}

/* With the ledger they are the application's across the rebuild. */
static void held_with_the_check(struct zcxsk_socket *tx, struct zcxsk_socket *rx)
{
	struct zcxsk_packet held[SOME];

	CHECK_EQ("frames", zcxsk_tx_alloc(tx, held, SOME, 0), SOME);
	for (uint32_t i = 0; i < SOME; i++) {
		held[i].len = traffic_length(i);
		traffic_write(zcxsk_packet_data(zcxsk_socket_base(tx), &held[i]), held[i].len, i);
	}
	rebuild("with the check frames may be held", tx);
	CHECK_EQ("they are still the application's", rig_stats(tx).in_application, SOME);
	CHECK_EQ("they can be sent", zcxsk_tx_burst(tx, held, SOME), SOME);
	CHECK_EQ("they leave", zcxsk_tx_flush(tx), 0);
	traffic_receive_all(rx, 0, SOME);
	rig_check_places("held frames balance", tx);
}

static void check_at_rest(struct zcxsk_socket *s)
{
	struct zcxsk_pool *pool = zcxsk_cache_pool(zcxsk_socket_cache(s));

	CHECK_EQ("every frame sent later comes home", zcxsk_tx_drain(s, DEADLINE_NS), 0);
	rig_check_places("frames balance at the end", s);
	CHECK_EQ("no wrong move", zcxsk_pool_violation(pool, NULL, 0), 0);
	CHECK_EQ("nothing is out at close", zcxsk_socket_close(s), 0);
}

static void traffic_goes_on(enum zcxsk_mode mode, uint32_t pool_flags)
{
	struct zcxsk_socket *tx = open_manual(mode, pool_flags), *rx;
	uint32_t program = rig_program(rig_left(0));
	struct rig_opts o;

	rig_opts(&o, mode);
	o.pool.flags = pool_flags;
	rx = rig_open(rig_right(0), 0, &o.socket);
	run(tx, rx, PACKETS);
	rebuild_sender(tx);
	run(tx, rx, PACKETS);
	rebuild_receiver(tx, rx);
	run(tx, rx, PACKETS);
	run(rx, tx, PACKETS);
	if (pool_flags)
		held_with_the_check(tx, rx);
	else
		held_without_the_check(tx, rx);
	run(tx, rx, PACKETS);
	rebuild_often(tx);
	run(tx, rx, PACKETS);
	CHECK_EQ("the mode stays", zcxsk_socket_mode(tx), mode);
	CHECK_EQ("the program stays", rig_program(rig_left(0)), program);
	check_at_rest(tx);
	check_at_rest(rx);
}

static void in_mid_stream(enum zcxsk_mode mode)
{
	traffic_goes_on(mode, ZCXSK_POOL_CHECK);
	traffic_goes_on(mode, 0);
}

/* ---- one memory, two sockets --------------------------------------------------- */

struct memory {
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_cache *caches[2];
	struct zcxsk_socket *sockets[2];
};

static void make_memory(struct memory *m, uint32_t pool_flags)
{
	struct zcxsk_umem_opts u;
	struct zcxsk_pool_opts p;

	zcxsk_umem_opts_init(&u);
	zcxsk_pool_opts_init(&p);
	u.frames = FRAMES;
	p.flags = pool_flags;
	CHECK_EQ("UMEM", zcxsk_umem_create(&m->umem, &u, NULL), 0);
	CHECK_EQ("pool", zcxsk_pool_create(&m->pool, m->umem, &p, NULL), 0);
	for (unsigned i = 0; i < 2; i++)
		CHECK_EQ("cache", zcxsk_cache_create(&m->caches[i], m->pool, NULL), 0);
}

static struct zcxsk_socket *open_on(struct zcxsk_cache *cache, const char *ifname,
				    enum zcxsk_mode mode)
{
	struct rig_opts o;

	manual_opts(&o, mode, 0);
	o.socket.umem_opts = NULL;
	o.socket.pool_opts = NULL;
	o.socket.cache = cache;
	return rig_open(ifname, 0, &o.socket);
}

static void free_memory(struct memory *m)
{
	for (unsigned i = 0; i < 2; i++)
		CHECK_EQ("the cache is free", zcxsk_cache_destroy(m->caches[i]), 0);
	CHECK_EQ("no wrong move", zcxsk_pool_violation(m->pool, NULL, 0), 0);
	CHECK_EQ("the pool is free", zcxsk_pool_destroy(m->pool), 0);
	CHECK_EQ("the UMEM is free", zcxsk_umem_destroy(m->umem), 0);
}

/* Of both sockets: what is in no socket's rings is in a cache or in the pool. */
static void check_shared_places(const struct memory *m)
{
	uint64_t sum = zcxsk_pool_available(m->pool);

	for (unsigned i = 0; i < 2; i++) {
		struct zcxsk_stats st = rig_stats(m->sockets[i]);

		sum += st.in_fill_ring + st.in_kernel_rx + st.in_rx_ring + st.in_tx_ring +
		       st.in_kernel_tx + st.in_completion_ring + st.in_cache +
		       (uint64_t)st.in_application;
	}
	CHECK_EQ("frames of both sockets balance", sum, FRAMES);
}

/* Packets in all of the other socket's rings live through the rebuild. */
static void other_goes_on(struct memory *m, unsigned rebuilt)
{
	struct zcxsk_socket *s = m->sockets[rebuilt], *other = m->sockets[1 - rebuilt];
	struct zcxsk_stats before, after;

	CHECK_EQ("packets leave", traffic_send(s, 0, SOME), SOME);
	CHECK_EQ("packets leave", zcxsk_tx_flush(s), 0);
	await_received(other, SOME);
	CHECK_EQ("packets stay in the ring", traffic_send(other, 0, SOME), SOME);
	before = rig_stats(other);
	rebuild("with the check one of two is rebuilt", s);
	after = rig_stats(other);
	CHECK_EQ("the other gives up nothing", after.tx_abandoned + after.rx_abandoned,
		 before.tx_abandoned + before.rx_abandoned);
	traffic_receive_all(other, 0, SOME);
	CHECK_EQ("the other's packets leave", zcxsk_tx_flush(other), 0);
	traffic_receive_all(s, 0, SOME);
	check_shared_places(m);
	run(s, other, PACKETS);
	run(other, s, PACKETS);
	check_shared_places(m);
}

static void one_of_two(enum zcxsk_mode mode, uint32_t pool_flags)
{
	struct memory m;

	make_memory(&m, pool_flags);
	m.sockets[0] = open_on(m.caches[0], rig_left(0), mode);
	m.sockets[1] = open_on(m.caches[1], rig_right(0), mode);
	if (pool_flags) {
		/* The one that registered the memory, and the one that joined. */
		other_goes_on(&m, 0);
		other_goes_on(&m, 1);
	} else {
		struct zcxsk_error error = {0};

		CHECK_EQ("of a shared memory it is refused",
			 zcxsk_socket_rebuild(m.sockets[0], &error), -EOPNOTSUPP);
		CHECK_NAMES("the refusal says why", error.cause, "others");
		CHECK_NAMES("the refusal says what helps", error.remedy, "ZCXSK_POOL_CHECK");
		run(m.sockets[0], m.sockets[1], PACKETS);
		run(m.sockets[1], m.sockets[0], PACKETS);
	}
	for (unsigned i = 0; i < 2; i++)
		zcxsk_socket_close(m.sockets[i]);
	free_memory(&m);
}

static void shared_memory(enum zcxsk_mode mode)
{
	one_of_two(mode, 0);
	one_of_two(mode, ZCXSK_POOL_CHECK);
}

/* ---- a rebuild that fails ------------------------------------------------------ */

/* Every call of the data path, on a socket without a queue. */
static void check_calls_are_safe(struct zcxsk_socket *s, uint32_t out)
{
	uint64_t start = rig_now();
	unsigned char data[60] = {0};
	struct zcxsk_packet p[SOME], got[SOME];
	struct zcxsk_stall stall;
	uint32_t n, count;

	zcxsk_stall_init(&stall);
	CHECK_EQ("the status says so", zcxsk_socket_status(s), -ENXIO);
	n = zcxsk_tx_alloc(s, p, SOME, 0);
	for (uint32_t i = 0; i < n; i++)
		p[i].len = sizeof(data);
	CHECK_EQ("nothing is taken", zcxsk_tx_burst(s, p, n), 0);
	CHECK_EQ("a wait for room ends", zcxsk_tx_wait(s, p, n, SHORT_NS, &count), -ENXIO);
	CHECK_EQ("nothing is taken", count, 0);
	CHECK_EQ("frames can be released", zcxsk_packet_release(s, p, n), n);
	CHECK_EQ("no copy is taken", zcxsk_tx_send(s, data, sizeof(data)), -ENXIO);
	CHECK_EQ("no copy is taken", zcxsk_tx_send_wait(s, data, sizeof(data), SHORT_NS), -ENXIO);
	CHECK_EQ("nothing is in the ring", zcxsk_tx_flush(s), 0);
	CHECK_EQ("nothing comes home", zcxsk_tx_reap(s), 0);
	CHECK_EQ("what was out is still", zcxsk_tx_outstanding(s), out);
	CHECK_EQ("a drain ends", zcxsk_tx_drain(s, DEADLINE_NS), out);
	CHECK_EQ("nothing is received", zcxsk_rx_burst(s, got, SOME), 0);
	CHECK_EQ("a receiver is told", zcxsk_rx_wait(s, got, SOME, DEADLINE_NS, &count), -ENXIO);
	CHECK_EQ("the watchdog says so", zcxsk_watchdog_run(s), -ENXIO);
	CHECK_EQ("there is no stall", zcxsk_watchdog_read_stall(s, &stall), -EAGAIN);
	CHECK("the timer is there", zcxsk_watchdog_fd(s) >= 0);
	CHECK_EQ("there is no kernel socket", zcxsk_socket_fd(s), -1);
	rig_check_places("frames of a socket without a queue balance", s);
	CHECK("none of these waits long", rig_now() - start < LATE_NS);
}

/* No descriptor is to be had: the old queue is gone, and there is no new one. */
static void fail_to_open(struct zcxsk_socket *s)
{
	struct rlimit before, none;
	struct zcxsk_error error = {0};

	CHECK_EQ("limit", getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	CHECK_EQ("limit", setrlimit(RLIMIT_NOFILE, &none), 0);
	CHECK_EQ("a rebuild without a descriptor fails", zcxsk_socket_rebuild(s, &error), -EMFILE);
	CHECK_EQ("limit", setrlimit(RLIMIT_NOFILE, &before), 0);
	CHECK_EQ("the failure is explained", error.code, -EMFILE);
	CHECK("the failure is explained", error.step[0] && error.cause[0]);
}

/* Without waiting, a queue that the kernel has not released yet fails to bind. */
static void retry(struct zcxsk_socket *s, uint32_t out)
{
	uint64_t deadline = rig_now() + DEADLINE_NS;
	unsigned busy = 0;
	int ret;

	while ((ret = zcxsk_socket_rebuild(s, NULL))) {
		CHECK_EQ("a queue that is not released is busy", ret, -EBUSY);
		if (!busy++)
			check_calls_are_safe(s, out);
		CHECK("a queue is released in time", rig_now() < deadline);
		poll(NULL, 0, PAUSE_MS);
	}
	printf("  %u rebuilds were too early\n", busy);
}

static void impatient_opts(struct rig_opts *o, enum zcxsk_mode mode, uint32_t pool_flags)
{
	manual_opts(o, mode, pool_flags);
	o->socket.busy_timeout_ns = UINT64_MAX;
}

static uint32_t fail(struct zcxsk_socket *s)
{
	uint32_t out;

	CHECK_EQ("what went before is home", zcxsk_tx_drain(s, DEADLINE_NS), 0);
	CHECK_EQ("packets stay in the ring", traffic_send(s, 0, SOME), SOME);
	fail_to_open(s);
	out = zcxsk_tx_outstanding(s);
	CHECK_EQ("what was out stays out", out, SOME);
	check_calls_are_safe(s, out);
	return out;
}

static void fails_and_recovers(enum zcxsk_mode mode, uint32_t pool_flags)
{
	struct zcxsk_socket *rx = rig_open_plain(rig_right(0), mode), *tx;
	struct rig_opts o;

	impatient_opts(&o, mode, pool_flags);
	tx = rig_open(rig_left(0), 0, &o.socket);
	run(tx, rx, PACKETS);
	retry(tx, fail(tx));
	CHECK_EQ("what was out is given up once", rig_stats(tx).tx_abandoned, SOME);
	rig_check_places("frames balance after a rebuild in steps", tx);
	run(tx, rx, PACKETS);
	run(rx, tx, PACKETS);
	rig_check_places("frames balance at the end", tx);
	zcxsk_socket_close(tx);
	zcxsk_socket_close(rx);
}

/* The frames of the dead queue stay away from the pool: nobody said they are free. */
static void fails_and_closes(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s = open_manual(mode, ZCXSK_POOL_CHECK);
	struct memory m;
	uint32_t out = fail(s);

	CHECK_EQ("a close tells how many are out", zcxsk_socket_close(s), out);

	make_memory(&m, ZCXSK_POOL_CHECK);
	s = open_on(m.caches[0], rig_left(0), mode);
	out = fail(s);
	CHECK_EQ("a close tells how many are out", zcxsk_socket_close(s), out);
	CHECK("what the queue had is not used again",
	      zcxsk_pool_available(m.pool) + zcxsk_cache_available(m.caches[0]) <= FRAMES - out);
	free_memory(&m);
	zcxsk_socket_close(rig_open_plain(rig_left(0), mode));
}

/* Copying, a queue can be had without a link. Otherwise it works when that is up. */
static void link_is_down(enum zcxsk_mode mode)
{
	struct zcxsk_socket *rx = rig_open_plain(rig_right(0), mode);
	struct zcxsk_socket *tx = open_manual(mode, ZCXSK_POOL_CHECK);
	struct zcxsk_error error = {0};
	int ret;

	rig_link(rig_left(0), "down");
	ret = zcxsk_socket_rebuild(tx, &error);
	CHECK("a rebuild says that the link is down, if that is what it lacks",
	      !ret || ret == -ENETDOWN);
	CHECK_EQ("the failure is explained", error.code, ret);
	rig_link(rig_left(0), "up");
	if (ret)
		rebuild("it is rebuilt when the link is up", tx);
	run(tx, rx, PACKETS);
	rig_check_places("frames balance after a rebuild without a link", tx);
	zcxsk_socket_close(tx);
	zcxsk_socket_close(rx);
}

static void failing(enum zcxsk_mode mode)
{
	link_is_down(mode);
	fails_and_recovers(mode, ZCXSK_POOL_CHECK);
	fails_and_recovers(mode, 0);
	fails_and_closes(mode);
}

/* ---- tokens -------------------------------------------------------------------- */

static void send_tokens(struct zcxsk_socket *s, uint64_t first)
{
	struct zcxsk_packet p[SOME];
	uint64_t tokens[SOME];

	CHECK_EQ("frames", zcxsk_tx_alloc(s, p, SOME, 0), SOME);
	for (uint32_t i = 0; i < SOME; i++) {
		p[i].len = traffic_length(0);
		tokens[i] = first + i;
	}
	CHECK_EQ("packets are taken", zcxsk_tx_burst_tokens(s, p, tokens, SOME), SOME);
}

static void check_told(struct zcxsk_socket *s, uint64_t first)
{
	uint64_t tokens[2 * SOME];

	CHECK_EQ("tokens are told", zcxsk_tx_done(s, tokens, 2 * SOME), SOME);
	for (uint32_t i = 0; i < SOME; i++)
		CHECK_EQ("tokens of packets that are done", tokens[i], first + i);
}

/* Three lots: done before and not collected, given up, sent after. */
static void tokens_across(enum zcxsk_mode mode, enum zcxsk_tokens order)
{
	struct zcxsk_socket *s;
	struct rig_opts o;

	manual_opts(&o, mode, 0);
	o.socket.tokens = order;
	s = rig_open(rig_left(0), 0, &o.socket);
	send_tokens(s, 0);
	CHECK_EQ("the first are done", zcxsk_tx_drain(s, DEADLINE_NS), 0);
	send_tokens(s, SOME);
	rebuild("a sender with tokens is rebuilt", s);
	CHECK_EQ("the second are given up", rig_stats(s).tx_abandoned, SOME);
	check_told(s, 0);
	send_tokens(s, 2 * SOME);
	CHECK_EQ("the third are done", zcxsk_tx_drain(s, DEADLINE_NS), 0);
	check_told(s, 2 * SOME);
	zcxsk_socket_close(s);
}

static void tokens(enum zcxsk_mode mode)
{
	tokens_across(mode, ZCXSK_TOKENS_IN_ORDER);
	tokens_across(mode, ZCXSK_TOKENS_AS_DONE);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(in_mid_stream);
	rig_each_mode(shared_memory);
	rig_each_mode(failing);
	rig_each_mode(tokens);
	return 0;
}
