/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * own_rings.c - a program that works the rings of one direction itself while the library works
 * the others: neither touches the other's, and every frame is accounted for.
 */
#include <errno.h>
#include <zcxsk/rx.h>
#include <zcxsk/service.h>
#include <zcxsk/token.h>
#include <zcxsk/watchdog.h>

#include "frames/pool.h"
#include "datapath/socket.h"
#include "simulated.h"

#define FRAMES 256u
#define FRAME 2048u /* bytes */
#define BURST 32u

static struct simulated t;
static uint64_t frames[FRAMES];

static void open_with(uint32_t pool_flags, uint32_t flags)
{
	simulated_init(&t);
	t.umem.frames = FRAMES;
	t.pool.flags = pool_flags;
	t.opts.flags = flags;
	t.sim_opts.rx_ring_size = t.sim_opts.tx_ring_size = t.sim_opts.fill_ring_size = 64;
	simulated_open(&t);
}

static void close_balanced(void)
{
	struct zcxsk_pool *pool = zcxsk_cache_pool(zcxsk_socket_cache(t.socket));

	cr_expect_eq(zcxsk_pool_violation(pool, NULL, 0), 0);
	cr_expect_eq(simulated_places(&t), FRAMES);
	cr_expect_eq(simulated_close(&t), 0);
}

/* ---- the program sends ----------------------------------------------------------- */

static void put(struct zcxsk_ring_prod *tx, uint32_t n)
{
	uint32_t index;

	cr_assert_eq(zcxsk_cache_alloc(zcxsk_socket_cache(t.socket), frames, n), n);
	cr_assert_eq(zcxsk_ring_prod_reserve(tx, n, &index), n);
	for (uint32_t i = 0; i < n; i++)
		*zcxsk_ring_tx_slot(tx, index + i) =
			(struct xdp_desc){.addr = frames[i], .len = 60};
	zcxsk_ring_prod_submit(tx);
	zcxsk_sim_kernel(t.sim)->kick(t.sim);
	zcxsk_sim_advance(t.sim, 1 * MS);
}

static void take_completions(struct zcxsk_ring_cons *comp, uint32_t n)
{
	uint32_t index;

	cr_assert_eq(zcxsk_ring_cons_peek(comp, n + 1, &index), n, "stolen completions");
	for (uint32_t i = 0; i < n; i++)
		frames[i] = zcxsk_ring_comp_slot(comp, index + i);
	zcxsk_ring_cons_release(comp);
	cr_assert_eq(zcxsk_cache_free(zcxsk_socket_cache(t.socket), frames, n), n);
}

/* All that the library does while it receives. */
static void receive_by_library(void)
{
	struct zcxsk_packet p[BURST];
	uint32_t count;

	for (uint32_t i = 0; i < 2 * BURST; i++) {
		cr_assert_eq(zcxsk_sim_receive(t.sim, NULL, 60), 0);
		cr_assert_eq(zcxsk_rx_burst(t.socket, p, BURST), 1);
		cr_assert_eq(zcxsk_packet_release(t.socket, p, 1), 1);
	}
	cr_assert_eq(zcxsk_rx_wait(t.socket, p, BURST, 10 * SECOND, &count), -ETIMEDOUT);
}

static void the_program_sends(uint32_t pool_flags)
{
	struct zcxsk_ring_prod *tx;
	struct zcxsk_ring_cons *comp;
	struct zcxsk_stats before, after;

	open_with(pool_flags, 0);
	/* The library may have sent before. */
	simulated_send(&t, 5);
	cr_expect_null(zcxsk_socket_tx_ring(t.socket), "packets of the library are in flight");
	cr_expect_eq(zcxsk_tx_drain(t.socket, SECOND), 0);
	tx = zcxsk_socket_tx_ring(t.socket);
	comp = zcxsk_socket_completion_ring(t.socket);
	cr_assert(tx && comp);
	cr_expect_eq(zcxsk_socket_tx_ring(t.socket), tx);
	before = simulated_stats(&t);
	for (uint32_t i = 0; i < 20; i++) {
		put(tx, BURST);
		cr_expect_eq(simulated_places(&t), FRAMES);
		receive_by_library();
		cr_expect_eq(simulated_places(&t), FRAMES);
		take_completions(comp, BURST);
	}
	after = simulated_stats(&t);
	cr_expect_eq(after.tx_packets, before.tx_packets);
	cr_expect_eq(after.tx_completed, before.tx_completed);
	cr_expect_eq(after.tx_kicks, before.tx_kicks);
	cr_expect_eq(after.tx_stalls, 0);
	cr_expect_lt(after.waits - before.waits, 20 * 40);
	cr_expect_eq(zcxsk_socket_status(t.socket), 0);
	close_balanced();
}

Test(own_rings, the_program_sends)
{
	the_program_sends(0);
}

Test(own_rings, the_program_sends_with_the_ledger)
{
	the_program_sends(ZCXSK_POOL_CHECK);
}

Test(own_rings, the_library_does_not_send_any_more)
{
	struct zcxsk_packet p = {.addr = 0, .len = 60, .flags = 0};
	struct zcxsk_kicker *kicker;
	uint32_t count;

	open_with(0, 0);
	cr_assert(zcxsk_socket_tx_ring(t.socket));
	cr_expect_eq(zcxsk_tx_alloc(t.socket, &p, 1, 60), 0);
	cr_expect_eq(zcxsk_tx_burst(t.socket, &p, 1), 0);
	cr_expect_eq(zcxsk_tx_wait(t.socket, &p, 1, UINT64_MAX, &count), -EINVAL);
	cr_expect_eq(zcxsk_tx_send(t.socket, "x", 1), -EINVAL);
	cr_expect_eq(zcxsk_tx_flush(t.socket), 0);
	cr_expect_eq(zcxsk_tx_reap(t.socket), 0);
	cr_expect_eq(zcxsk_tx_outstanding(t.socket), 0);
	cr_expect_eq(zcxsk_tx_drain(t.socket, UINT64_MAX), 0);
	cr_expect_eq(zcxsk_kicker_start(&kicker, t.socket, 0), -EINVAL);
	close_balanced();
}

/* ---- the program receives ---------------------------------------------------------- */

static uint32_t take_packets(struct zcxsk_ring_cons *rx, struct zcxsk_ring_prod *fill, uint32_t n)
{
	uint32_t from, to, got = zcxsk_ring_cons_peek(rx, n, &from);

	cr_assert_eq(zcxsk_ring_prod_reserve(fill, got, &to), got);
	for (uint32_t i = 0; i < got; i++)
		*zcxsk_ring_fill_slot(fill, to + i) =
			zcxsk_ring_rx_slot(rx, from + i)->addr & ~(uint64_t)(FRAME - 1);
	zcxsk_ring_cons_release(rx);
	zcxsk_ring_prod_submit(fill);
	return got;
}

static void the_program_receives(uint32_t pool_flags)
{
	struct zcxsk_ring_cons *rx;
	struct zcxsk_ring_prod *fill;
	struct zcxsk_stats before, after;
	struct zcxsk_packet p;
	uint32_t count;

	open_with(pool_flags, 0);
	for (uint32_t i = 0; i < 3; i++)
		cr_assert_eq(zcxsk_sim_receive(t.sim, NULL, 60), 0);
	cr_assert_eq(zcxsk_rx_burst(t.socket, &p, 1), 1);
	before = simulated_stats(&t);
	rx = zcxsk_socket_rx_ring(t.socket);
	fill = zcxsk_socket_fill_ring(t.socket);
	cr_assert(rx && fill);
	after = simulated_stats(&t);
	cr_expect_eq(after.in_fill_ring + after.in_kernel_rx + after.in_rx_ring, 0);
	cr_expect_eq(after.fill_frames, before.fill_frames);
	cr_expect_eq(after.rx_packets, 1);
	cr_expect_eq(simulated_places(&t), FRAMES);
	cr_expect_eq(zcxsk_packet_release(t.socket, &p, 1), 1);
	cr_expect_eq(take_packets(rx, fill, BURST), 2);
	for (uint32_t i = 0; i < 20; i++) {
		for (uint32_t k = 0; k < 16; k++)
			cr_assert_eq(zcxsk_sim_receive(t.sim, NULL, 60), 0);
		simulated_send(&t, BURST);
		cr_expect_eq(zcxsk_tx_drain(t.socket, SECOND), 0);
		cr_expect_eq(zcxsk_rx_burst(t.socket, &p, 1), 0);
		cr_expect_eq(zcxsk_rx_wait(t.socket, &p, 1, UINT64_MAX, &count), -EINVAL);
		cr_expect_eq(take_packets(rx, fill, BURST), 16);
		cr_expect_eq(simulated_places(&t), FRAMES);
	}
	close_balanced();
}

Test(own_rings, the_program_receives)
{
	the_program_receives(0);
}

Test(own_rings, the_program_receives_with_the_ledger)
{
	the_program_receives(ZCXSK_POOL_CHECK);
}

/* ---- what a socket lacks --------------------------------------------------------- */

Test(own_rings, a_socket_of_one_direction)
{
	open_with(0, ZCXSK_SOCKET_RX_ONLY);
	cr_expect_null(zcxsk_socket_tx_ring(t.socket));
	cr_expect_null(zcxsk_socket_completion_ring(t.socket));
	cr_expect(zcxsk_socket_rx_ring(t.socket));
	close_balanced();
	open_with(0, ZCXSK_SOCKET_TX_ONLY);
	cr_expect_null(zcxsk_socket_rx_ring(t.socket));
	cr_expect_null(zcxsk_socket_fill_ring(t.socket));
	cr_expect(zcxsk_socket_completion_ring(t.socket));
	close_balanced();
}

Test(own_rings, rings_after_a_rebuild)
{
	struct zcxsk_ring_prod *tx;
	uint32_t index;

	open_with(ZCXSK_POOL_CHECK, 0);
	tx = zcxsk_socket_tx_ring(t.socket);
	simulated_fault(&t, ZCXSK_SIM_REOPEN_FAILS, 0, EBUSY);
	cr_expect_eq(zcxsk_socket_rebuild(t.socket, NULL), -EBUSY);
	cr_expect_eq(zcxsk_ring_prod_reserve(tx, 1, &index), 0, "there is no queue");
	cr_assert_eq(zcxsk_socket_rebuild(t.socket, NULL), 0);
	tx = zcxsk_socket_tx_ring(t.socket);
	put(tx, BURST);
	receive_by_library();
	take_completions(zcxsk_socket_completion_ring(t.socket), BURST);
	close_balanced();
}

/* With no ring left to the library it is a socket like any other. */
static void all_rings(uint32_t flags)
{
	struct zcxsk_socket *s;
	struct zcxsk_packet p;
	uint32_t count;

	open_with(ZCXSK_POOL_CHECK, flags);
	s = t.socket;
	cr_assert_eq(zcxsk_cache_alloc(zcxsk_socket_cache(s), &p.addr, 1), 1);
	for (uint32_t i = 0; i < 2; i++) {
		cr_expect_eq(!zcxsk_socket_rx_ring(s), flags == ZCXSK_SOCKET_TX_ONLY);
		cr_expect_eq(!zcxsk_socket_fill_ring(s), flags == ZCXSK_SOCKET_TX_ONLY);
		cr_expect_eq(!zcxsk_socket_tx_ring(s), flags == ZCXSK_SOCKET_RX_ONLY);
		cr_expect_eq(!zcxsk_socket_completion_ring(s), flags == ZCXSK_SOCKET_RX_ONLY);
	}
	cr_expect(zcxsk_socket_cache(s));
	cr_expect_eq(zcxsk_socket_status(s), 0);
	cr_expect_eq(zcxsk_socket_service(s, NULL, 0, &count), 0);
	cr_expect_eq(zcxsk_rx_wait(s, &p, 1, 0, &count), -EINVAL);
	cr_expect_eq(zcxsk_packet_release(s, &p, 1), 1);
	close_balanced();
}

Test(own_rings, all_rings_of_a_socket)
{
	all_rings(0);
	all_rings(ZCXSK_SOCKET_RX_ONLY);
	all_rings(ZCXSK_SOCKET_TX_ONLY);
}

/* The program has nearly all frames, and the plan of the first open still holds. */
Test(own_rings, a_rebuild_keeps_the_sizes_of_receiving_rings)
{
	struct zcxsk_kernel kernel;
	struct zcxsk_ring_cons *rx;
	struct zcxsk_error error = {0};

	simulated_init(&t);
	t.umem.frames = FRAMES;
	t.pool.flags = ZCXSK_POOL_CHECK;
	t.opts.umem_opts = &t.umem;
	t.opts.pool_opts = &t.pool;
	t.sim_opts.rx_ring_size = 32;
	cr_assert_eq(zcxsk_sim_create(&t.sim, &t.sim_opts), 0);
	kernel = *zcxsk_sim_kernel(t.sim);
	kernel.device_rx_ring = 64;
	cr_assert_eq(zcxsk_socket_open_on(&t.socket, &kernel, &t.opts, NULL), 0);
	cr_assert(zcxsk_socket_rx_ring(t.socket));
	cr_assert_eq(zcxsk_cache_alloc(zcxsk_socket_cache(t.socket), frames, 80), 80);
	cr_assert_eq(zcxsk_socket_rebuild(t.socket, &error), 0, "%s", error.cause);
	rx = zcxsk_socket_rx_ring(t.socket);
	cr_expect_eq(rx->size, 32);
	cr_expect_eq(zcxsk_cache_free(zcxsk_socket_cache(t.socket), frames, 80), 80);
	close_balanced();
}

/* A close leaves the UMEM and the rings to the next socket. */
Test(own_rings, a_close_gives_up_the_queue)
{
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_cache *cache;
	struct zcxsk_error error;

	cr_assert_eq(zcxsk_umem_create(&umem, NULL, NULL), 0);
	cr_assert_eq(zcxsk_pool_create(&pool, umem, NULL, NULL), 0);
	cr_assert_eq(zcxsk_cache_create(&cache, pool, NULL), 0);
	simulated_init(&t);
	t.opts.cache = cache;
	t.sim_opts.rx_ring_size = t.sim_opts.fill_ring_size = 64;
	simulated_open(&t);
	cr_assert(zcxsk_socket_rx_ring(t.socket));
	cr_assert(zcxsk_socket_tx_ring(t.socket));
	cr_expect_eq(zcxsk_socket_rebuild(t.socket, NULL), -EBUSY, "frames are held");
	cr_expect_eq(zcxsk_socket_close(t.socket), 0);
	cr_assert_eq(zcxsk_socket_open_on(&t.socket, zcxsk_sim_kernel(t.sim), &t.opts, &error), 0,
		     "%s", error.cause);
	cr_expect_eq(simulated_close(&t), 0);
}

/*
 * The kernel may write to the frames in these rings after a close: they return when it has
 * released the queue, as soon as they can be told from those that the program holds.
 */
static void a_close_returns_frames_in_the_rings(uint32_t pool_flags)
{
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_cache *cache;
	struct zcxsk_ring_prod *fill, *tx;
	struct zcxsk_ring_cons *rx;
	uint64_t posted;
	uint32_t index;

	simulated_init(&t);
	t.umem.frames = FRAMES;
	t.pool.flags = pool_flags;
	cr_assert_eq(zcxsk_umem_create(&umem, &t.umem, NULL), 0);
	cr_assert_eq(zcxsk_pool_create(&pool, umem, &t.pool, NULL), 0);
	cr_assert_eq(zcxsk_cache_create(&cache, pool, NULL), 0);
	t.opts.cache = cache;
	t.sim_opts.rx_ring_size = t.sim_opts.tx_ring_size = t.sim_opts.fill_ring_size = 64;
	simulated_open(&t);
	posted = simulated_stats(&t).in_fill_ring + simulated_stats(&t).in_kernel_rx;
	rx = zcxsk_socket_rx_ring(t.socket);
	fill = zcxsk_socket_fill_ring(t.socket);
	tx = zcxsk_socket_tx_ring(t.socket);
	/* It keeps 3 of 5 received, posts 2 again, and sends 4. */
	for (uint32_t i = 0; i < 5; i++)
		cr_assert_eq(zcxsk_sim_receive(t.sim, NULL, 60), 0);
	cr_assert_eq(take_packets(rx, fill, 2), 2);
	cr_assert_eq(zcxsk_ring_cons_peek(rx, 3, &index), 3);
	for (uint32_t i = 0; i < 3; i++)
		frames[i] = zcxsk_ring_rx_slot(rx, index + i)->addr & ~(uint64_t)(FRAME - 1);
	zcxsk_ring_cons_release(rx);
	cr_assert_eq(zcxsk_cache_alloc(cache, frames + 3, 4), 4);
	cr_assert_eq(zcxsk_ring_prod_reserve(tx, 4, &index), 4);
	for (uint32_t i = 0; i < 4; i++)
		*zcxsk_ring_tx_slot(tx, index + i) =
			(struct xdp_desc){.addr = frames[3 + i], .len = 60};
	zcxsk_ring_prod_submit(tx);
	simulated_close(&t);
	cr_expect_eq(zcxsk_pool_left_behind(pool), posted - 3 + 4);
	cr_expect_eq(zcxsk_pool_available(pool), FRAMES - posted - 4);
	cr_assert_eq(zcxsk_cache_free(cache, frames, 3), 3);
	cr_assert_eq(zcxsk_cache_destroy(cache), 0);
	cr_expect_eq(zcxsk_pool_left_behind(pool), 0);
	cr_expect_eq(zcxsk_pool_available(pool), FRAMES);
	cr_expect_eq(zcxsk_pool_violation(pool, NULL, 0), 0);
	cr_assert_eq(zcxsk_pool_destroy(pool), 0);
	cr_assert_eq(zcxsk_umem_destroy(umem), 0);
}

Test(own_rings, a_close_returns_frames_in_the_rings)
{
	a_close_returns_frames_in_the_rings(0);
	a_close_returns_frames_in_the_rings(ZCXSK_POOL_CHECK);
}

/* Else the service descriptor would stay readable once frames are free. */
Test(own_rings, a_socket_without_its_rx_side_waits_for_no_frames)
{
	struct zcxsk_packet held[FRAMES];
	uint32_t n = 0;

	open_with(ZCXSK_POOL_CHECK, 0);
	while (!t.socket->starving.waiting && !zcxsk_sim_receive(t.sim, NULL, 60))
		n += zcxsk_rx_burst(t.socket, held + n, 1);
	cr_assert(t.socket->starving.waiting);
	cr_assert_not_null(zcxsk_socket_rx_ring(t.socket));
	cr_expect(!t.socket->starving.waiting);
	cr_expect_null(t.socket->pool->starving);
	cr_expect_eq(zcxsk_packet_release(t.socket, held, n), n);
	simulated_close(&t);
}
