/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * siblings.c - two simulated sockets on one cache, without watchdogs: one that is short of frames
 * gets those that were sent on the other, which the program does not call meanwhile.
 */
#include <errno.h>
#include <unistd.h>
#include <zcxsk/rx.h>
#include <zcxsk/service.h>
#include <zcxsk/token.h>
#include <zcxsk/watchdog.h>

#include "datapath/one_thread.h"
#include "datapath/timer.h"
#include "simulated.h"

#define FRAMES 512u
#define BURST 32u
#define PROMPT (10 * MS)
#define OTHER_THREAD ((uint64_t)CALL_SEND << 32 | 1)

static struct zcxsk_umem *umem;
static struct zcxsk_pool *pool;
static struct zcxsk_cache *cache;
static struct simulated in, out;
static struct zcxsk_kernel in_kernel;
static struct zcxsk_packet held[FRAMES];
static uint32_t held_count;
static uint64_t kick_takes_ns;

/* While one sleeps, time passes for the other as well. */
static int sleep_both(void *context, short events, uint64_t timeout_ns)
{
	uint64_t start = zcxsk_sim_now(in.sim);
	int ret = zcxsk_sim_kernel(in.sim)->wait(context, events, timeout_ns);

	zcxsk_sim_advance(out.sim, zcxsk_sim_now(in.sim) - start);
	return ret;
}

/* The device completes what it can meanwhile. */
static int kick_slowly(void *context)
{
	int ret = zcxsk_sim_kernel(in.sim)->kick(context);

	zcxsk_sim_advance(in.sim, kick_takes_ns);
	return ret;
}

static void init_one(struct simulated *t)
{
	simulated_init(t);
	t->sim_opts.rx_ring_size = t->sim_opts.fill_ring_size = 128;
	t->opts.watchdog_first_ns = UINT64_MAX;
}

static void init(void)
{
	init_one(&in);
	init_one(&out);
}

static void open_both(void)
{
	struct zcxsk_umem_opts u;
	struct zcxsk_pool_opts p;

	zcxsk_umem_opts_init(&u);
	u.frames = FRAMES;
	zcxsk_pool_opts_init(&p);
	p.flags = ZCXSK_POOL_CHECK;
	cr_assert_eq(zcxsk_umem_create(&umem, &u, NULL), 0);
	cr_assert_eq(zcxsk_pool_create(&pool, umem, &p, NULL), 0);
	cr_assert_eq(zcxsk_cache_create(&cache, pool, NULL), 0);
	in.opts.cache = out.opts.cache = cache;
	cr_assert_eq(zcxsk_sim_create(&in.sim, &in.sim_opts), 0);
	in_kernel = *zcxsk_sim_kernel(in.sim);
	in_kernel.wait = sleep_both;
	in_kernel.kick = kick_slowly;
	cr_assert_eq(zcxsk_socket_open_on(&in.socket, &in_kernel, &in.opts, NULL), 0);
	simulated_open(&out);
}

static void close_both(void)
{
	cr_expect_eq(zcxsk_pool_violation(pool, NULL, 0), 0);
	cr_expect_eq(zcxsk_socket_close(out.socket), 0);
	cr_expect_eq(zcxsk_socket_close(in.socket), 0);
	zcxsk_sim_destroy(out.sim); /* sleep_both() needs it until then */
	zcxsk_sim_destroy(in.sim);
	cr_expect_eq(zcxsk_cache_destroy(cache), 0);
	cr_expect_eq(zcxsk_pool_destroy(pool), 0);
	cr_expect_eq(zcxsk_umem_destroy(umem), 0);
}

TestSuite(siblings, .init = init);

/* Packets arrive and are held until no frame is free and the floor refuses the next one. */
static void hold_all(void)
{
	for (held_count = 0; zcxsk_socket_status(in.socket) != -ENOBUFS;) {
		cr_assert_eq(zcxsk_sim_receive(in.sim, NULL, 60), 0);
		held_count += zcxsk_rx_burst(in.socket, held + held_count, BURST);
	}
	cr_assert_geq(held_count, BURST);
	cr_assert_eq(zcxsk_cache_available(cache) + zcxsk_pool_available(pool), 0);
}

static void release_held(void)
{
	cr_assert_eq(zcxsk_packet_release(in.socket, held, held_count), held_count);
}

static void send_held(void)
{
	held_count -= BURST;
	cr_assert_eq(zcxsk_tx_burst(out.socket, held + held_count, BURST), BURST);
}

static void send_and_complete(void)
{
	hold_all();
	send_held();
	zcxsk_tx_flush(out.socket);
	zcxsk_sim_advance(out.sim, MS);
	cr_assert_eq(simulated_stats(&out).in_completion_ring, BURST);
}

/* The packet that the floor refused is received within a time that no tick takes. */
static void wait_for_one(void)
{
	uint64_t start = zcxsk_sim_now(in.sim);
	struct zcxsk_packet p;
	uint32_t n;

	cr_assert_eq(zcxsk_rx_wait(in.socket, &p, 1, SECOND, &n), 0);
	cr_assert_eq(n, 1);
	cr_expect_lt(zcxsk_sim_now(in.sim) - start, PROMPT);
	cr_assert_eq(zcxsk_packet_release(in.socket, &p, 1), 1);
}

static void serve(void)
{
	struct zcxsk_event events[16];
	uint32_t n;

	cr_assert_eq(zcxsk_socket_service(in.socket, events, 16, &n), 0);
}

/* ---- frames that were completed before -------------------------------------------- */

Test(siblings, a_receiver_posts_frames_that_were_completed_elsewhere)
{
	struct zcxsk_packet p;

	open_both();
	send_and_complete();
	cr_assert_eq(zcxsk_rx_burst(in.socket, &p, 1), 1);
	cr_expect_eq(zcxsk_socket_status(in.socket), 0);
	cr_expect_eq(simulated_stats(&out).in_completion_ring, 0);
	cr_expect_eq(zcxsk_packet_release(in.socket, &p, 1), 1);
	release_held();
	close_both();
}

Test(siblings, a_sender_allocates_frames_that_were_completed_elsewhere)
{
	struct zcxsk_packet p[BURST];

	open_both();
	send_and_complete();
	cr_assert_eq(zcxsk_tx_alloc(in.socket, p, BURST, 60), BURST);
	cr_expect_eq(simulated_stats(&out).in_completion_ring, 0);
	cr_expect_eq(zcxsk_packet_release(in.socket, p, BURST), BURST);
	release_held();
	close_both();
}

/* Tokens are reported where the packets were sent. */
Test(siblings, tokens_of_completed_packets_are_kept)
{
	uint64_t tokens[BURST] = {7, 8, 9}, done[BURST];
	struct zcxsk_packet p;

	out.opts.tokens = ZCXSK_TOKENS_IN_ORDER;
	open_both();
	hold_all();
	held_count -= 3;
	cr_assert_eq(zcxsk_tx_burst_tokens(out.socket, held + held_count, tokens, 3), 3);
	zcxsk_tx_flush(out.socket);
	zcxsk_sim_advance(out.sim, MS);
	cr_assert_eq(zcxsk_rx_burst(in.socket, &p, 1), 1);
	cr_assert_eq(zcxsk_tx_done(out.socket, done, BURST), 3);
	cr_expect_arr_eq(done, tokens, 3 * sizeof(done[0]));
	cr_expect_eq(zcxsk_packet_release(in.socket, &p, 1), 1);
	release_held();
	close_both();
}

/* ---- frames that are completed during a sleep ---------------------------------------- */

Test(siblings, a_wait_for_packets_ends_when_frames_are_completed_elsewhere)
{
	open_both();
	hold_all();
	send_held();
	zcxsk_tx_flush(out.socket);
	cr_assert_eq(simulated_stats(&out).in_completion_ring, 0);
	wait_for_one();
	release_held();
	close_both();
}

Test(siblings, a_socket_that_only_receives_waits_for_them_too)
{
	in.opts.flags = ZCXSK_SOCKET_RX_ONLY;
	out.opts.flags = ZCXSK_SOCKET_TX_ONLY;
	open_both();
	hold_all();
	send_held();
	zcxsk_tx_flush(out.socket);
	wait_for_one();
	release_held();
	close_both();
}

Test(siblings, a_wait_kicks_packets_that_gather_elsewhere)
{
	out.opts.kick_policy = ZCXSK_KICK_MANUAL;
	open_both();
	hold_all();
	send_held();
	wait_for_one();
	release_held();
	close_both();
}

Test(siblings, a_wait_repeats_a_kick_that_was_refused_elsewhere)
{
	uint64_t start;
	struct zcxsk_packet p;
	uint32_t n;

	open_both();
	hold_all();
	simulated_fault(&out, ZCXSK_SIM_LINK_DOWN, 150 * MS, 0);
	send_held();
	zcxsk_tx_flush(out.socket);
	cr_assert_eq(zcxsk_socket_status(out.socket), -ENETDOWN);
	start = zcxsk_sim_now(in.sim);
	cr_assert_eq(zcxsk_rx_wait(in.socket, &p, 1, SECOND, &n), 0);
	cr_expect_geq(zcxsk_sim_now(in.sim) - start, 140 * MS);
	cr_expect_lt(zcxsk_sim_now(in.sim) - start, 150 * MS + 2 * PROMPT);
	cr_expect_eq(zcxsk_packet_release(in.socket, &p, n), 1);
	release_held();
	close_both();
}

Test(siblings, a_wait_runs_the_watchdog_of_the_other_socket)
{
	out.opts.watchdog_first_ns = 0;
	open_both();
	hold_all();
	simulated_fault(&out, ZCXSK_SIM_INTERRUPT_LOST, 0, 0);
	send_held();
	zcxsk_tx_flush(out.socket);
	wait_for_one();
	cr_expect_gt(simulated_stats(&out).tx_kicks_forced, 0);
	release_held();
	close_both();
}

Test(siblings, a_copy_waits_for_frames_that_are_completed_elsewhere)
{
	uint64_t start;

	open_both();
	hold_all();
	send_held();
	zcxsk_tx_flush(out.socket);
	start = zcxsk_sim_now(in.sim);
	cr_assert_eq(zcxsk_tx_send_wait(in.socket, "copy", 4, SECOND), 0);
	cr_expect_lt(zcxsk_sim_now(in.sim) - start, PROMPT);
	release_held();
	close_both();
}

/* It waits for its own packets only. */
Test(siblings, a_drain_leaves_the_others_alone)
{
	open_both();
	send_and_complete();
	cr_expect_eq(zcxsk_tx_drain(in.socket, SECOND), 0);
	cr_expect_eq(simulated_stats(&out).in_completion_ring, BURST);
	release_held();
	close_both();
}

/* It kicks its own gathered packets, which gives it all the frames that it needs. */
Test(siblings, a_sender_that_gets_its_own_frames_leaves_the_others_alone)
{
	struct zcxsk_packet p[BURST];

	in.opts.kick_policy = ZCXSK_KICK_MANUAL;
	kick_takes_ns = MS;
	open_both();
	in.socket->service.fd = dup(STDIN_FILENO); /* no set is needed */
	send_and_complete();
	held_count -= BURST;
	cr_assert_eq(zcxsk_tx_burst(in.socket, held + held_count, BURST), BURST);
	cr_assert_eq(zcxsk_tx_alloc(in.socket, p, BURST, 60), BURST);
	cr_expect_eq(simulated_stats(&out).in_completion_ring, BURST);
	cr_expect(!in.socket->service.short_of_frames, "it has what it wanted");
	cr_expect_eq(zcxsk_packet_release(in.socket, p, BURST), BURST);
	release_held();
	close_both();
}

/* ---- the service timer ------------------------------------------------------------- */

static void be_served(void)
{
	open_both();
	cr_assert_eq(timer_open(in.socket), 0);
	hold_all();
	send_held();
	zcxsk_tx_flush(out.socket);
	serve();
	cr_assert_eq(zcxsk_socket_status(in.socket), -ENOBUFS);
	cr_assert_neq(in.socket->timer.due_ns, 0);
	cr_expect_leq(in.socket->timer.due_ns, zcxsk_sim_now(in.sim) + MS);
	zcxsk_sim_advance(out.sim, MS);
	zcxsk_sim_advance(in.sim, MS);
	serve();
	cr_expect_eq(zcxsk_socket_status(in.socket), 0);
	cr_expect_eq(in.socket->timer.due_ns, 0, "nothing is awaited any more");
	release_held();
	close_both();
}

Test(siblings, the_service_timer_expires_for_frames_in_flight_elsewhere)
{
	be_served();
}

Test(siblings, the_service_timer_of_a_socket_that_only_receives)
{
	in.opts.flags = ZCXSK_SOCKET_RX_ONLY;
	be_served();
}

/* It expires again and again until a sender that asked for frames can have some. */
Test(siblings, the_service_timer_of_a_sender)
{
	struct zcxsk_packet p;
	uint32_t n;

	in.opts.flags = out.opts.flags = ZCXSK_SOCKET_TX_ONLY;
	open_both();
	cr_assert_eq(timer_open(in.socket), 0);
	in.socket->service.fd = dup(STDIN_FILENO); /* no set is needed: the calls are checked */
	cr_assert_geq(in.socket->service.fd, 0);
	for (held_count = 0; (n = zcxsk_tx_alloc(in.socket, held + held_count, BURST, 60));)
		held_count += n;
	cr_assert_eq(in.socket->timer.due_ns, 0, "no frame is in flight");
	send_held();
	zcxsk_tx_flush(out.socket);
	cr_assert_eq(zcxsk_tx_alloc(in.socket, &p, 1, 60), 0);
	for (uint32_t i = 0; i < 10; i++) {
		cr_assert_neq(in.socket->timer.due_ns, 0);
		cr_assert_leq(in.socket->timer.due_ns, zcxsk_sim_now(in.sim) + MS);
		zcxsk_sim_advance(in.sim, MS);
		serve();
	}
	zcxsk_sim_advance(out.sim, MS);
	zcxsk_sim_advance(in.sim, MS);
	serve();
	cr_expect_eq(in.socket->timer.due_ns, 0, "nothing is awaited any more");
	cr_expect_eq(zcxsk_cache_available(cache) + zcxsk_pool_available(pool), BURST);
	release_held();
	close_both();
}

/* Nobody is woken for frames that are not needed. */
Test(siblings, the_service_timer_rests_while_frames_are_free)
{
	open_both();
	cr_assert_eq(timer_open(in.socket), 0);
	simulated_send(&out, BURST);
	zcxsk_tx_flush(out.socket);
	serve();
	cr_expect_eq(in.socket->timer.due_ns, 0);
	cr_expect_eq(zcxsk_tx_drain(out.socket, SECOND), 0);
	close_both();
}

/* ---- siblings that are left alone ---------------------------------------------------- */

/* Without frames to wait for, a wait ends at once. */
static void expect_no_frames(void)
{
	uint64_t start = zcxsk_sim_now(in.sim), waits = simulated_stats(&in).waits;
	struct zcxsk_packet p;
	uint32_t n;

	cr_expect_eq(zcxsk_rx_wait(in.socket, &p, 1, SECOND, &n), -ENOBUFS);
	cr_expect_eq(n, 0);
	cr_expect_lt(zcxsk_sim_now(in.sim) - start, MS);
	cr_expect_eq(simulated_stats(&in).waits, waits);
	cr_expect_eq(zcxsk_tx_alloc(in.socket, &p, 1, 60), 0);
}

Test(siblings, completions_that_belong_to_the_program_stay)
{
	struct zcxsk_ring_prod *tx;
	struct zcxsk_ring_cons *comp;
	uint32_t index;

	open_both();
	tx = zcxsk_socket_tx_ring(out.socket);
	comp = zcxsk_socket_completion_ring(out.socket);
	cr_assert(tx && comp);
	hold_all();
	cr_assert_eq(zcxsk_ring_prod_reserve(tx, BURST, &index), BURST);
	held_count -= BURST;
	for (uint32_t i = 0; i < BURST; i++)
		*zcxsk_ring_tx_slot(tx, index + i) =
			(struct xdp_desc){.addr = held[held_count + i].addr, .len = 60};
	zcxsk_ring_prod_submit(tx);
	zcxsk_sim_kernel(out.sim)->kick(out.sim);
	zcxsk_sim_advance(out.sim, MS);
	expect_no_frames();
	cr_assert_eq(zcxsk_ring_cons_peek(comp, FRAMES, &index), BURST);
	zcxsk_ring_cons_release(comp);
	held_count += BURST;
	release_held();
	close_both();
}

Test(siblings, a_socket_without_a_queue_has_no_frames)
{
	open_both();
	hold_all();
	send_held();
	zcxsk_tx_flush(out.socket);
	simulated_fault(&out, ZCXSK_SIM_REOPEN_FAILS, 0, EBUSY);
	cr_assert_eq(zcxsk_socket_rebuild(out.socket, NULL), -EBUSY);
	cr_assert_neq(zcxsk_tx_outstanding(out.socket), 0);
	expect_no_frames();
	cr_assert_eq(zcxsk_socket_rebuild(out.socket, NULL), 0);
	wait_for_one();
	release_held();
	close_both();
}

/* The one that is left counts what the application takes from the cache. */
Test(siblings, a_closed_socket_is_not_visited)
{
	struct zcxsk_packet p;
	uint64_t frame;

	open_both();
	hold_all();
	cr_expect_eq(simulated_close(&out), 0);
	cr_assert_eq(zcxsk_rx_burst(in.socket, &p, 1), 1, "its posted frames are free");
	cr_expect_eq(zcxsk_packet_release(in.socket, &p, 1), 1);
	release_held();
	cr_assert_eq(zcxsk_cache_alloc(cache, &frame, 1), 1);
	cr_expect_eq(simulated_stats(&in).in_application, 1);
	cr_expect_eq(zcxsk_cache_free(cache, &frame, 1), 1);
	simulated_open(&out);
	cr_assert_eq(zcxsk_cache_alloc(cache, &frame, 1), 1);
	cr_expect_eq(simulated_close(&in), 0);
	cr_expect_eq(simulated_stats(&out).in_application, 1, "it counts now");
	cr_expect_eq(zcxsk_cache_free(cache, &frame, 1), 1);
	cr_expect_eq(simulated_close(&out), 0);
	cr_expect_eq(zcxsk_cache_destroy(cache), 0);
}

Test(siblings, another_thread_in_a_call_on_the_other_socket_is_reported)
{
	char text[256];
	struct zcxsk_packet p;

	open_both();
	send_and_complete();
	out.socket->user = OTHER_THREAD;
	zcxsk_rx_burst(in.socket, &p, 1);
	cr_expect_geq(zcxsk_pool_violation(pool, text, sizeof(text)), 1);
	cr_expect(strstr(text, "on the same socket"), "%s", text);
	out.socket->user = 0;
}
