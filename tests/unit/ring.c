/* SPDX-License-Identifier: BSD-2-Clause */
/* ring.c - the inline rings over plain memory, with indices that wrap. */
#include <criterion/criterion.h>

#include "plain_socket.h"
#include "socket/xsk_rings.h"

static struct plain_ring ring_before_wrap(void)
{
	return (struct plain_ring){.producer = PLAIN_START, .consumer = PLAIN_START};
}

Test(ring, an_empty_ring_can_be_reserved_completely_and_no_further)
{
	struct plain_ring r = ring_before_wrap();
	struct zcxsk_ring_prod p = plain_prod(&r);
	uint32_t index = 0;

	cr_assert_eq(zcxsk_ring_prod_reserve(&p, PLAIN_RING + 5, &index), PLAIN_RING);
	cr_assert_eq(index, PLAIN_START);
	cr_assert_eq(zcxsk_ring_prod_reserve(&p, 1, &index), 0);
}

Test(ring, reserved_slots_are_invisible_until_submitted)
{
	struct plain_ring r = ring_before_wrap();
	struct zcxsk_ring_prod p = plain_prod(&r);
	uint32_t index;

	zcxsk_ring_prod_reserve(&p, 10, &index);
	cr_assert_eq(r.producer, PLAIN_START);
	zcxsk_ring_prod_submit(&p);
	cr_assert_eq(r.producer, PLAIN_START + 10, "indices wrap");
	cr_assert_eq(zcxsk_ring_prod_pending(&p), 10);
}

Test(ring, cancelled_slots_are_reserved_again)
{
	struct plain_ring r = ring_before_wrap();
	struct zcxsk_ring_prod p = plain_prod(&r);
	uint32_t first, second;

	zcxsk_ring_prod_reserve(&p, 10, &first);
	zcxsk_ring_prod_cancel(&p, 4);
	zcxsk_ring_prod_submit(&p);
	cr_assert_eq(r.producer, PLAIN_START + 6);
	zcxsk_ring_prod_reserve(&p, 1, &second);
	cr_assert_eq(second, first + 6);
}

Test(ring, slots_become_free_when_the_kernel_consumes)
{
	struct plain_ring r = ring_before_wrap();
	struct zcxsk_ring_prod p = plain_prod(&r);
	uint32_t index;

	zcxsk_ring_prod_reserve(&p, PLAIN_RING, &index);
	zcxsk_ring_prod_submit(&p);
	cr_assert_eq(zcxsk_ring_prod_room(&p, 1), 0);
	r.consumer += 7;
	cr_assert_eq(zcxsk_ring_prod_room(&p, 1), 7);
	cr_assert_eq(zcxsk_ring_prod_reserve(&p, 20, &index), 7);
}

Test(ring, slots_follow_the_index_across_the_wrap)
{
	struct plain_ring r = ring_before_wrap();
	struct zcxsk_ring_prod p = plain_prod(&r);
	struct zcxsk_ring_cons c;
	uint32_t index;

	zcxsk_ring_prod_reserve(&p, 8, &index);
	for (uint32_t i = 0; i < 8; i++)
		zcxsk_ring_tx_slot(&p, index + i)->addr = 100 + i;
	zcxsk_ring_prod_submit(&p);
	c = plain_cons(&r);
	cr_assert_eq(zcxsk_ring_cons_peek(&c, 99, &index), 8);
	for (uint32_t i = 0; i < 8; i++)
		cr_assert_eq(zcxsk_ring_rx_slot(&c, index + i)->addr, 100 + i);
}

Test(ring, peeked_entries_belong_to_the_consumer_until_released)
{
	struct plain_ring r = ring_before_wrap();
	struct zcxsk_ring_cons c = plain_cons(&r);
	uint32_t index;

	cr_assert_eq(zcxsk_ring_cons_peek(&c, 1, &index), 0);
	r.producer += 5;
	cr_assert_eq(zcxsk_ring_cons_ready(&c), 5);
	cr_assert_eq(zcxsk_ring_cons_peek(&c, 3, &index), 3);
	cr_assert_eq(r.consumer, PLAIN_START);
	zcxsk_ring_cons_release(&c);
	cr_assert_eq(r.consumer, PLAIN_START + 3);
	cr_assert_eq(zcxsk_ring_cons_ready(&c), 2);
}

Test(ring, unpeeked_entries_are_peeked_again)
{
	struct plain_ring r = ring_before_wrap();
	struct zcxsk_ring_cons c = plain_cons(&r);
	uint32_t first, again;

	r.producer += 5;
	zcxsk_ring_cons_peek(&c, 5, &first);
	zcxsk_ring_cons_cancel(&c, 2);
	zcxsk_ring_cons_release(&c);
	cr_assert_eq(r.consumer, PLAIN_START + 3);
	cr_assert_eq(zcxsk_ring_cons_peek(&c, 5, &again), 2);
	cr_assert_eq(again, first + 3);
}

Test(ring, sizes_are_rounded_up_to_powers_of_two)
{
	cr_assert_eq(ring_round_up(1), 1);
	cr_assert_eq(ring_round_up(2), 2);
	cr_assert_eq(ring_round_up(3), 4);
	cr_assert_eq(ring_round_up(511), 512);
	cr_assert_eq(ring_round_up(512), 512);
	cr_assert_eq(ring_round_up(65535), 65536);
}
