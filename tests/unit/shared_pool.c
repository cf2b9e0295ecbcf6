/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shared_pool.c - one pool for several caches and sockets, on the simulated kernel: frames
 * reach the socket that needs them, and the memory stays while a socket uses it.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <zcxsk/kernel.h>
#include <zcxsk/sim.h>
#include <zcxsk/zcxsk.h>

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
