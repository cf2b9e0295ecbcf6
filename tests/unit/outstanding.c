/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outstanding.c - the records of packets in flight, outstanding.h, when completions are missing,
 * doubled or of another lap of the ring.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <zcxsk/rx.h>
#include <zcxsk/token.h>
#include <zcxsk/tx.h>

#include "datapath/completion.h"
#include "datapath/outstanding.h"
#include "datapath/strays.h"
#include "plain_socket.h"

#define EARLY_MAX (PLAIN_RING / 8) /* packets that overtake one before it is set aside */

static struct plain_socket p;
static struct zcxsk_socket *const s = &p.s;

static void open_with(enum zcxsk_tokens tokens)
{
	plain_open(&p, 0);
	cr_assert_eq(token_init(s, tokens, PLAIN_RING), 0);
}

/* The test ends with frames in flight, as a program that is killed. */
static void forget(void)
{
	token_free(s);
	outstanding_free(s);
}

static uint32_t send_some(uint32_t n)
{
	struct zcxsk_packet packets[PLAIN_RING + 1];

	cr_assert_eq(zcxsk_tx_alloc(s, packets, n, 60), n);
	return zcxsk_tx_burst(s, packets, n);
}

static uint64_t sent(uint32_t i)
{
	return p.tx.entries[(PLAIN_START + i) % PLAIN_RING].addr;
}

static void complete(uint64_t addr)
{
	((uint64_t *)p.comp.entries)[p.comp.producer++ % PLAIN_RING] = addr;
}

/* Enough packets overtake the first one for it to be set aside; one more is early. */
static void lose_first(void)
{
	cr_assert_eq(send_some(EARLY_MAX + 5), EARLY_MAX + 5);
	for (uint32_t i = 1; i < EARLY_MAX + 2; i++)
		complete(sent(i));
	complete(sent(EARLY_MAX + 3));
	cr_assert_eq(comp_reap(s), EARLY_MAX + 2);
	cr_assert_eq(s->out.strays.count, 1);
	cr_assert_eq(s->out.early_count, 1);
	cr_assert_eq(outstanding_count(s), 3);
	cr_assert_eq(outstanding_live(s), 1);
}

static void expect_nothing_in_flight(void)
{
	struct zcxsk_packet oldest;

	cr_expect_eq(outstanding_count(s), 0);
	cr_expect_eq(outstanding_window(s), 0);
	cr_expect_eq(outstanding_live(s), 0);
	cr_expect_not(outstanding_oldest(s, &oldest));
	cr_expect_eq(strays_due(s), UINT64_MAX, "nothing is to be given up");
	cr_expect_eq(s->fast.tx_until, s->fast.tx.cached_prod, "the slow path comes first");
}

Test(outstanding, new_rings_start_with_nothing_in_flight)
{
	open_with(ZCXSK_TOKENS_OFF);
	lose_first();
	s->out.stranded = 3;
	outstanding_start(s);
	expect_nothing_in_flight();
	cr_expect_not(outstanding_in_kernel(s));
	for (uint32_t i = 0; i < PLAIN_RING; i++)
		cr_expect_eq(s->out.early[i], 0);
	forget();
}

Test(outstanding, packets_of_a_ring_that_is_gone_stay_in_flight)
{
	struct zcxsk_packet oldest;

	open_with(ZCXSK_TOKENS_OFF);
	lose_first();
	s->fast.tx.cached_prod = 77; /* the index of what replaces it */
	s->out.oldest += 77 - (PLAIN_START + EARLY_MAX + 5);
	s->out.newest += 77 - (PLAIN_START + EARLY_MAX + 5);
	outstanding_abandon(s, 77);
	cr_expect_eq(outstanding_count(s), 3);
	cr_expect_eq(outstanding_window(s), 0);
	cr_expect_eq(outstanding_live(s), 0);
	cr_expect(outstanding_oldest(s, &oldest));
	cr_expect_eq(oldest.addr, sent(0));
	cr_expect_eq(strays_due(s), UINT64_MAX);
	outstanding_set_stranded(s, 1);
	cr_expect_eq(outstanding_count(s), 1);
	outstanding_set_stranded(s, 0);
	expect_nothing_in_flight();
	forget();
}

/* For the thread that kicks. */
Test(outstanding, the_kernel_holds_what_it_should_still_complete)
{
	open_with(ZCXSK_TOKENS_OFF);
	cr_expect_not(outstanding_in_kernel(s));
	lose_first();
	cr_expect(outstanding_in_kernel(s), "the last one");
	complete(sent(EARLY_MAX + 4));
	cr_expect_not(outstanding_in_kernel(s), "it is completed");
	cr_assert_eq(comp_reap(s), 1);
	cr_expect_not(outstanding_in_kernel(s), "and reaped; two are missing");
	cr_assert_eq(send_some(2), 2);
	cr_expect(outstanding_in_kernel(s));
	complete(sent(EARLY_MAX + 5));
	cr_assert_eq(comp_reap(s), 1);
	cr_expect(outstanding_in_kernel(s));
	complete(sent(EARLY_MAX + 6));
	cr_expect_not(outstanding_in_kernel(s));
	forget();
}

/* ---- room -------------------------------------------------------------------------- */

Test(outstanding, room_is_what_limit_and_ring_leave)
{
	open_with(ZCXSK_TOKENS_OFF);
	cr_expect_eq(outstanding_room(s, 1), PLAIN_RING);
	s->out.limit = 40;
	cr_expect_eq(outstanding_room(s, 1), 40);
	cr_expect_eq(send_some(30), 30);
	cr_expect_eq(outstanding_room(s, 1), 10);
	cr_expect_eq(send_some(11), 10);
	cr_expect_eq(outstanding_room(s, 1), 0);
	s->out.limit = 20;
	cr_expect_eq(outstanding_room(s, 1), 0);
	forget();
}

/* Each packet needs a place in the queue of tokens, until its token is fetched. */
Test(outstanding, tokens_that_nobody_fetches_leave_room_for_a_ring_of_packets)
{
	uint64_t tokens[PLAIN_RING], done[PLAIN_RING];
	struct zcxsk_packet packets[PLAIN_RING];

	open_with(ZCXSK_TOKENS_AS_DONE);
	cr_expect_eq(outstanding_room(s, 1), PLAIN_RING);
	cr_assert_eq(zcxsk_tx_alloc(s, packets, 20, 60), 20);
	for (uint32_t i = 0; i < 20; i++)
		tokens[i] = 100 + i;
	cr_assert_eq(zcxsk_tx_burst_tokens(s, packets, tokens, 20), 20);
	cr_expect_eq(outstanding_room(s, 1), PLAIN_RING - 20);
	cr_assert_eq(plain_kernel_sends(&p, 15), 15);
	cr_assert_eq(comp_reap(s), 15);
	cr_expect_eq(outstanding_room(s, 1), PLAIN_RING - 20);
	cr_expect_eq(zcxsk_tx_done(s, done, 7), 7);
	cr_expect_eq(outstanding_room(s, 1), PLAIN_RING - 13);
	cr_expect_eq(zcxsk_tx_done(s, done, PLAIN_RING), 8);
	cr_expect_eq(outstanding_room(s, 1), PLAIN_RING - 5);
	forget();
}

/* ---- completions -------------------------------------------------------------------- */

/*
 * The slot after the last packet still holds one of the lap before: its completion, doubled,
 * fits the ring, but no packet in flight.
 */
Test(outstanding, a_completion_of_the_lap_before_is_not_reused)
{
	struct zcxsk_packet packets[3], rest;

	open_with(ZCXSK_TOKENS_OFF);
	cr_assert_eq(send_some(PLAIN_RING), PLAIN_RING);
	cr_assert_eq(plain_kernel_sends(&p, PLAIN_RING), PLAIN_RING);
	cr_assert_eq(comp_reap(s), PLAIN_RING);
	cr_assert_eq(send_some(2), 2);
	while (zcxsk_cache_available(s->cache)) /* an allocation has to look for completions */
		cr_assert_eq(zcxsk_tx_alloc(s, &rest, 1, 60), 1);
	for (uint32_t i = 0; i < 3; i++)
		complete(sent(i));
	zcxsk_tx_alloc(s, packets, 3, 60);
	cr_expect_eq(s->count.completion_doubled, 1);
	cr_expect_eq(s->count.tx_completed, PLAIN_RING + 2);
	cr_expect_eq(outstanding_count(s), 0);
	forget();
}

/* Slots of the completion ring that the kernel has not written again name the same frames. */
Test(outstanding, completions_that_are_not_there_are_not_reused)
{
	const uint32_t first = -PLAIN_START; /* packets until the rings begin again */
	const uint32_t laps[][2] = {{first, first}, {PLAIN_RING, PLAIN_RING}, {PLAIN_RING, 4}};
	struct zcxsk_packet held[PLAIN_FRAMES], packets[PLAIN_RING];

	open_with(ZCXSK_TOKENS_OFF);
	cr_assert_eq(zcxsk_tx_alloc(s, held, PLAIN_FRAMES - PLAIN_RING, 60),
		     PLAIN_FRAMES - PLAIN_RING);
	for (unsigned i = 0; i < sizeof(laps) / sizeof(laps[0]); i++) {
		cr_assert_eq(send_some(laps[i][0]), laps[i][0]);
		cr_assert_eq(plain_kernel_sends(&p, laps[i][1]), laps[i][1]);
	}
	cr_expect_eq(zcxsk_tx_alloc(s, packets, 8, 60), 4);
	cr_expect_eq(outstanding_count(s), PLAIN_RING - 4);
	forget();
}
