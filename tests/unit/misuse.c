/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * misuse.c - calls with wrong arguments on a working socket: bursts of 0 and of the largest
 * number, every kind of timeout, and frames that are not the caller's.
 */
#include <errno.h>
#include <stdlib.h>
#include <zcxsk/rx.h>
#include <zcxsk/token.h>

#include "simulated.h"

#define FRAMES 256u
#define FRAME 2048u /* bytes */
#define HOUR (3600 * SECOND)

static struct simulated t;

static void open_with(uint32_t pool_flags)
{
	simulated_init(&t);
	t.umem.frames = FRAMES;
	t.pool.flags = pool_flags;
	t.sim_opts.rx_ring_size = t.sim_opts.tx_ring_size = t.sim_opts.fill_ring_size = 64;
	simulated_open(&t);
}

static void close_balanced(void)
{
	cr_expect_eq(simulated_places(&t), FRAMES);
	cr_expect_eq(simulated_close(&t), 0);
}

Test(misuse, bursts_of_nothing_and_of_everything)
{
	static struct zcxsk_packet p[FRAMES];
	const struct zcxsk_packet *view;
	uint32_t n;

	open_with(0);
	cr_expect_eq(zcxsk_tx_alloc(t.socket, p, 0, 60), 0);
	n = zcxsk_tx_alloc(t.socket, p, UINT32_MAX, 60);
	cr_expect_eq(n, FRAMES - simulated_stats(&t).fill_frames, "%u allocated", n);
	cr_expect_eq(zcxsk_tx_burst(t.socket, p, 0), 0);
	cr_expect_eq(zcxsk_packet_release(t.socket, p, 0), 0);
	cr_expect_eq(zcxsk_packet_release(t.socket, p, n), n);
	for (int i = 0; i < 8; i++)
		cr_assert_eq(zcxsk_sim_receive(t.sim, NULL, 60), 0);
	cr_expect_eq(zcxsk_rx_view(t.socket, &view, 0), 0);
	cr_expect_eq(zcxsk_rx_burst(t.socket, p, 0), 0);
	n = zcxsk_rx_burst(t.socket, p, UINT32_MAX);
	cr_expect_eq(n, 8);
	cr_expect_eq(zcxsk_packet_release(t.socket, p, n), n);
	for (int i = 0; i < 8; i++)
		cr_assert_eq(zcxsk_sim_receive(t.sim, NULL, 60), 0);
	n = zcxsk_rx_view(t.socket, &view, UINT32_MAX);
	cr_expect_eq(n, 8);
	cr_expect_eq(zcxsk_packet_release(t.socket, view, n), n);
	close_balanced();
}

/* A wait that can only end at its deadline ends there, and one for ever by a signal. */
Test(misuse, every_timeout)
{
	static const uint64_t timeouts[] = {0, 1, 1 * MS, 10 * SECOND};
	struct zcxsk_packet p;
	uint32_t count;

	open_with(0);
	for (uint32_t i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
		uint64_t start = zcxsk_sim_now(t.sim), took;

		cr_expect_eq(zcxsk_rx_wait(t.socket, &p, 1, timeouts[i], &count), -ETIMEDOUT);
		took = zcxsk_sim_now(t.sim) - start;
		cr_expect(took >= timeouts[i] && took <= timeouts[i] + 1 * MS, "%lu ns",
			  (unsigned long)took);
	}
	for (int i = 0; i < 2; i++) {
		simulated_fault(&t, ZCXSK_SIM_WAIT_FAILS, 0, 0);
		cr_expect_eq(zcxsk_rx_wait(t.socket, &p, 1, UINT64_MAX - (uint64_t)i, &count),
			     -EINTR);
	}
	close_balanced();
}

Test(misuse, one_bad_packet_is_rejected_once)
{
	struct zcxsk_packet p[4];
	uint32_t count;

	open_with(0);
	cr_assert_eq(zcxsk_tx_alloc(t.socket, p, 4, 60), 4);
	p[2].len = 0;
	cr_expect_eq(zcxsk_tx_wait(t.socket, p, 4, HOUR, &count), -EINVAL);
	cr_expect_eq(count, 2);
	cr_expect_eq(simulated_stats(&t).tx_rejected, 1);
	cr_expect_eq(zcxsk_socket_status(t.socket), -EINVAL);
	cr_expect_eq(zcxsk_packet_release(t.socket, p + 2, 2), 2);
	cr_expect_eq(zcxsk_tx_drain(t.socket, 1 * SECOND), 0);
	close_balanced();
}

/* The bad packet is only reached after a wait for room. */
Test(misuse, a_bad_packet_after_a_wait_is_rejected_once)
{
	static struct zcxsk_packet p[FRAMES];
	uint32_t count, n;

	open_with(0);
	n = zcxsk_tx_alloc(t.socket, p, 100, 60);
	cr_assert_eq(n, 100);
	p[80].len = 0;
	cr_expect_eq(zcxsk_tx_wait(t.socket, p, n, HOUR, &count), -EINVAL);
	cr_expect_eq(count, 80);
	cr_expect_eq(simulated_stats(&t).tx_rejected, 1);
	cr_expect_eq(zcxsk_packet_release(t.socket, p + 80, 20), 20);
	cr_expect_eq(zcxsk_tx_drain(t.socket, 1 * SECOND), 0);
	close_balanced();
}

Test(misuse, data_in_a_frame_that_is_not_the_callers)
{
	struct zcxsk_packet p;
	uint64_t start;
	void *data;

	open_with(ZCXSK_POOL_CHECK);
	cr_assert_eq(zcxsk_tx_alloc(t.socket, &p, 1, 1000), 1);
	data = zcxsk_packet_data(zcxsk_socket_base(t.socket), &p);
	cr_expect_eq(zcxsk_tx_send(t.socket, data, 1000), 1);
	cr_expect_eq(zcxsk_tx_send(t.socket, data, 1000), -EINVAL);
	start = zcxsk_sim_now(t.sim);
	cr_expect_eq(zcxsk_tx_send_wait(t.socket, data, 1000, HOUR), -EINVAL);
	cr_expect_lt(zcxsk_sim_now(t.sim) - start, 1 * MS);
	cr_expect_eq(simulated_stats(&t).tx_rejected, 2);
	cr_expect_eq(zcxsk_tx_drain(t.socket, 1 * SECOND), 0);
	close_balanced();
}

/* Frames twice, misaligned, across the UMEM's end and outside it. */
static void send_bad_frames(void)
{
	struct zcxsk_packet bad[] = {
		{.addr = (FRAMES - 1) * FRAME + 1, .len = FRAME},
		{.addr = (uint64_t)FRAMES * FRAME - 1, .len = 2},
		{.addr = (uint64_t)FRAMES * FRAME, .len = 1},
		{.addr = UINT64_MAX, .len = 1},
		{.addr = 0, .len = UINT32_MAX},
		{.addr = 100, .len = FRAME - 99},
	};

	for (uint32_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_expect_eq(zcxsk_tx_burst(t.socket, &bad[i], 1), 0, "packet %u", i);
		cr_expect_eq(zcxsk_socket_status(t.socket), -EINVAL, "packet %u", i);
	}
	cr_expect_eq(zcxsk_packet_release(t.socket, &bad[2], 2), 0);
}

Test(misuse, frames_outside)
{
	open_with(0);
	send_bad_frames();
	close_balanced();
}

Test(misuse, frames_outside_with_the_ledger)
{
	open_with(ZCXSK_POOL_CHECK);
	send_bad_frames();
	close_balanced();
}

Test(misuse, frames_of_another_pool)
{
	struct simulated other;
	struct zcxsk_packet p;

	open_with(ZCXSK_POOL_CHECK);
	simulated_init(&other);
	other.umem.frames = 4 * FRAMES;
	simulated_open(&other);
	do
		cr_assert_eq(zcxsk_tx_alloc(other.socket, &p, 1, 60), 1);
	while (p.addr < (uint64_t)FRAMES * FRAME);
	cr_expect_eq(zcxsk_tx_burst(t.socket, &p, 1), 0);
	cr_expect_eq(zcxsk_packet_release(t.socket, &p, 1), 0);
	zcxsk_socket_close(other.socket);
	zcxsk_sim_destroy(other.sim);
	close_balanced();
}

/* Without a ledger a frame that is freed twice is not noticed at once, but harms no memory. */
Test(misuse, one_frame_freed_for_ever)
{
	struct zcxsk_cache *cache;
	uint64_t frame;
	char text[160] = "";

	open_with(0);
	cache = zcxsk_socket_cache(t.socket);
	cr_assert_eq(zcxsk_cache_alloc(cache, &frame, 1), 1);
	for (int i = 0; i < 4000; i++)
		cr_assert_eq(zcxsk_cache_free(cache, &frame, 1), 1);
	cr_expect_leq(zcxsk_pool_available(zcxsk_cache_pool(cache)), FRAMES);
	cr_expect_gt(zcxsk_pool_violation(zcxsk_cache_pool(cache), text, sizeof(text)), 0);
	cr_expect(strstr(text, "twice"), "%s", text);
	zcxsk_socket_close(t.socket);
	zcxsk_sim_destroy(t.sim);
}

Test(misuse, unreaped_extra_completions_do_not_upset_the_places)
{
	struct zcxsk_stats st;

	open_with(0);
	simulated_fault(&t, ZCXSK_SIM_COMPLETION_DOUBLED, 0, 0);
	simulated_fault(&t, ZCXSK_SIM_COMPLETION_FOREIGN, 0, 0);
	simulated_send(&t, 1);
	zcxsk_sim_advance(t.sim, 1 * MS);
	st = simulated_stats(&t);
	cr_expect_eq(st.in_tx_ring, 0);
	cr_expect_eq(st.in_kernel_tx, 0);
	cr_expect_eq(st.in_completion_ring, 1);
	close_balanced();
}

/* Frames that the application takes from the cache are with it until it gives them back. */
Test(misuse, frames_of_the_sockets_cache_are_accounted_for)
{
	struct zcxsk_cache *cache;
	struct zcxsk_packet p[16];
	uint64_t frames[16];

	open_with(ZCXSK_POOL_CHECK);
	cache = zcxsk_socket_cache(t.socket);
	cr_assert_eq(zcxsk_cache_alloc(cache, frames, 16), 16);
	cr_expect_eq(simulated_places(&t), FRAMES);
	cr_expect_eq(simulated_stats(&t).in_application, 16);
	for (uint32_t i = 0; i < 16; i++)
		p[i] = (struct zcxsk_packet){frames[i], 60, 0};
	cr_assert_eq(zcxsk_tx_burst(t.socket, p, 8), 8);
	cr_expect_eq(zcxsk_tx_drain(t.socket, SECOND), 0);
	cr_expect_eq(simulated_stats(&t).in_application, 8);
	cr_expect_eq(simulated_places(&t), FRAMES);
	for (uint32_t i = 0; i < 8; i++)
		cr_assert_eq(zcxsk_sim_receive(t.sim, NULL, 60), 0);
	cr_assert_eq(zcxsk_rx_burst(t.socket, p, 8), 8);
	for (uint32_t i = 0; i < 8; i++)
		frames[i] = p[i].addr;
	cr_assert_eq(zcxsk_cache_free(cache, frames, 16), 16);
	cr_expect_eq(simulated_stats(&t).in_application, 0);
	close_balanced();
}
