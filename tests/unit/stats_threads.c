/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats_threads.c - a thread reads the counters of a socket all the time while its owner sends,
 * receives, forwards and rebuilds it: no counter goes back, and no place holds more frames than
 * there are. Not a Criterion test, so that it runs under ThreadSanitizer.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <zcxsk/rx.h>
#include <zcxsk/sim.h>
#include <zcxsk/stats.h>
#include <zcxsk/tx.h>
#include <zcxsk/watchdog.h>

#include "datapath/fill.h"
#include "plain_socket.h"
#include "prng.h"
#include "stats_reader.h"

#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);    \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

/* Each side goes on until both have done as much. */
#define READINGS 5000u
#define ROUNDS 40000u
#define REBUILDS 20u /* of the rounds */
#define BURST 16u

static struct zcxsk_stats stats_of(struct zcxsk_socket *s)
{
	struct zcxsk_stats st;

	zcxsk_stats_init(&st);
	REQUIRE(zcxsk_socket_read_stats(s, &st) == 0);
	return st;
}

/* Calls round() with a number until both threads have done enough. */
static void while_read(struct zcxsk_socket *s, void (*round)(uint32_t number))
{
	struct stats_reader reader = {.socket = s};

	stats_reader_start(&reader);
	for (uint32_t i = 0; i < ROUNDS || stats_reader_count(&reader) < READINGS; i++) {
		round(i);
		if (i % 64 == 0)
			sched_yield();
	}
	stats_reader_stop(&reader);
}

static int64_t places(struct zcxsk_socket *s)
{
	struct zcxsk_stats st = stats_of(s);

	return (int64_t)(st.in_fill_ring + st.in_kernel_rx + st.in_rx_ring + st.in_tx_ring +
			 st.in_kernel_tx + st.in_completion_ring + st.in_cache + st.in_pool) +
	       st.in_application;
}

/* ---- on the simulated kernel ------------------------------------------------- */

#define FRAMES 2048u

static struct zcxsk_sim *sim;
static struct zcxsk_socket *simulated;
static struct prng state = {1};

static void open_simulated(uint32_t pool_flags)
{
	struct zcxsk_socket_opts opts;
	struct zcxsk_sim_opts sim_opts;
	struct zcxsk_umem_opts umem;
	struct zcxsk_pool_opts pool;

	zcxsk_umem_opts_init(&umem);
	umem.frames = FRAMES;
	zcxsk_pool_opts_init(&pool);
	pool.flags = pool_flags;
	zcxsk_socket_opts_init(&opts);
	opts.umem_opts = &umem;
	opts.pool_opts = &pool;
	zcxsk_sim_opts_init(&sim_opts);
	sim_opts.rx_ring_size = sim_opts.tx_ring_size = 128;
	sim_opts.fill_ring_size = 512;
	sim_opts.arrival_ns = 1000;
	sim_opts.first_index = UINT32_MAX - 1000; /* the indices wrap during the test */
	sim_opts.chances[ZCXSK_SIM_COMPLETIONS_SHUFFLED].ppm = 20000;
	sim_opts.chances[ZCXSK_SIM_COMPLETION_DOUBLED].ppm = 1000;
	sim_opts.chances[ZCXSK_SIM_KICK_FAILS].ppm = 1000;
	REQUIRE(zcxsk_sim_create(&sim, &sim_opts) == 0);
	REQUIRE(zcxsk_socket_open_on(&simulated, zcxsk_sim_kernel(sim), &opts, NULL) == 0);
	zcxsk_sim_set_memory(sim, zcxsk_socket_base(simulated),
			     zcxsk_umem_size(zcxsk_socket_umem(simulated)));
}

static void close_simulated(void)
{
	REQUIRE(places(simulated) == FRAMES);
	zcxsk_socket_close(simulated);
	zcxsk_sim_destroy(sim);
}

/* Sends own packets, forwards some of those received, and releases the others. */
static void send_and_receive(uint32_t number)
{
	const struct zcxsk_packet *view;
	struct zcxsk_packet p[BURST];
	uint32_t n = zcxsk_tx_alloc(simulated, p, 1 + number % BURST, 60), sent;

	sent = zcxsk_tx_burst(simulated, p, n);
	zcxsk_packet_release(simulated, p + sent, n - sent);
	n = zcxsk_rx_view(simulated, &view, 1 + prng_below(&state, BURST));
	sent = number % 3 ? 0 : zcxsk_tx_burst(simulated, view, n);
	if (sent)
		zcxsk_packet_release(simulated, view + sent, n - sent);
	else
		zcxsk_packet_release(simulated, view, n);
	zcxsk_sim_advance(sim, 5000);
}

static void reader_and_working_owner(void)
{
	open_simulated(0);
	while_read(simulated, send_and_receive);
	REQUIRE(stats_of(simulated).rx_packets > ROUNDS && stats_of(simulated).tx_packets > ROUNDS);
	close_simulated();
}

/* Rebuilds the socket often, and at times in vain. */
static void work_and_rebuild(uint32_t number)
{
	struct zcxsk_sim_fault refusal = {.kind = ZCXSK_SIM_REOPEN_FAILS, .value = 19};

	send_and_receive(number);
	if (number % (ROUNDS / REBUILDS))
		return;
	if (number % 2) {
		REQUIRE(zcxsk_sim_add_fault(sim, &refusal) == 0);
		REQUIRE(zcxsk_socket_rebuild(simulated, NULL) == -19);
	}
	REQUIRE(zcxsk_socket_rebuild(simulated, NULL) == 0);
}

static void reader_during_rebuilds(void)
{
	struct zcxsk_stats st;

	open_simulated(ZCXSK_POOL_CHECK);
	while_read(simulated, work_and_rebuild);
	st = stats_of(simulated);
	REQUIRE(st.rx_packets && st.tx_packets && st.rx_abandoned);
	close_simulated();
}

/* ---- on plain memory, for invalid descriptors -------------------------------- */

static struct plain_socket plain;
static uint64_t valid, invalid;

/* The kernel's part: a descriptor for a frame of the fill ring, at times an invalid one. */
static void deliver(bool is_valid, uint64_t *lost)
{
	uint32_t at = plain.fill.consumer, to = plain.rx.producer;
	uint64_t frame = ((uint64_t *)plain.fill.entries)[at % PLAIN_RING];

	*lost = frame & ~(uint64_t)(plain.s.frame_size - 1);
	plain.rx.entries[to % PLAIN_RING] =
		(struct xdp_desc){.addr = is_valid ? *lost : UINT64_MAX, .len = 60};
	__atomic_store_n(&plain.fill.consumer, at + 1, __ATOMIC_RELEASE);
	__atomic_store_n(&plain.rx.producer, to + 1, __ATOMIC_RELEASE);
}

static void receive_some_invalid(uint32_t number)
{
	struct zcxsk_packet p[BURST];
	uint64_t lost[BURST], frame;
	uint32_t n = 0, in_vain = 0;

	for (uint32_t i = 0; i < 1 + number % BURST && plain.fill.consumer != plain.fill.producer;
	     i++) {
		bool is_valid = prng_below(&state, 4) != 0;

		deliver(is_valid, &frame);
		if (!is_valid)
			lost[in_vain++] = frame;
		valid += is_valid;
	}
	invalid += in_vain;
	do {
		n = zcxsk_rx_burst(&plain.s, p, BURST);
		zcxsk_packet_release(&plain.s, p, n);
	} while (n);
	/* The frame of an invalid descriptor is lost; here it comes back. */
	REQUIRE(zcxsk_cache_free(plain.s.cache, lost, in_vain) == in_vain);
}

static void reader_and_invalid_descriptors(void)
{
	struct zcxsk_stats st;

	plain_open(&plain, 0);
	fill_owe(&plain.s, PLAIN_RING);
	REQUIRE(fill_refill(&plain.s));
	while_read(&plain.s, receive_some_invalid);
	st = stats_of(&plain.s);
	REQUIRE(valid > ROUNDS && invalid > ROUNDS / 2);
	REQUIRE(st.rx_packets == valid && st.rx_invalid == invalid && st.rx_bytes == 60 * valid);
}

int main(void)
{
	reader_and_working_owner();
	reader_during_rebuilds();
	reader_and_invalid_descriptors();
	return 0;
}
