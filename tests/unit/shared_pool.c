/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shared_pool.c - one pool for several caches and sockets, on the simulated kernel: frames
 * reach the socket that needs them, and the memory stays while a socket uses it.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <zcxsk/kernel.h>
#include <zcxsk/sim.h>
#include <zcxsk/zcxsk.h>

#include "datapath/socket.h"
#include "frames/memory.h"
#include "socket/port.h"

#define WORKERS 8u
#define BURST 64u

static struct zcxsk_umem *umem;
static struct zcxsk_pool *pool;
static struct zcxsk_cache *cache, *workers[WORKERS];
static struct zcxsk_sim *sim;
static struct zcxsk_socket *s;

static void make_pool(uint64_t frames)
{
	struct zcxsk_umem_opts u;

	zcxsk_umem_opts_init(&u);
	u.frames = frames;
	cr_assert_eq(zcxsk_umem_create(&umem, &u, NULL), 0);
	cr_assert_eq(zcxsk_pool_create(&pool, umem, NULL, NULL), 0);
	cr_assert_eq(zcxsk_cache_create(&cache, pool, NULL), 0);
}

static void unmake_pool(void)
{
	cr_assert_eq(zcxsk_cache_destroy(cache), 0);
	cr_assert_eq(zcxsk_pool_destroy(pool), 0);
	cr_assert_eq(zcxsk_umem_destroy(umem), 0);
}

static int open_socket(uint32_t flags)
{
	struct zcxsk_socket_opts o;

	cr_assert_eq(zcxsk_sim_create(&sim, NULL), 0);
	zcxsk_sim_set_memory(sim, zcxsk_umem_base(umem), zcxsk_umem_size(umem));
	zcxsk_socket_opts_init(&o);
	o.cache = cache;
	o.flags = flags;
	return zcxsk_socket_open_on(&s, zcxsk_sim_kernel(sim), &o, NULL);
}

static void close_socket(void)
{
	cr_assert_eq(zcxsk_socket_close(s), 0);
	zcxsk_sim_destroy(sim);
}

/* One packet arrives; what was received goes to a worker, which frees it in its cache. */
static uint32_t receive_one(uint32_t round)
{
	struct zcxsk_packet packets[BURST];
	uint64_t frames[BURST];
	uint32_t n;

	cr_assert_eq(zcxsk_sim_receive(sim, NULL, 60), 0, "packet %u finds no frame", round);
	n = zcxsk_rx_burst(s, packets, BURST);
	for (uint32_t i = 0; i < n; i++)
		frames[i] = packets[i].addr;
	cr_assert_eq(zcxsk_cache_free(workers[round / 32 % WORKERS], frames, n), n);
	return n;
}

static void receive_with_workers(uint64_t frames, uint32_t packets)
{
	uint32_t received = 0;

	make_pool(frames);
	for (uint32_t i = 0; i < WORKERS; i++)
		cr_assert_eq(zcxsk_cache_create(&workers[i], pool, NULL), 0);
	cr_assert_eq(open_socket(ZCXSK_SOCKET_RX_ONLY), 0);
	for (uint32_t i = 0; i < packets; i++)
		received += receive_one(i);
	cr_assert_eq(received, packets);
	close_socket();
	for (uint32_t i = 0; i < WORKERS; i++)
		cr_assert_eq(zcxsk_cache_destroy(workers[i]), 0);
	unmake_pool();
}

Test(shared_pool, a_receiver_gets_the_frames_that_workers_free)
{
	receive_with_workers(8192, 200000);
}

Test(shared_pool, also_if_it_keeps_half_of_the_frames_posted)
{
	receive_with_workers(1024, 50000);
}

/* Caches keep their share of the frames that no socket needs, and of all without a socket. */
Test(shared_pool, caches_keep_their_share_of_what_no_socket_needs)
{
	uint32_t alone, limit;

	make_pool(4096);
	cr_assert_eq(zcxsk_cache_create(&workers[0], pool, NULL), 0);
	alone = cache->limit;
	cr_assert_eq(alone, 4096 / 4);
	cr_assert_eq(open_socket(ZCXSK_SOCKET_RX_ONLY), 0);
	limit = cache->limit;
	cr_assert_eq(limit, (4096 - s->setup.needed) / 4, "%u needed", s->setup.needed);
	cr_assert_lt(limit, alone);
	close_socket();
	cr_assert_eq(cache->limit, alone);
	cr_assert_eq(zcxsk_cache_destroy(workers[0]), 0);
	unmake_pool();
}

Test(shared_pool, memory_stays_while_a_socket_waits_for_another_rebuild)
{
	const struct zcxsk_sim_fault fault = {.kind = ZCXSK_SIM_REOPEN_FAILS, .value = EBUSY};

	make_pool(8192);
	cr_assert_eq(open_socket(0), 0);
	cr_assert_eq(zcxsk_sim_add_fault(sim, &fault), 0);
	cr_assert_eq(zcxsk_socket_rebuild(s, NULL), -EBUSY);
	cr_assert_eq(zcxsk_cache_destroy(cache), -EBUSY);
	cr_assert_eq(zcxsk_pool_destroy(pool), -EBUSY);
	cr_assert_eq(zcxsk_umem_destroy(umem), -EBUSY);
	cr_assert_eq(zcxsk_socket_rebuild(s, NULL), 0);
	close_socket();
	unmake_pool();
}

/* ---- frames that the application took from a cache --------------------------------- */

static int64_t in_application(void)
{
	struct zcxsk_stats st;

	zcxsk_stats_init(&st);
	cr_assert_eq(zcxsk_socket_read_stats(s, &st), 0);
	return st.in_application;
}

Test(taken, are_counted_by_the_socket_that_has_used_the_cache_the_longest)
{
	struct zcxsk_socket *sockets[3];
	struct zcxsk_sim *sims[3];
	uint64_t frames[BURST];

	make_pool(8192);
	for (uint32_t i = 0; i < 3; i++) {
		cr_assert_eq(open_socket(0), 0);
		sockets[i] = s;
		sims[i] = sim;
	}
	cr_assert_eq(zcxsk_cache_alloc(cache, frames, BURST), BURST);
	for (uint32_t i = 0; i < 3; i++) {
		for (uint32_t k = i; k < 3; k++) {
			s = sockets[k];
			cr_expect_eq(in_application(), k == i ? BURST : 0, "%u of %u", k, i);
		}
		s = sockets[i];
		sim = sims[i];
		close_socket();
	}
	cr_assert_eq(open_socket(0), 0);
	cr_expect_eq(in_application(), BURST);
	cr_assert_eq(zcxsk_cache_free(cache, frames, BURST), BURST);
	cr_expect_eq(in_application(), 0);
	close_socket();
	unmake_pool();
}

/* A port with one queue that simulated sockets serve, on the caller's cache. */
static struct zcxsk_port *make_port(void)
{
	struct zcxsk_port *p = calloc(1, sizeof(*p) + sizeof(p->queue[0]));

	cr_assert(p);
	pthread_mutex_init(&p->lock, NULL);
	p->caches = &cache;
	p->opts.cache_count = 1;
	return p;
}

static int64_t port_in_application(struct zcxsk_port *p)
{
	struct zcxsk_stats st;

	zcxsk_stats_init(&st);
	cr_assert_eq(zcxsk_port_read_stats(p, &st), 0);
	return st.in_application;
}

Test(taken, are_counted_once_by_a_port_that_changes_its_queues)
{
	struct zcxsk_port *p = make_port();
	uint64_t frames[BURST];

	make_pool(8192);
	for (uint32_t i = 0; i < 3; i++) {
		cr_assert_eq(open_socket(0), 0);
		port_add_socket(p, s);
		if (!i)
			cr_assert_eq(zcxsk_cache_alloc(cache, frames, BURST), BURST);
		cr_expect_eq(port_in_application(p), BURST);
		cr_assert_eq(port_take_socket(p), s);
		close_socket();
	}
	cr_assert_eq(zcxsk_cache_free(cache, frames, BURST), BURST);
	free(p);
	unmake_pool();
}

/* ---- frames that the queue of a closed socket has ------------------------------- */

#define FRAMES 1024u
#define HELD 10u

static void receive_some(void)
{
	struct zcxsk_packet packets[BURST];

	for (uint32_t i = 0; i < BURST; i++)
		cr_assert_eq(zcxsk_sim_receive(sim, NULL, 60), 0);
	cr_assert_eq(zcxsk_rx_burst(s, packets, BURST), BURST);
	cr_assert_eq(zcxsk_packet_release(s, packets, BURST), BURST);
}

Test(left_behind, a_pool_is_whole_after_each_close)
{
	make_pool(FRAMES);
	for (uint32_t i = 0; i < 12; i++) {
		cr_assert_eq(open_socket(0), 0, "open %u", i);
		receive_some();
		cr_assert_eq(zcxsk_socket_rebuild(s, NULL), 0, "rebuild %u", i);
		receive_some();
		close_socket();
		cr_assert_eq(zcxsk_pool_left_behind(pool), 0);
		cr_assert_eq(zcxsk_pool_available(pool), FRAMES);
	}
	unmake_pool();
}

/* Their frames cannot be told apart, but are known together when both are closed. */
Test(left_behind, two_sockets_return_their_frames_together)
{
	struct zcxsk_socket *first;
	struct zcxsk_sim *first_sim;

	make_pool(FRAMES);
	cr_assert_eq(zcxsk_cache_create(&workers[0], pool, NULL), 0);
	cr_assert_eq(open_socket(0), 0);
	first = s;
	first_sim = sim;
	cache = workers[0];
	cr_assert_eq(open_socket(0), 0);
	s->setup.queue = 1; /* simulated queues have no number */
	receive_some();
	cr_assert_eq(zcxsk_socket_close(first), 0);
	cr_assert_gt(zcxsk_pool_left_behind(pool), 0);
	close_socket();
	cr_assert_eq(zcxsk_pool_left_behind(pool), 0);
	cr_assert_eq(zcxsk_pool_available(pool), FRAMES);
	zcxsk_sim_destroy(first_sim);
}

/* The frames that a port would count as held if the socket and its memory were its own. */
static uint64_t frames_held_of(struct zcxsk_socket *socket)
{
	struct zcxsk_port *p = calloc(1, sizeof(*p) + sizeof(p->queue[0]));
	struct port_memory memory = {.umem = umem, .pool = pool};
	uint64_t held;

	cr_assert(p);
	p->memories = &memory;
	p->queues = 1;
	p->queue[0].socket = socket;
	held = port_frames_held(p);
	free(p);
	return held;
}

/* A packet whose completion is missing is given up, but its queue still has the frame. */
Test(left_behind, a_lost_frame_returns_with_the_others)
{
	const struct zcxsk_sim_fault fault = {.kind = ZCXSK_SIM_COMPLETION_LOST};
	struct zcxsk_packet packets[BURST];
	struct zcxsk_stats st;
	uint32_t n;

	make_pool(FRAMES);
	cr_assert_eq(open_socket(0), 0);
	cr_assert_eq(zcxsk_sim_add_fault(sim, &fault), 0);
	zcxsk_stats_init(&st);
	for (uint32_t i = 0; !st.in_lost; i++) {
		cr_assert_lt(i, 10000, "no packet is given up");
		cr_assert_eq(zcxsk_tx_alloc(s, packets, BURST, 60), BURST);
		cr_assert_eq(zcxsk_tx_burst(s, packets, BURST), BURST);
		zcxsk_tx_flush(s);
		zcxsk_sim_advance(sim, 10000000);
		cr_assert_eq(zcxsk_socket_service(s, NULL, 0, &n), 0);
		cr_assert_eq(zcxsk_socket_read_stats(s, &st), 0);
	}
	cr_assert_eq(frames_held_of(s), 0, "the application holds none");
	cr_assert_eq(zcxsk_socket_close(s), st.in_lost);
	zcxsk_sim_destroy(sim);
	cr_assert_eq(zcxsk_pool_left_behind(pool), 0);
	cr_assert_eq(zcxsk_pool_available(pool), FRAMES);
	unmake_pool();
}

Test(left_behind, frames_of_the_application_are_not_taken_for_those_of_the_queue)
{
	uint64_t held[HELD], left;

	make_pool(FRAMES);
	cr_assert_eq(open_socket(0), 0);
	cr_assert_eq(zcxsk_cache_alloc(cache, held, HELD), HELD);
	close_socket();
	left = zcxsk_pool_left_behind(pool);
	cr_assert_gt(left, 0);
	cr_assert_eq(zcxsk_pool_available(pool), FRAMES - left - HELD);
	cr_assert_eq(zcxsk_cache_free(cache, held, HELD - 1), HELD - 1);
	cr_assert_eq(zcxsk_cache_destroy(cache), 0);
	cr_assert_eq(zcxsk_pool_left_behind(pool), left, "one frame is still held");
	cr_assert_eq(zcxsk_cache_create(&cache, pool, NULL), 0);
	cr_assert_eq(zcxsk_cache_free(cache, held + HELD - 1, 1), 1);
	cr_assert_eq(zcxsk_cache_destroy(cache), 0);
	cr_assert_eq(zcxsk_pool_left_behind(pool), 0);
	cr_assert_eq(zcxsk_pool_available(pool), FRAMES);
	cr_assert_eq(zcxsk_cache_create(&cache, pool, NULL), 0);
	unmake_pool();
}

/* The application keeps a frame all the time, so nothing ever becomes known. */
Test(left_behind, reopening_with_a_frame_in_hand_keeps_the_records_few)
{
	uint64_t held, left = 0;

	make_pool(FRAMES);
	cr_assert_eq(zcxsk_cache_alloc(cache, &held, 1), 1);
	while (open_socket(0) == 0) {
		close_socket();
		cr_assert_gt(zcxsk_pool_left_behind(pool), left);
		left = zcxsk_pool_left_behind(pool);
	}
	zcxsk_sim_destroy(sim);
	cr_assert_eq(zcxsk_pool_available(pool) + left + 1, FRAMES);
	cr_assert_eq(zcxsk_cache_free(cache, &held, 1), 1);
	cr_assert_eq(zcxsk_cache_destroy(cache), 0);
	cr_assert_eq(zcxsk_pool_available(pool), FRAMES, "given back, all are known");
	cr_assert_eq(zcxsk_cache_create(&cache, pool, NULL), 0);
	unmake_pool();
}

static uint64_t frames_of_s(void)
{
	struct zcxsk_places places;

	zcxsk_places_init(&places);
	cr_assert_eq(zcxsk_pool_count_places(pool, s, &places), 0);
	return places.kernel_rx;
}

/* A socket that is refused never had a queue, so no frame of another socket is its own. */
Test(left_behind, a_failed_open_takes_no_frame_of_an_open_socket)
{
	struct zcxsk_pool_opts check;
	struct zcxsk_socket_opts o;
	struct zcxsk_socket *refused;
	uint64_t posted;

	zcxsk_pool_opts_init(&check);
	check.flags = ZCXSK_POOL_CHECK;
	cr_assert_eq(zcxsk_umem_create(&umem, NULL, NULL), 0);
	cr_assert_eq(zcxsk_pool_create(&pool, umem, &check, NULL), 0);
	cr_assert_eq(zcxsk_cache_create(&cache, pool, NULL), 0);
	cr_assert_eq(open_socket(0), 0);
	posted = frames_of_s();
	cr_assert_gt(posted, 0);
	zcxsk_socket_opts_init(&o);
	o.cache = cache;
	cr_assert_eq(zcxsk_socket_open_on(&refused, zcxsk_sim_kernel(sim), &o, NULL), -EBUSY);
	o.tx_limit = 65536;
	cr_assert_eq(zcxsk_socket_open_on(&refused, zcxsk_sim_kernel(sim), &o, NULL), -EINVAL);
	cr_assert_eq(frames_of_s(), posted);
	cr_assert_eq(zcxsk_pool_left_behind(pool), 0);
	receive_some();
	close_socket();
	cr_assert_eq(zcxsk_pool_violation(pool, NULL, 0), 0);
	unmake_pool();
}

#define MANY_FRAMES 65536u
#define SPILLED 2048u /* more than a cache has */

static uint64_t cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

/* Shortest time to allocate and free more frames than the cache has. */
static uint64_t spill_time(void)
{
	uint64_t frames[SPILLED], best = UINT64_MAX;

	for (uint32_t i = 0; i < 100; i++) {
		uint64_t from = cpu_time(), time;

		cr_assert_eq(zcxsk_cache_alloc(cache, frames, SPILLED), SPILLED);
		cr_assert_eq(zcxsk_cache_free(cache, frames, SPILLED), SPILLED);
		time = cpu_time() - from;
		best = time < best ? time : best;
	}
	return best;
}

/* The record stays while another socket has frames that never come through the pool. */
Test(left_behind, a_record_does_not_slow_down_the_others)
{
	struct zcxsk_socket *other;
	struct zcxsk_sim *other_sim;
	uint64_t before;

	make_pool(MANY_FRAMES);
	cr_assert_eq(open_socket(0), 0);
	other = s;
	other_sim = sim;
	cr_assert_eq(open_socket(0), 0);
	before = spill_time();
	close_socket();
	cr_assert_gt(zcxsk_pool_left_behind(pool), 0);
	cr_assert_lt(spill_time(), 20 * before);
	s = other;
	sim = other_sim;
	close_socket();
	cr_assert_eq(zcxsk_pool_left_behind(pool), 0);
	unmake_pool();
}

/* ---- a socket that starves ------------------------------------------------------ */

#define PATIENCE_NS 1000000000ull

static struct zcxsk_packet held_packets[FRAMES];
static uint32_t held_count;

/* Two caches: the socket's and workers[0]. The application takes all packets it can get. */
static void start_starving(void)
{
	make_pool(FRAMES);
	cr_assert_eq(zcxsk_cache_create(&workers[0], pool, NULL), 0);
	cr_assert_eq(open_socket(ZCXSK_SOCKET_RX_ONLY), 0);
	held_count = 0;
	while (zcxsk_sim_receive(sim, NULL, 60) == 0)
		held_count += zcxsk_rx_burst(s, held_packets + held_count, FRAMES - held_count);
	cr_assert_eq(zcxsk_rx_burst(s, held_packets, 1), 0);
}

static void free_in_worker(uint32_t n)
{
	uint64_t frame;

	while (n--) {
		frame = held_packets[--held_count].addr;
		cr_assert_eq(zcxsk_cache_free(workers[0], &frame, 1), 1);
	}
}

static void end_starving(void)
{
	free_in_worker(held_count);
	close_socket();
	cr_assert_eq(zcxsk_cache_destroy(workers[0]), 0);
	unmake_pool();
}

static uint32_t starving_events(void)
{
	struct zcxsk_event events[16];
	uint32_t n, count = 0;

	cr_assert_eq(zcxsk_socket_service(s, events, 16, &n), 0);
	for (uint32_t i = 0; i < n; i++)
		count += events[i].type == ZCXSK_EVENT_STARVING ? events[i].count : 0;
	return count;
}

Test(starving, a_cache_keeps_nothing_until_the_socket_has_enough)
{
	start_starving();
	cr_assert_eq(starving_events(), 1);
	free_in_worker(8);
	cr_assert_eq(zcxsk_cache_available(workers[0]), 0);
	cr_assert_eq(zcxsk_pool_available(pool), 8);
	cr_assert_eq(starving_events(), 0, "it starves all the time");
	cr_assert_eq(zcxsk_pool_available(pool), 0, "the socket has them");
	free_in_worker(held_count - 8);
	cr_assert_eq(zcxsk_cache_available(workers[0]), 0);
	starving_events();
	free_in_worker(8);
	cr_assert_eq(zcxsk_cache_available(workers[0]), 8, "nobody starves");
	end_starving();
}

Test(starving, each_time_is_an_event)
{
	start_starving();
	cr_assert_eq(starving_events(), 1);
	free_in_worker(held_count);
	cr_assert_eq(starving_events(), 0);
	while (zcxsk_sim_receive(sim, NULL, 60) == 0)
		held_count += zcxsk_rx_burst(s, held_packets + held_count, FRAMES - held_count);
	cr_assert_eq(zcxsk_rx_burst(s, held_packets, 1), 0);
	cr_assert_eq(starving_events(), 1);
	end_starving();
}

/* The program that works the fill ring itself gets its frames from its cache. */
Test(starving, a_socket_without_the_rings_starves_no_more)
{
	start_starving();
	cr_assert(zcxsk_socket_rx_ring(s));
	free_in_worker(8);
	cr_assert_eq(zcxsk_cache_available(workers[0]), 8);
	end_starving();
}

Test(starving, a_closed_socket_starves_no_more)
{
	start_starving();
	close_socket();
	free_in_worker(8);
	cr_assert_eq(zcxsk_cache_available(workers[0]), 8);
	cr_assert_eq(open_socket(ZCXSK_SOCKET_RX_ONLY) == 0, false, "too few frames");
	zcxsk_sim_destroy(sim);
	free_in_worker(held_count);
	cr_assert_eq(zcxsk_cache_destroy(workers[0]), 0);
	unmake_pool();
}

/* Packets wait that the floor refuses. Only other caches can free frames. */
Test(starving, a_wait_lasts_only_if_others_can_free_frames)
{
	struct zcxsk_packet packet;
	uint64_t before;
	uint32_t n;

	start_starving();
	cr_assert_eq(zcxsk_socket_status(s), -ENOBUFS);
	before = zcxsk_sim_now(sim);
	cr_assert_eq(zcxsk_rx_wait(s, &packet, 1, PATIENCE_NS, &n), -ENOBUFS);
	cr_assert_geq(zcxsk_sim_now(sim) - before, PATIENCE_NS);
	cr_assert_eq(zcxsk_cache_destroy(workers[0]), 0);
	before = zcxsk_sim_now(sim);
	cr_assert_eq(zcxsk_rx_wait(s, &packet, 1, PATIENCE_NS, &n), -ENOBUFS);
	cr_assert_lt(zcxsk_sim_now(sim) - before, PATIENCE_NS / 10);
	cr_assert_eq(zcxsk_cache_create(&workers[0], pool, NULL), 0);
	end_starving();
}

/* One way through two sockets with a cache each: frames complete in the sender's. */
Test(starving, a_receiver_gets_the_frames_that_another_socket_sends)
{
	struct zcxsk_cache *receiving;
	struct zcxsk_sim *receiver_sim;
	struct zcxsk_socket *receiver;
	uint32_t forwarded = 0;

	make_pool(2 * FRAMES);
	cr_assert_eq(open_socket(ZCXSK_SOCKET_RX_ONLY), 0);
	receiving = cache;
	receiver_sim = sim;
	receiver = s;
	cr_assert_eq(zcxsk_cache_create(&cache, pool, NULL), 0);
	cr_assert_eq(open_socket(ZCXSK_SOCKET_TX_ONLY), 0);
	for (uint32_t i = 0; i < 100000; i++) {
		struct zcxsk_packet packets[BURST];
		uint32_t n;

		cr_assert_eq(zcxsk_sim_receive(receiver_sim, NULL, 60), 0, "packet %u", i);
		n = zcxsk_rx_burst(receiver, packets, BURST);
		cr_assert_eq(zcxsk_tx_burst(s, packets, n), n);
		forwarded += n;
		zcxsk_sim_advance(sim, 2000);
		zcxsk_tx_reap(s);
	}
	cr_assert_eq(forwarded, 100000);
	close_socket();
	cr_assert_eq(zcxsk_cache_destroy(cache), 0);
	s = receiver;
	sim = receiver_sim;
	cache = receiving;
	close_socket();
	unmake_pool();
}
