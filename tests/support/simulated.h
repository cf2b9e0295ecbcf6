/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simulated.h - a socket on the simulated kernel, for tests that check a few calls: set the
 * options that matter, then open.
 */
#ifndef TESTS_SUPPORT_SIMULATED_H
#define TESTS_SUPPORT_SIMULATED_H

#include <criterion/criterion.h>
#include <zcxsk/kernel.h>
#include <zcxsk/sim.h>
#include <zcxsk/stats.h>
#include <zcxsk/tx.h>

#define US 1000ull /* ns */
#define MS 1000000ull
#define SECOND 1000000000ull

struct simulated {
	struct zcxsk_sim *sim;
	struct zcxsk_socket *socket;
	struct zcxsk_umem_opts umem;
	struct zcxsk_pool_opts pool;
	struct zcxsk_socket_opts opts; /* with a cache, umem and pool are unused */
	struct zcxsk_sim_opts sim_opts;
};

static inline void simulated_init(struct simulated *t)
{
	memset(t, 0, sizeof(*t));
	zcxsk_umem_opts_init(&t->umem);
	zcxsk_pool_opts_init(&t->pool);
	zcxsk_socket_opts_init(&t->opts);
	zcxsk_sim_opts_init(&t->sim_opts);
}

static inline void simulated_open(struct simulated *t)
{
	t->opts.umem_opts = t->opts.cache ? NULL : &t->umem;
	t->opts.pool_opts = t->opts.cache ? NULL : &t->pool;
	cr_assert_eq(zcxsk_sim_create(&t->sim, &t->sim_opts), 0);
	cr_assert_eq(zcxsk_socket_open_on(&t->socket, zcxsk_sim_kernel(t->sim), &t->opts, NULL), 0);
	zcxsk_sim_set_memory(t->sim, zcxsk_socket_base(t->socket),
			     zcxsk_umem_size(zcxsk_socket_umem(t->socket)));
}

/* Returns zcxsk_socket_close()'s result. */
static inline uint32_t simulated_close(struct simulated *t)
{
	uint32_t left = zcxsk_socket_close(t->socket);

	zcxsk_sim_destroy(t->sim);
	return left;
}

static inline void simulated_fault(struct simulated *t, enum zcxsk_sim_kind kind, uint64_t span_ns,
				   uint64_t value)
{
	struct zcxsk_sim_fault f = {.kind = kind, .span_ns = span_ns, .value = value};

	cr_assert_eq(zcxsk_sim_add_fault(t->sim, &f), 0);
}

/* Allocates and sends n packets, which must be accepted. Returns the first. */
static inline struct zcxsk_packet simulated_send(struct simulated *t, uint32_t n)
{
	struct zcxsk_packet p[64] = {{0, 0, 0}};

	cr_assert_leq(n, 64);
	cr_assert_eq(zcxsk_tx_alloc(t->socket, p, n, 60), n);
	cr_assert_eq(zcxsk_tx_burst(t->socket, p, n), n);
	return p[0];
}

static inline struct zcxsk_stats simulated_stats(struct simulated *t)
{
	struct zcxsk_stats st;

	zcxsk_stats_init(&st);
	cr_assert_eq(zcxsk_socket_read_stats(t->socket, &st), 0);
	return st;
}

static inline struct zcxsk_sim_stats simulated_device(const struct simulated *t)
{
	struct zcxsk_sim_stats st;

	zcxsk_sim_stats_init(&st);
	cr_assert_eq(zcxsk_sim_read_stats(t->sim, &st), 0);
	return st;
}

/* The sum of the places of frames, which a socket alone on its UMEM must account for. */
static inline int64_t simulated_places(struct simulated *t)
{
	struct zcxsk_stats st = simulated_stats(t);

	return (int64_t)(st.in_fill_ring + st.in_kernel_rx + st.in_rx_ring + st.in_tx_ring +
			 st.in_kernel_tx + st.in_completion_ring + st.in_lost + st.in_cache +
			 st.in_pool) +
	       st.in_application;
}

#endif
