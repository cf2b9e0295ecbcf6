/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * no_queue.c - a socket whose rebuild failed has no queue: each call gives a defined answer,
 * keeps what it knew, and a later rebuild makes the socket work again.
 */
#include <errno.h>
#include <zcxsk/rx.h>
#include <zcxsk/token.h>
#include <zcxsk/watchdog.h>

#include "simulated.h"

#define FOR_EVER UINT64_MAX
#define SENT 4u

static struct simulated t;

static void open_with(enum zcxsk_tokens tokens)
{
	simulated_init(&t);
	t.opts.tokens = tokens;
	t.sim_opts.tx_ring_size = 16;
	simulated_open(&t);
}

static void lose_the_queue(void)
{
	simulated_fault(&t, ZCXSK_SIM_REOPEN_FAILS, 0, EBUSY);
	cr_assert_eq(zcxsk_socket_rebuild(t.socket, NULL), -EBUSY);
	cr_assert_eq(zcxsk_socket_status(t.socket), -ENXIO);
}

static void send_with_token(uint64_t token)
{
	struct zcxsk_packet p;

	cr_assert_eq(zcxsk_tx_alloc(t.socket, &p, 1, 60), 1);
	cr_assert_eq(zcxsk_tx_burst_tokens(t.socket, &p, &token, 1), 1);
	cr_assert_eq(zcxsk_tx_drain(t.socket, 1 * SECOND), 0);
}

/* Enough packets that the queue of tokens has wrapped, of which the last stay uncollected. */
static void tokens_survive(enum zcxsk_tokens tokens)
{
	uint64_t got[32];
	uint32_t n;

	open_with(tokens);
	for (uint64_t i = 0; i < 100; i++) {
		send_with_token(1000 + i);
		if (i + SENT < 100)
			cr_assert_eq(zcxsk_tx_done(t.socket, got, 32), 1);
	}
	lose_the_queue();
	n = zcxsk_tx_done(t.socket, got, 1);
	n += zcxsk_tx_done(t.socket, got + n, UINT32_MAX);
	cr_assert_eq(n, SENT);
	for (uint64_t i = 0; i < SENT; i++)
		cr_expect_eq(got[i], 1100 - SENT + i, "token %lu", (unsigned long)got[i]);
	cr_assert_eq(zcxsk_socket_rebuild(t.socket, NULL), 0);
	cr_expect_eq(zcxsk_tx_done(t.socket, got, 32), 0);
	send_with_token(5);
	cr_expect_eq(zcxsk_tx_done(t.socket, got, 32), 1);
	cr_expect_eq(got[0], 5);
	cr_expect_eq(simulated_close(&t), 0);
}

Test(no_queue, tokens_in_order_survive)
{
	tokens_survive(ZCXSK_TOKENS_IN_ORDER);
}

Test(no_queue, tokens_as_done_survive)
{
	tokens_survive(ZCXSK_TOKENS_AS_DONE);
}

static struct zcxsk_stall read_stall(void)
{
	struct zcxsk_stall stall;

	zcxsk_stall_init(&stall);
	cr_assert_eq(zcxsk_watchdog_read_stall(t.socket, &stall), 0);
	return stall;
}

Test(no_queue, stall_names_the_oldest_packet)
{
	struct zcxsk_packet oldest;

	open_with(ZCXSK_TOKENS_OFF);
	simulated_fault(&t, ZCXSK_SIM_DEVICE_STOPS, FOR_EVER, 0);
	oldest = simulated_send(&t, SENT);
	cr_assert_eq(zcxsk_tx_drain(t.socket, 3 * SECOND), SENT);
	cr_expect_eq(read_stall().oldest_addr, oldest.addr);
	lose_the_queue();
	cr_expect_eq(read_stall().oldest_addr, oldest.addr);
	cr_expect_eq(read_stall().frames, SENT);
	cr_expect_eq(read_stall().untaken, 0);
	cr_expect_eq(simulated_close(&t), SENT);
}

static void check_sending(void)
{
	uint32_t count = 7;
	struct zcxsk_packet p[2];

	cr_assert_eq(zcxsk_tx_alloc(t.socket, p, 2, 60), 2);
	cr_expect_eq(zcxsk_tx_burst(t.socket, p, 2), 0);
	cr_expect_eq(zcxsk_tx_burst(t.socket, p, 0), 0);
	cr_expect_eq(zcxsk_tx_wait(t.socket, p, 2, FOR_EVER, &count), -ENXIO);
	cr_expect_eq(count, 0);
	cr_expect_eq(zcxsk_tx_send(t.socket, "x", 1), -ENXIO);
	cr_expect_eq(zcxsk_tx_send_wait(t.socket, "x", 1, FOR_EVER), -ENXIO);
	cr_expect_eq(zcxsk_tx_flush(t.socket), 0);
	cr_expect_eq(zcxsk_tx_reap(t.socket), 0);
	cr_expect_eq(zcxsk_tx_outstanding(t.socket), SENT);
	cr_expect_eq(zcxsk_tx_drain(t.socket, FOR_EVER), SENT);
	cr_expect_eq(zcxsk_packet_release(t.socket, p, 2), 2);
}

static void check_receiving(void)
{
	const struct zcxsk_packet *view;
	struct zcxsk_packet p[2];
	uint32_t count = 7;

	cr_expect_eq(zcxsk_rx_view(t.socket, &view, 0), 0);
	cr_expect_eq(zcxsk_rx_view(t.socket, &view, UINT32_MAX), 0);
	cr_expect_eq(zcxsk_rx_burst(t.socket, p, 2), 0);
	cr_expect_eq(zcxsk_rx_wait(t.socket, p, 2, FOR_EVER, &count), -ENXIO);
	cr_expect_eq(count, 0);
	cr_expect_eq(zcxsk_rx_view_wait(t.socket, &view, 2, FOR_EVER, &count), -ENXIO);
}

Test(no_queue, every_call_has_an_answer)
{
	struct zcxsk_stats before, after;

	open_with(ZCXSK_TOKENS_OFF);
	simulated_fault(&t, ZCXSK_SIM_DEVICE_STOPS, FOR_EVER, 0);
	simulated_send(&t, SENT);
	before = simulated_stats(&t);
	lose_the_queue();
	for (int round = 0; round < 3; round++) {
		check_sending();
		check_receiving();
		after = simulated_stats(&t);
		cr_expect_eq(simulated_places(&t), (int64_t)after.frames);
		cr_expect_eq(after.tx_packets, before.tx_packets);
		cr_expect_eq(after.in_kernel_tx, SENT);
	}
	cr_assert_eq(zcxsk_socket_rebuild(t.socket, NULL), 0);
	cr_expect_eq(zcxsk_socket_status(t.socket), 0);
	cr_expect_eq(simulated_stats(&t).tx_abandoned, SENT);
	cr_expect_eq(simulated_places(&t), (int64_t)after.frames);
	cr_expect_eq(simulated_close(&t), 0);
}

/* ---- a kernel whose rings change ------------------------------------------------- */

static const struct zcxsk_kernel *inner;
static struct zcxsk_kernel_rings next_rings;

static int reopen_with_next_rings(void *context, struct zcxsk_kernel_rings *rings)
{
	int ret = inner->reopen(context, rings);

	*rings = next_rings;
	return ret;
}

static uint32_t words[12];
static uint64_t entries[4][2 * 4096];

static struct zcxsk_kernel_ring ring(uint32_t number, uint32_t size)
{
	return (struct zcxsk_kernel_ring){.producer = &words[3 * number],
					  .consumer = &words[3 * number + 1],
					  .flags = &words[3 * number + 2],
					  .entries = entries[number],
					  .size = size};
}

/* Each ring in turn has another size, or no memory. */
static void change_one(uint32_t which, uint32_t size)
{
	struct zcxsk_kernel_ring *rings[] = {&next_rings.fill, &next_rings.completion,
					     &next_rings.rx, &next_rings.tx};

	for (uint32_t i = 0; i < 4; i++)
		*rings[i] = ring(i, i == which ? size : 64);
	if (!size)
		rings[which]->entries = NULL;
}

/* A socket on a kernel with this reopen call, with rings of 64 entries. */
static void open_with_reopen(int (*reopen)(void *context, struct zcxsk_kernel_rings *rings))
{
	struct zcxsk_kernel kernel;

	simulated_init(&t);
	t.sim_opts.rx_ring_size = t.sim_opts.tx_ring_size = t.sim_opts.fill_ring_size =
		t.sim_opts.completion_ring_size = 64;
	t.opts.umem_opts = &t.umem;
	cr_assert_eq(zcxsk_sim_create(&t.sim, &t.sim_opts), 0);
	inner = zcxsk_sim_kernel(t.sim);
	kernel = *inner;
	kernel.reopen = reopen;
	cr_assert_eq(zcxsk_socket_open_on(&t.socket, &kernel, &t.opts, NULL), 0);
}

Test(no_queue, a_kernel_without_a_reopen_call_is_reported)
{
	struct zcxsk_error error;

	open_with_reopen(NULL);
	cr_expect_eq(zcxsk_socket_rebuild(t.socket, &error), -EOPNOTSUPP);
	cr_expect_str_eq(error.cause, "this kernel has no reopen call");
	cr_expect_str_eq(error.remedy, "Set the reopen call in struct zcxsk_kernel.");
	cr_expect_eq(zcxsk_socket_status(t.socket), 0, "the queue is still there");
	simulated_close(&t);
}

Test(no_queue, rings_of_other_sizes_are_refused)
{
	static const uint32_t sizes[] = {4096, 128, 32, 63, 0};
	struct zcxsk_error error;

	open_with_reopen(reopen_with_next_rings);
	for (uint32_t which = 0; which < 4; which++)
		for (uint32_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			change_one(which, sizes[i]);
			cr_expect_eq(zcxsk_socket_rebuild(t.socket, &error), -EINVAL);
			cr_expect_eq(zcxsk_socket_status(t.socket), -ENXIO);
		}
	change_one(0, 64);
	cr_expect_eq(zcxsk_socket_rebuild(t.socket, &error), 0);
	cr_expect_eq(zcxsk_socket_status(t.socket), 0);
	zcxsk_socket_close(t.socket);
	zcxsk_sim_destroy(t.sim);
}
