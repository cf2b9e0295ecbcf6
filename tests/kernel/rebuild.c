/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rebuild.c - a socket gets a new queue during traffic: traffic continues, every frame is
 * accounted for, and abandoned frames are counted. If the frames of the queue cannot be
 * determined, the rebuild is refused and changes nothing. After a failed rebuild the socket
 * can still be used, rebuilt and closed.
 */
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <sys/resource.h>

#include "check.h"
#include "resources.h"
#include "rig.h"
#include "stats_reader.h"
#include "traffic.h"

#define PACKETS 300u
#define SMALL_RING 64u
#define SOME 16u     /* packets in flight, held or unread at a rebuild */
#define FRAMES 8192u /* for two sockets on one memory */
#define ROUNDS 6u    /* enough to tell a leak of one per round from malloc's own mappings */
#define PAUSE_MS 1
#define SHORT_NS 50000000ull
#define LATE_NS 10000000000ull /* on a busy machine; the deadlines add up to more */
#define DEADLINE_NS 20000000000ull
#define MARK 1000000u /* the number of a packet after others */
#define TRIES 5u

/*
 * A driver whose interrupts of every cause send what is in the TX ring may take packets before
 * they are flushed. Each packet is abandoned or completed, then, but it is not known which.
 */
static bool takes_early(const struct zcxsk_socket *s)
{
	return zcxsk_socket_mode(s) == ZCXSK_MODE_ZERO_COPY && rig_has_driver("igb");
}

/* Of n packets sent after the counters were read before. */
static void check_abandoned(const char *behaviour, struct zcxsk_socket *s,
			    const struct zcxsk_stats *before, uint64_t n)
{
	struct zcxsk_stats now = rig_stats(s);
	uint64_t abandoned = now.tx_abandoned - before->tx_abandoned;

	CHECK(behaviour, abandoned == n || (takes_early(s) && abandoned < n));
	CHECK_EQ("the self-test's frame is completed", zcxsk_tx_drain(s, DEADLINE_NS), 0);
	now = rig_stats(s);
	CHECK_EQ("every packet was completed or abandoned", now.tx_completed + now.tx_abandoned,
		 now.tx_packets + now.self_test_packets);
}

static void rebuild(const char *behaviour, struct zcxsk_socket *s)
{
	struct zcxsk_error error = {0};
	int ret = zcxsk_socket_rebuild(s, &error);

	if (ret)
		fprintf(stderr, "%s: %s\n", error.step, error.cause);
	CHECK_EQ(behaviour, ret, 0);
	CHECK_EQ("the status is 0 after a rebuild", zcxsk_socket_status(s), 0);
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

/* Like traffic_run(), for senders that flush. */
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

/* Waits until n packets are in the RX ring. */
static void await_received(struct zcxsk_socket *s, uint64_t n)
{
	uint64_t deadline = rig_now() + DEADLINE_NS;

	while (rig_stats(s).in_rx_ring < n) {
		CHECK("packets arrive", rig_now() < deadline);
		poll(NULL, 0, PAUSE_MS);
	}
}

/* Drops packets that a driver took before a flush. There are none if it takes none. */
static void drop_early(struct zcxsk_socket *from, struct zcxsk_socket *to)
{
	struct zcxsk_packet p;
	uint32_t n, number;

	traffic_send_all(from, MARK, 1);
	zcxsk_tx_flush(from);
	do {
		CHECK_EQ("a packet arrives", zcxsk_rx_wait(to, &p, 1, DEADLINE_NS, &n), 0);
		number = traffic_number(zcxsk_packet_data(zcxsk_socket_base(to), &p));
		CHECK_EQ("release", zcxsk_packet_release(to, &p, n), n);
		CHECK("abandoned packets do not arrive", takes_early(from) || number == MARK);
	} while (number != MARK);
}

/* ---- during traffic ---------------------------------------------------------- */

static void rebuild_sender(struct zcxsk_socket *tx, struct zcxsk_socket *rx)
{
	struct zcxsk_stats before, after;

	CHECK_EQ("earlier packets are completed", zcxsk_tx_drain(tx, DEADLINE_NS), 0);
	CHECK_EQ("packets stay in the ring", traffic_send(tx, 0, SOME), SOME);
	before = rig_stats(tx);
	CHECK_EQ("they are in flight", zcxsk_tx_outstanding(tx), SOME);
	rebuild("a sender is rebuilt", tx);
	after = rig_stats(tx);
	check_abandoned("packets in flight are abandoned", tx, &before, SOME);
	CHECK_EQ("posted frames are abandoned", after.rx_abandoned - before.rx_abandoned,
		 before.in_fill_ring + before.in_kernel_rx);
	CHECK_EQ("counters continue", after.tx_packets, before.tx_packets);
	CHECK("the same number of frames is posted again",
	      after.in_fill_ring + after.in_kernel_rx >= before.in_fill_ring + before.in_kernel_rx);
	rig_check_places("a rebuilt sender's frames balance", tx);
	drop_early(tx, rx);
}

/* Packets that wait in the RX ring are lost with the queue, and counted. */
static void rebuild_receiver(struct zcxsk_socket *tx, struct zcxsk_socket *rx)
{
	struct zcxsk_stats before, after;

	traffic_send_all(tx, 0, SOME);
	rig_flush(tx);
	await_received(rx, SOME);
	before = rig_stats(rx);
	rebuild("a receiver is rebuilt", rx);
	after = rig_stats(rx);
	CHECK_EQ("no packet is left to receive", after.in_rx_ring, 0);
	CHECK_EQ("posted frames and unread packets are abandoned",
		 after.rx_abandoned - before.rx_abandoned,
		 before.in_fill_ring + before.in_kernel_rx + SOME);
	CHECK_EQ("no sent packet is abandoned", after.tx_abandoned, before.tx_abandoned);
	CHECK_EQ("the application holds no frame", after.in_application, 0);
	rig_check_places("a rebuilt receiver's frames balance", rx);
}

/* Rebuilds several times, each time with packets in flight. Another thread reads the counters. */
static void rebuild_often(struct zcxsk_socket *s, struct zcxsk_socket *rx)
{
	struct stats_reader reader = {.socket = s};
	struct zcxsk_stats before;
	unsigned files, maps;

	/* Rebuilds once before counting, because waits and the timer open descriptors. */
	CHECK("the service descriptor is available", zcxsk_socket_service_fd(s) >= 0);
	rebuild("a socket is rebuilt", s);
	/* The reader opens a descriptor for each reading. */
	files = resources_files();
	stats_reader_start(&reader);
	maps = resources_mappings(); /* a thread has some of its own */
	before = rig_stats(s);
	for (unsigned i = 0; i < ROUNDS; i++) {
		CHECK_EQ("earlier packets are completed", zcxsk_tx_drain(s, DEADLINE_NS), 0);
		CHECK_EQ("packets stay in the ring", traffic_send(s, 0, SOME), SOME);
		rebuild("a socket is rebuilt repeatedly", s);
	}
	stats_reader_stop(&reader);
	CHECK_EQ("rebuilding leaves no file", resources_files(), files);
	CHECK("rebuilding leaves no mapping", resources_mappings() < maps + ROUNDS);
	check_abandoned("each rebuild abandons the packets in flight", s, &before, ROUNDS * SOME);
	drop_early(s, rx);
}

/* ---- too little memory ----------------------------------------------------------- */

#define LISTED 32768u		       /* frames whose list malloc maps on its own */
#define MAPPED_BYTES (LISTED * 8u / 2) /* fixed, because malloc raises its own limit */

/* The allocators of sanitizers end the process. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static void short_of_memory(enum zcxsk_mode mode)
{
	struct zcxsk_error error = {0};
	struct rlimit before, now;
	struct zcxsk_socket *s;
	struct rig_opts o;
	int ret;

	rig_opts(&o, mode);
	o.umem.frames = LISTED;
	s = rig_open(rig_left(0), 0, &o.socket);
	mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES);
	CHECK_EQ("limit", getrlimit(RLIMIT_AS, &before), 0);
	now = before;
	now.rlim_cur = resources_memory();
	CHECK_EQ("limit", setrlimit(RLIMIT_AS, &now), 0);
	ret = zcxsk_socket_rebuild(s, &error);
	CHECK_EQ("limit", setrlimit(RLIMIT_AS, &before), 0);
	CHECK_EQ("no memory for the list", ret, -ENOMEM);
	CHECK_NAMES("the cause", error.cause, "out of memory for the list of frames");
	CHECK_NAMES("the remedy", error.remedy, "Free memory and try again");
	CHECK_EQ("a refusal keeps the queue", zcxsk_socket_status(s), 0);
	rebuild("a rebuild works once there is memory", s);
	rig_check_places("frames balance", s);
	zcxsk_socket_close(s);
}
#endif

/* ---- frames that the application holds ---------------------------------------- */

static void refused(struct zcxsk_socket *s, int code, const char *word)
{
	struct zcxsk_error error = {0};
	struct zcxsk_stats before = rig_stats(s), after;

	CHECK_EQ("a rebuild is refused", zcxsk_socket_rebuild(s, &error), code);
	CHECK_EQ("the refusal is explained", error.code, code);
	CHECK_NAMES("the refusal names the reason", error.cause, word);
	CHECK_NAMES("the refusal names the remedy", error.remedy, "ZCXSK_POOL_CHECK");
	after = rig_stats(s);
	CHECK_EQ("a refusal abandons nothing", after.tx_abandoned + after.rx_abandoned,
		 before.tx_abandoned + before.rx_abandoned);
	CHECK_EQ("a refusal keeps the status", zcxsk_socket_status(s), 0);
	rig_check_places("a refusal moves no frame", s);
}

/* Without the ledger, held frames look like the kernel's. */
static void held_without_the_check(struct zcxsk_socket *tx, struct zcxsk_socket *rx)
{
	struct zcxsk_packet held[SOME];

	CHECK_EQ("a rebuild of NULL is refused", zcxsk_socket_rebuild(NULL, NULL), -EINVAL);
	CHECK_EQ("frames", zcxsk_tx_alloc(tx, held, SOME, 0), SOME);
	refused(tx, -EBUSY, "holds");
	CHECK_EQ("packets are accepted", traffic_send(tx, 0, SOME), SOME);
	refused(tx, -EBUSY, "holds");
	rig_flush(tx);
	traffic_receive_all(rx, 0, SOME);
	CHECK_EQ("the application still owns held frames", zcxsk_packet_release(tx, held, SOME),
		 SOME);
	rebuild("a rebuild works when the frames are released", tx);
}

/* With the ledger, the application keeps held frames across the rebuild. */
static void held_with_the_check(struct zcxsk_socket *tx, struct zcxsk_socket *rx)
{
	struct zcxsk_packet held[SOME];

	CHECK_EQ("frames", zcxsk_tx_alloc(tx, held, SOME, 0), SOME);
	for (uint32_t i = 0; i < SOME; i++) {
		held[i].len = traffic_length(i);
		traffic_write(zcxsk_packet_data(zcxsk_socket_base(tx), &held[i]), held[i].len, i);
	}
	rebuild("a socket on a checking pool is rebuilt while frames are held", tx);
	CHECK_EQ("the application still owns the frames", rig_stats(tx).in_application, SOME);
	CHECK_EQ("the held frames can be sent", zcxsk_tx_burst(tx, held, SOME), SOME);
	rig_flush(tx);
	traffic_receive_all(rx, 0, SOME);
	rig_check_places("held frames balance", tx);
}

static void check_at_rest(struct zcxsk_socket *s)
{
	struct zcxsk_pool *pool = zcxsk_cache_pool(zcxsk_socket_cache(s));

	CHECK_EQ("every frame sent later is completed", zcxsk_tx_drain(s, DEADLINE_NS), 0);
	rig_check_places("frames balance at the end", s);
	CHECK_EQ("no ownership violation", zcxsk_pool_violation(pool, NULL, 0), 0);
	CHECK_EQ("nothing is in flight at close", zcxsk_socket_close(s), 0);
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
	rebuild_sender(tx, rx);
	run(tx, rx, PACKETS);
	rebuild_receiver(tx, rx);
	run(tx, rx, PACKETS);
	run(rx, tx, PACKETS);
	if (pool_flags)
		held_with_the_check(tx, rx);
	else
		held_without_the_check(tx, rx);
	run(tx, rx, PACKETS);
	rebuild_often(tx, rx);
	run(tx, rx, PACKETS);
	CHECK_EQ("the mode is unchanged", zcxsk_socket_mode(tx), mode);
	CHECK_EQ("the program stays attached", rig_program(rig_left(0)), program);
	check_at_rest(tx);
	check_at_rest(rx);
}

/* Sends more packets than the receiver has room for, until the kernel has counted some. */
static struct zcxsk_stats overflow(struct zcxsk_socket *rx, enum zcxsk_mode mode)
{
	struct zcxsk_socket *tx = rig_open_plain(rig_left(0), mode);
	uint64_t deadline = rig_now() + DEADLINE_NS, before = rig_stats(rx).kernel_rx_ring_full;
	struct zcxsk_stats now;

	do {
		traffic_send_all(tx, 0, SMALL_RING);
		zcxsk_tx_flush(tx);
		now = rig_stats(rx);
		CHECK("the RX ring is full in time", rig_now() < deadline);
	} while (now.kernel_rx_ring_full < before + SOME);
	zcxsk_socket_close(tx);
	return rig_stats(rx);
}

/* The kernel counts for each queue from 0 on: packets without room in the RX ring. */
static void kernel_counters_go_on(enum zcxsk_mode mode)
{
	struct zcxsk_stats before;
	struct zcxsk_socket *rx;
	struct rig_opts o;

	rig_opts(&o, mode);
	o.socket.rx_ring_size = SMALL_RING;
	rx = rig_open(rig_right(0), 0, &o.socket);
	before = overflow(rx, mode);
	rebuild("a receiver with a full ring is rebuilt", rx);
	CHECK("the kernel's counters continue",
	      rig_stats(rx).kernel_rx_ring_full >= before.kernel_rx_ring_full);
	rebuild("it is rebuilt again", rx);
	CHECK("the kernel's counters continue again",
	      rig_stats(rx).kernel_rx_ring_full >= before.kernel_rx_ring_full);
	before = overflow(rx, mode);
	CHECK("the program takes the RX ring", zcxsk_socket_rx_ring(rx));
	CHECK_EQ("no counter of the queue counts twice", rig_stats(rx).kernel_rx_ring_full,
		 before.kernel_rx_ring_full);
	zcxsk_socket_close(rx);
}

static void in_mid_stream(enum zcxsk_mode mode)
{
	kernel_counters_go_on(mode);
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
	u.frame_size = rig_frame_size();
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
		CHECK_EQ("the cache can be destroyed", zcxsk_cache_destroy(m->caches[i]), 0);
	CHECK_EQ("no ownership violation", zcxsk_pool_violation(m->pool, NULL, 0), 0);
	CHECK_EQ("the pool can be destroyed", zcxsk_pool_destroy(m->pool), 0);
	CHECK_EQ("the UMEM can be destroyed", zcxsk_umem_destroy(m->umem), 0);
}

/* For both sockets: frames in no socket's rings are in a cache or in the pool. */
static void check_shared_places(const struct memory *m)
{
	uint64_t sum = zcxsk_pool_available(m->pool);

	for (unsigned i = 0; i < 2; i++) {
		struct zcxsk_stats st = rig_stats(m->sockets[i]);

		sum += st.in_fill_ring + st.in_kernel_rx + st.in_rx_ring + st.in_tx_ring +
		       st.in_kernel_tx + st.in_completion_ring + st.in_lost + st.in_cache +
		       (uint64_t)st.in_application;
	}
	CHECK_EQ("frames of both sockets balance", sum, FRAMES);
}

/* Packets in the other socket's rings survive the rebuild. */
static void other_continues(struct memory *m, unsigned rebuilt)
{
	struct zcxsk_socket *s = m->sockets[rebuilt], *other = m->sockets[1 - rebuilt];
	struct zcxsk_stats before, after;

	CHECK_EQ("packets leave", traffic_send(s, 0, SOME), SOME);
	rig_flush(s);
	await_received(other, SOME);
	if (!takes_early(other))
		CHECK_EQ("packets stay in the ring", traffic_send(other, 0, SOME), SOME);
	before = rig_stats(other);
	rebuild("one of two sockets on a checking pool is rebuilt", s);
	after = rig_stats(other);
	if (takes_early(other))
		CHECK_EQ("packets leave", traffic_send(other, 0, SOME), SOME);
	CHECK_EQ("the other socket abandons nothing", after.tx_abandoned + after.rx_abandoned,
		 before.tx_abandoned + before.rx_abandoned);
	traffic_receive_all(other, 0, SOME);
	rig_flush(other);
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
		/* The socket that registered the memory, then the one that shares it. */
		other_continues(&m, 0);
		other_continues(&m, 1);
	} else {
		struct zcxsk_error error = {0};

		CHECK_EQ("a rebuild on shared memory is refused",
			 zcxsk_socket_rebuild(m.sockets[0], &error), -EOPNOTSUPP);
		CHECK_NAMES("the refusal names the reason", error.cause, "other users");
		CHECK_NAMES("the refusal names the remedy", error.remedy, "ZCXSK_POOL_CHECK");
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

/* Makes every call of the data path on a socket without a queue. */
static void check_calls_are_safe(struct zcxsk_socket *s, uint32_t out)
{
	uint64_t start = rig_now();
	unsigned char data[60] = {0};
	struct zcxsk_packet p[SOME], got[SOME];
	struct zcxsk_stall stall;
	uint32_t n, count;

	zcxsk_stall_init(&stall);
	CHECK_EQ("the status is -ENXIO", zcxsk_socket_status(s), -ENXIO);
	n = zcxsk_tx_alloc(s, p, SOME, 0);
	for (uint32_t i = 0; i < n; i++)
		p[i].len = sizeof(data);
	CHECK_EQ("no packet is accepted", zcxsk_tx_burst(s, p, n), 0);
	CHECK_EQ("a wait for room fails", zcxsk_tx_wait(s, p, n, SHORT_NS, &count), -ENXIO);
	CHECK_EQ("no packet is accepted", count, 0);
	CHECK_EQ("frames can be released", zcxsk_packet_release(s, p, n), n);
	CHECK_EQ("no copy is accepted", zcxsk_tx_send(s, data, sizeof(data)), -ENXIO);
	CHECK_EQ("no copy is accepted", zcxsk_tx_send_wait(s, data, sizeof(data), SHORT_NS),
		 -ENXIO);
	CHECK_EQ("nothing is in the ring", zcxsk_tx_flush(s), 0);
	CHECK_EQ("no completion arrives", zcxsk_tx_reap(s), 0);
	CHECK_EQ("packets in flight stay in flight", zcxsk_tx_outstanding(s), out);
	CHECK_EQ("a drain returns the number in flight", zcxsk_tx_drain(s, DEADLINE_NS), out);
	CHECK_EQ("nothing is received", zcxsk_rx_burst(s, got, SOME), 0);
	CHECK_EQ("a receiver gets the error", zcxsk_rx_wait(s, got, SOME, DEADLINE_NS, &count),
		 -ENXIO);
	CHECK_EQ("the service reports it", rig_serve(s), -ENXIO);
	CHECK_EQ("there is no stall", zcxsk_watchdog_read_stall(s, &stall), -EAGAIN);
	CHECK("the timer is available", zcxsk_socket_service_fd(s) >= 0);
	CHECK_EQ("there is no kernel socket", zcxsk_socket_fd(s), -1);
	rig_check_places("frames of a socket without a queue balance", s);
	CHECK("none of these waits long", rig_now() - start < LATE_NS);
}

/* With no file descriptor available the old queue is lost and no new one is created. */
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

/* Without waiting, bind fails while the kernel has not released the old queue. */
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

	CHECK_EQ("earlier packets are completed", zcxsk_tx_drain(s, DEADLINE_NS), 0);
	CHECK_EQ("packets stay in the ring", traffic_send(s, 0, SOME), SOME);
	fail_to_open(s);
	out = zcxsk_tx_outstanding(s);
	CHECK("packets in flight stay in flight", out == SOME || (takes_early(s) && out < SOME));
	check_calls_are_safe(s, out);
	return out;
}

static void fails_and_recovers(enum zcxsk_mode mode, uint32_t pool_flags)
{
	struct zcxsk_socket *rx = rig_open_plain(rig_right(0), mode), *tx;
	struct rig_opts o;
	uint32_t out;

	impatient_opts(&o, mode, pool_flags);
	tx = rig_open(rig_left(0), 0, &o.socket);
	run(tx, rx, PACKETS);
	out = fail(tx);
	retry(tx, out);
	CHECK_EQ("packets in flight are abandoned once", rig_stats(tx).tx_abandoned, out);
	rig_check_places("frames balance after a rebuild in steps", tx);
	drop_early(tx, rx);
	run(tx, rx, PACKETS);
	run(rx, tx, PACKETS);
	rig_check_places("frames balance at the end", tx);
	zcxsk_socket_close(tx);
	zcxsk_socket_close(rx);
}

/* The frames of the dead queue return to the pool when the kernel has released it. */
static void fails_and_closes(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s = open_manual(mode, ZCXSK_POOL_CHECK);
	struct memory m;
	uint32_t out = fail(s);

	CHECK_EQ("a close returns the number in flight", zcxsk_socket_close(s), out);

	make_memory(&m, ZCXSK_POOL_CHECK);
	s = open_on(m.caches[0], rig_left(0), mode);
	out = fail(s);
	CHECK_EQ("a close returns the number in flight", zcxsk_socket_close(s), out);
	zcxsk_socket_close(open_on(m.caches[0], rig_left(0), mode));
	CHECK_EQ("a released queue keeps no frame", zcxsk_pool_left_behind(m.pool), 0);
	CHECK_EQ("all are free", zcxsk_pool_available(m.pool), FRAMES);
	free_memory(&m);
	zcxsk_socket_close(rig_open_plain(rig_left(0), mode));
}

/* In copy mode a rebuild works without a link, otherwise once the link is up. */
static void link_is_down(enum zcxsk_mode mode)
{
	struct zcxsk_socket *rx = rig_open_plain(rig_right(0), mode);
	struct zcxsk_socket *tx = open_manual(mode, ZCXSK_POOL_CHECK);
	struct zcxsk_error error = {0};
	int ret;

	rig_link(rig_left(0), "down");
	ret = zcxsk_socket_rebuild(tx, &error);
	CHECK("a rebuild succeeds or reports that the link is down", !ret || ret == -ENETDOWN);
	CHECK_EQ("the failure is explained", error.code, ret);
	rig_link(rig_left(0), "up");
	rig_await_link(rig_left(0));
	if (ret)
		rebuild("a rebuild works when the link is up", tx);
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
	CHECK_EQ("packets are accepted", zcxsk_tx_burst_tokens(s, p, tokens, SOME), SOME);
}

/* Some drivers complete what an interrupt finds in the reverse order. */
static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void check_tokens(struct zcxsk_socket *s, uint64_t first, enum zcxsk_tokens order)
{
	uint64_t tokens[2 * SOME];

	CHECK_EQ("tokens are reported", zcxsk_tx_done(s, tokens, 2 * SOME), SOME);
	if (order == ZCXSK_TOKENS_AS_DONE)
		qsort(tokens, SOME, sizeof(*tokens), compare);
	for (uint32_t i = 0; i < SOME; i++)
		CHECK_EQ("each completed packet has its token", tokens[i], first + i);
}

/* Three batches: completed and not collected, abandoned, sent afterwards. */
static bool tokens_across(enum zcxsk_mode mode, enum zcxsk_tokens order)
{
	struct zcxsk_socket *s;
	struct rig_opts o;

	manual_opts(&o, mode, 0);
	o.socket.tokens = order;
	s = rig_open(rig_left(0), 0, &o.socket);
	send_tokens(s, 0);
	CHECK_EQ("the first batch is completed", zcxsk_tx_drain(s, DEADLINE_NS), 0);
	send_tokens(s, SOME);
	rebuild("a sender with tokens is rebuilt", s);
	if (takes_early(s) && rig_stats(s).tx_abandoned < SOME) {
		zcxsk_socket_close(s);
		return false;
	}
	CHECK_EQ("the second batch is abandoned", rig_stats(s).tx_abandoned, SOME);
	check_tokens(s, 0, order);
	send_tokens(s, 2 * SOME);
	CHECK_EQ("the third batch is completed", zcxsk_tx_drain(s, DEADLINE_NS), 0);
	check_tokens(s, 2 * SOME, order);
	zcxsk_socket_close(s);
	return true;
}

static void tokens_in(enum zcxsk_mode mode, enum zcxsk_tokens order)
{
	bool done = tokens_across(mode, order);

	for (unsigned i = 1; i < TRIES && !done; i++)
		done = tokens_across(mode, order);
	CHECK("a rebuild was faster than the driver", done);
}

static void tokens(enum zcxsk_mode mode)
{
	tokens_in(mode, ZCXSK_TOKENS_IN_ORDER);
	tokens_in(mode, ZCXSK_TOKENS_AS_DONE);
}

int main(void)
{
	rig_setup(1);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	rig_each_mode(short_of_memory);
#endif
	rig_each_mode(in_mid_stream);
	rig_each_mode(shared_memory);
	rig_each_mode(failing);
	rig_each_mode(tokens);
	return 0;
}
