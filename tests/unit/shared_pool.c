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
