/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_sockets.c - several simulated sockets on one UMEM: they share its frames, packets are
 * forwarded between them, and two sockets never share rings.
 */
#include <errno.h>
#include <zcxsk/rx.h>
#include <zcxsk/watchdog.h>

#include "datapath/socket.h"
#include "frames/memory.h"
#include "simulated.h"

#define FRAMES 2048u
#define ROUNDS 200u

static struct zcxsk_umem *umem;
static struct zcxsk_pool *pool;
static struct zcxsk_cache *caches[2];
static struct simulated sockets[2];

static void make_memory(uint32_t pool_flags)
{
	struct zcxsk_umem_opts u;
	struct zcxsk_pool_opts p;

	zcxsk_umem_opts_init(&u);
	u.frames = FRAMES;
	zcxsk_pool_opts_init(&p);
	p.flags = pool_flags;
	cr_assert_eq(zcxsk_umem_create(&umem, &u, NULL), 0);
	cr_assert_eq(zcxsk_pool_create(&pool, umem, &p, NULL), 0);
	for (int i = 0; i < 2; i++)
		cr_assert_eq(zcxsk_cache_create(&caches[i], pool, NULL), 0);
}

static void open_both(struct zcxsk_cache *first, struct zcxsk_cache *second)
{
	for (int i = 0; i < 2; i++) {
		simulated_init(&sockets[i]);
		sockets[i].sim_opts.fill_ring_size = 512;
		sockets[i].opts.cache = i ? second : first;
		simulated_open(&sockets[i]);
	}
}

/* A packet arrives at `from`, is received, and leaves by `to` in the same frame. */
static void forward(struct simulated *from, struct simulated *to)
{
	struct zcxsk_packet p;

	cr_assert_eq(zcxsk_sim_receive(from->sim, "forward", 7), 0);
	cr_assert_eq(zcxsk_rx_burst(from->socket, &p, 1), 1);
	cr_assert_arr_eq(zcxsk_packet_data(zcxsk_umem_base(umem), &p), "forward", 7);
	cr_assert_eq(zcxsk_tx_burst(to->socket, &p, 1), 1);
	zcxsk_sim_advance(to->sim, 1 * MS);
}

/* Only what is inside the packet memory is sent where it is. */
Test(sim_sockets, data_right_behind_the_packet_memory_is_copied)
{
	static _Alignas(65536) unsigned char memory[2 * 64 * 2048];
	struct simulated *t = &sockets[0];

	simulated_init(t);
	t->umem.memory = memory;
	t->umem.memory_size = sizeof(memory) / 2;
	t->opts.flags = ZCXSK_SOCKET_TX_ONLY;
	simulated_open(t);
	cr_assert_eq(zcxsk_tx_send(t->socket, memory + sizeof(memory) / 2, 1000), 0);
	cr_assert_eq(zcxsk_tx_drain(t->socket, SECOND), 0);
	cr_assert_eq(simulated_device(t).sent, 1);
	cr_assert_eq(simulated_close(t), 0);
}

static void forward_both_ways(void)
{
	for (uint32_t i = 0; i < ROUNDS; i++) {
		forward(&sockets[0], &sockets[1]);
		forward(&sockets[1], &sockets[0]);
	}
	for (int i = 0; i < 2; i++) {
		cr_expect_eq(zcxsk_tx_drain(sockets[i].socket, 1 * SECOND), 0);
		cr_expect_eq(simulated_device(&sockets[i]).sent, ROUNDS);
	}
	cr_expect_eq(simulated_stats(&sockets[0]).in_application +
			     simulated_stats(&sockets[1]).in_application,
		     0);
}

Test(sim_sockets, forwarding_with_a_cache_each)
{
	make_memory(ZCXSK_POOL_CHECK);
	open_both(caches[0], caches[1]);
	forward_both_ways();
	cr_expect_eq(zcxsk_pool_violation(pool, NULL, 0), 0);
}

Test(sim_sockets, forwarding_with_one_cache)
{
	make_memory(ZCXSK_POOL_CHECK);
	open_both(caches[0], caches[0]);
	forward_both_ways();
	cr_expect_eq(zcxsk_pool_violation(pool, NULL, 0), 0);
}

/* Sockets that are opened later need them. */
Test(sim_sockets, opening_keeps_no_frames_but_the_posted_ones)
{
	uint64_t left = FRAMES;

	make_memory(0);
	for (int i = 0; i < 2; i++) {
		struct zcxsk_stats st;

		simulated_init(&sockets[i]);
		sockets[i].sim_opts.fill_ring_size = 64;
		sockets[i].opts.cache = caches[i];
		simulated_open(&sockets[i]);
		st = simulated_stats(&sockets[i]);
		left -= st.in_fill_ring + st.in_kernel_rx;
		cr_expect_eq(zcxsk_cache_available(caches[i]), 0);
		cr_expect_eq(zcxsk_pool_available(pool), left);
	}
}

Test(sim_sockets, rings_have_one_socket)
{
	struct zcxsk_socket *second;
	struct zcxsk_error error;

	make_memory(0);
	open_both(caches[0], caches[1]);
	cr_expect_eq(zcxsk_socket_open_on(&second, zcxsk_sim_kernel(sockets[0].sim),
					  &sockets[0].opts, &error),
		     -EBUSY);
	cr_expect_null(second);
	cr_expect_str_eq(error.step, "check kernel");
	/* After the close the rings are free again. */
	zcxsk_socket_close(sockets[0].socket);
	cr_expect_eq(zcxsk_socket_open_on(&sockets[0].socket, zcxsk_sim_kernel(sockets[0].sim),
					  &sockets[0].opts, &error),
		     0);
}

/* It would not be in force: there is no interface. */
Test(sim_sockets, promiscuous_mode_is_refused)
{
	struct zcxsk_socket_opts opts;
	struct zcxsk_socket *s;

	make_memory(0);
	open_both(caches[0], caches[1]);
	opts = sockets[0].opts;
	opts.flags |= ZCXSK_SOCKET_PROMISCUOUS;
	zcxsk_socket_close(sockets[0].socket);
	cr_expect_eq(zcxsk_socket_open_on(&s, zcxsk_sim_kernel(sockets[0].sim), &opts, NULL),
		     -EINVAL);
	cr_expect_eq(zcxsk_socket_open_on(&sockets[0].socket, zcxsk_sim_kernel(sockets[0].sim),
					  &sockets[0].opts, NULL),
		     0);
}

Test(sim_sockets, one_is_rebuilt_while_the_other_forwards)
{
	make_memory(ZCXSK_POOL_CHECK);
	open_both(caches[0], caches[1]);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		forward(&sockets[0], &sockets[1]);
		if (i % 8 == 0)
			cr_assert_eq(zcxsk_socket_rebuild(sockets[0].socket, NULL), 0);
	}
	cr_expect_eq(zcxsk_tx_drain(sockets[1].socket, 1 * SECOND), 0);
	cr_expect_eq(zcxsk_pool_violation(pool, NULL, 0), 0);
}
/* ---- the most sockets of one UMEM ------------------------------------------------- */

#define SOCKETS_MAX 8192u

/* Opens one more socket and closes it. */
static int try_third(struct zcxsk_cache *cache, struct zcxsk_error *error)
{
	struct zcxsk_socket_opts opts;
	struct zcxsk_socket *third;
	struct zcxsk_sim *sim;
	int ret;

	zcxsk_socket_opts_init(&opts);
	opts.cache = cache;
	cr_assert_eq(zcxsk_sim_create(&sim, NULL), 0);
	ret = zcxsk_socket_open_on(&third, zcxsk_sim_kernel(sim), &opts, error);
	if (!ret)
		zcxsk_socket_close(third);
	zcxsk_sim_destroy(sim);
	return ret;
}

/* To open them all takes long, so most of them are only in the list and have numbers. */
Test(sim_sockets, a_umem_serves_a_limited_number_of_sockets)
{
	static struct zcxsk_socket others[SOCKETS_MAX];
	struct zcxsk_umem *full;
	struct zcxsk_socket *first;
	struct zcxsk_error error;

	make_memory(0);
	open_both(caches[0], caches[1]);
	full = umem;
	first = full->sockets;
	for (uint32_t i = 2; i < SOCKETS_MAX; i++) {
		others[i].setup.simulated = true;
		others[i].setup.number = i;
		others[i].setup.next = full->sockets;
		full->sockets = &others[i];
	}
	cr_expect_eq(try_third(caches[0], &error), -ENOSPC);
	cr_expect_str_eq(error.cause, "the UMEM serves 8192 sockets already");
	cr_expect_str_eq(error.remedy, "Use another UMEM.");
	full->sockets = others[SOCKETS_MAX - 1].setup.next;
	cr_expect_eq(try_third(caches[0], &error), 0, "one has been closed");
	full->sockets = first;
	make_memory(0);
	cr_expect_eq(try_third(caches[0], &error), 0, "%s", error.cause);
}
