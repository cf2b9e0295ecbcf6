/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * one_by_one.c - packets that are valid, but not certainly so by the check of all at once,
 * such as long ones among others that start late in their frames, are checked one by one, and
 * sent and counted as others are.
 */
#include <zcxsk/tx.h>

#include "simulated.h"

#define FRAMES 192u
#define BURST 64u

static struct simulated t;

static void init(void)
{
	simulated_init(&t);
	t.umem.frames = FRAMES;
	t.opts.flags |= ZCXSK_SOCKET_TX_ONLY;
	simulated_open(&t);
}

static void fini(void)
{
	simulated_close(&t);
}

TestSuite(one_by_one, .init = init, .fini = fini);

/* Long packets, and others in the second half of their frames. */
static uint64_t alloc(struct zcxsk_packet *p)
{
	uint64_t bytes = 0;

	cr_assert_eq(zcxsk_tx_alloc(t.socket, p, BURST, 60), BURST);
	for (uint32_t i = 0; i < BURST; i++) {
		p[i].addr += i % 2 ? 1024 : 0;
		p[i].len = i % 2 ? 60 : 1500;
		bytes += p[i].len;
	}
	return bytes;
}

Test(one_by_one, valid_packets_are_sent_and_counted)
{
	struct zcxsk_packet p[BURST];
	uint64_t bytes = 0;

	for (unsigned i = 0; i < 2 * FRAMES / BURST; i++) {
		bytes += alloc(p);
		cr_assert_eq(zcxsk_tx_burst(t.socket, p, BURST), BURST);
		zcxsk_sim_advance(t.sim, 10 * MS);
		cr_assert_eq(simulated_stats(&t).tx_bytes, bytes);
	}
	cr_assert_eq(simulated_stats(&t).tx_packets, 2 * FRAMES);
}
