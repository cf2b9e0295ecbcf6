/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fill_ring.c - the fill ring policy, fill.h: how many frames are posted and submitted, when
 * the owner waits for frames of others, and what is taken back.
 */
#include <criterion/criterion.h>
#include <unistd.h>
#include <zcxsk/rx.h>
#include <zcxsk/tx.h>

#include "datapath/events.h"
#include "datapath/fill.h"
#include "datapath/kernel_calls.h"
#include "datapath/service.h"
#include "frames/pool.h"
#include "plain_socket.h"

#define FRAME 2048u /* bytes */
#define BATCH (PLAIN_RING / 4)
#define TARGET PLAIN_RING

static struct plain_socket p;
static struct zcxsk_socket *const s = &p.s;
static uint64_t held[PLAIN_FRAMES];
static uint32_t held_count;

/* Leaves `left` frames free. */
static void open_with(uint32_t left)
{
	plain_open(&p, 0);
	held_count = PLAIN_FRAMES - left;
	cr_assert_eq(zcxsk_cache_alloc(s->cache, held, held_count), held_count);
}

static void free_frames(uint32_t n)
{
	held_count -= n;
	cr_assert_eq(zcxsk_cache_free(s->cache, held + held_count, n), n);
}

static void close_plain(void)
{
	free_frames(held_count);
	kernel_unwatch_frames(s);
	plain_close(&p);
}

static uint32_t submitted(void)
{
	return p.fill.producer - PLAIN_START;
}

/* ---- room -------------------------------------------------------------------------------- */

Test(fill_ring, room_completes_a_batch)
{
	open_with(PLAIN_FRAMES);
	s->fast.fill.cached_prod = s->fill.submitted = p.fill.consumer = 0;
	for (uint32_t i = 0; i < BATCH; i++, s->fast.fill.cached_prod++)
		cr_expect_eq(fill_room(s), BATCH - i, "%u unsubmitted", i);
	cr_expect_eq(fill_room(s), 0);
	s->fast.fill.cached_prod++;
	cr_expect_eq(fill_room(s), 0);
	cr_expect(fill_submit(s));
	cr_expect_eq(fill_room(s), BATCH);
	close_plain();
}

Test(fill_ring, room_is_contiguous_and_free)
{
	open_with(PLAIN_FRAMES);
	cr_expect_eq(fill_room(s), PLAIN_RING - PLAIN_START % PLAIN_RING);
	fill_owe(s, PLAIN_RING - 3);
	cr_assert(fill_refill(s));
	cr_expect_eq(fill_room(s), 3);
	p.fill.consumer += 2;
	cr_expect_eq(fill_room(s), 5);
	close_plain();
}

/* ---- posting and submitting -------------------------------------------------------------- */

Test(fill_ring, a_submit_publishes_what_is_new)
{
	open_with(PLAIN_FRAMES);
	cr_expect_not(fill_submit(s));
	s->fast.fill.cached_prod += 3;
	cr_expect_eq(fill_unsubmitted(s), 3);
	cr_expect_eq(submitted(), 0);
	cr_expect(fill_submit(s));
	cr_expect_eq(fill_unsubmitted(s), 0);
	cr_expect_eq(submitted(), 3);
	cr_expect_not(fill_submit(s));
	close_plain();
}

/* Packets that the floor refuses are reported again as soon as it lets them through. */
Test(fill_ring, a_submit_above_the_floor_reports_packets_again)
{
	open_with(PLAIN_FRAMES);
	s->fill.reserve += 2;
	s->service.muted = true;
	s->fast.fill.cached_prod += 2;
	cr_expect(fill_submit(s));
	cr_expect_eq(fill_spare(s), 0);
	cr_expect(s->service.muted);
	s->fast.fill.cached_prod += 1;
	cr_expect(fill_submit(s));
	cr_expect_eq(fill_spare(s), 1);
	cr_expect_not(s->service.muted);
	close_plain();
}

Test(fill_ring, a_refill_posts_each_owed_frame_once)
{
	const uint64_t *slots = (const uint64_t *)p.fill.entries;
	uint8_t seen[PLAIN_FRAMES] = {0};

	open_with(PLAIN_FRAMES);
	fill_owe(s, PLAIN_RING);
	cr_expect(fill_refill(s));
	cr_expect_eq(submitted(), PLAIN_RING);
	cr_expect_eq(fill_owed(s), 0);
	cr_expect_eq(s->count.fill_frames, PLAIN_RING);
	cr_expect_eq(s->count.fill_short, 0);
	for (uint32_t i = 0; i < PLAIN_RING; i++) {
		cr_assert_eq(slots[i] % FRAME, 0);
		cr_assert_lt(slots[i], PLAIN_FRAMES * FRAME);
		cr_expect_eq(seen[slots[i] / FRAME]++, 0);
	}
	cr_expect_not(fill_refill(s), "nothing is owed");
	close_plain();
}

/* The rest waits for slots; the owner does not. */
Test(fill_ring, a_refill_of_a_full_ring_is_complete)
{
	open_with(PLAIN_FRAMES);
	fill_owe(s, PLAIN_RING + 40);
	cr_expect(fill_refill(s));
	cr_expect_eq(submitted(), PLAIN_RING);
	cr_expect_eq(fill_owed(s), 40);
	cr_expect_eq(s->count.fill_short, 0);
	cr_expect_not(s->starving.waiting);
	close_plain();
}

/* The library posted: the addresses of a view are overwritten, the limits out of date. */
Test(fill_ring, a_refill_ends_the_fast_path)
{
	struct zcxsk_packet view;

	open_with(PLAIN_FRAMES);
	s->fast.view = &view;
	s->fast.rx_left = 5;
	s->fast.fill_until += 9;
	fill_owe(s, 1);
	cr_expect(fill_refill(s));
	cr_expect_null(s->fast.view);
	cr_expect_eq(s->fast.rx_left, 0);
	cr_expect_eq(s->fast.fill_until, s->fast.fill.cached_prod);
	close_plain();
}

Test(fill_ring, new_rings_start_without_posted_and_owed_frames)
{
	struct zcxsk_packet view;

	open_with(PLAIN_FRAMES);
	fill_owe(s, 7);
	s->fast.view = &view;
	s->fast.rx_left = 5;
	s->fast.fill.cached_prod += 4;
	s->fast.fill_until += 9;
	fill_start(s);
	cr_expect_eq(fill_owed(s), 0);
	cr_expect_eq(fill_unsubmitted(s), 0);
	cr_expect_eq(fill_spare(s), 0);
	cr_expect_null(s->fast.view);
	cr_expect_eq(s->fast.rx_left, 0);
	cr_expect_eq(s->fast.fill_until, s->fast.fill.cached_prod);
	close_plain();
}

/* ---- too few frames ---------------------------------------------------------------------- */

Test(fill_ring, a_refill_that_is_cut_short_is_counted)
{
	open_with(10);
	fill_owe(s, 10);
	cr_expect(fill_refill(s));
	cr_expect_eq(s->count.fill_short, 0, "there are just enough");
	fill_owe(s, 3);
	cr_expect_not(fill_refill(s));
	cr_expect_eq(s->count.fill_short, 1);
	free_frames(2);
	cr_expect(fill_refill(s));
	cr_expect_eq(fill_owed(s), 1);
	close_plain();
}

static void send_and_complete(uint32_t n)
{
	struct zcxsk_packet packets[PLAIN_RING];

	cr_assert_eq(zcxsk_tx_alloc(s, packets, n, 60), n);
	cr_assert_eq(zcxsk_tx_burst(s, packets, n), n);
	cr_assert_eq(plain_kernel_sends(&p, n), n);
}

/* They are reaped by the calls that send; the kernel writes their cache lines. */
Test(fill_ring, completions_are_reaped_only_for_frames_that_are_short)
{
	open_with(5);
	send_and_complete(5);
	free_frames(4);
	fill_owe(s, 4);
	cr_expect_eq(s->cache->stack.count, 4);
	cr_expect(fill_refill(s));
	cr_expect_eq(fill_owed(s), 0);
	cr_expect_eq(p.comp.producer - p.comp.consumer, 5);
	fill_owe(s, 5);
	cr_expect(fill_refill(s));
	cr_expect_eq(fill_owed(s), 0);
	cr_expect_eq(p.comp.producer, p.comp.consumer);
	cr_expect_eq(s->count.fill_short, 0);
	close_plain();
}

/* ---- frames that others free ------------------------------------------------------------- */

static uint32_t starving_events(uint64_t *value)
{
	struct zcxsk_event events[EVENT_TYPES];
	uint32_t n = events_take(&s->events, events, EVENT_TYPES), count = 0;

	for (uint32_t i = 0; i < n; i++)
		if (events[i].type == ZCXSK_EVENT_STARVING) {
			count += events[i].count;
			*value = events[i].value;
		}
	return count;
}

Test(fill_ring, a_socket_that_owes_more_than_half_waits_for_frames)
{
	uint64_t value = 0;
	int fd;

	open_with(TARGET / 2);
	fill_owe(s, TARGET);
	fill_refill(s);
	cr_expect_eq(fill_owed(s), TARGET / 2);
	cr_expect_not(s->starving.waiting, "half are posted");
	cr_expect_eq(s->starving.fd, -1);
	fill_owe(s, TARGET / 2 + 1);
	fill_refill(s);
	cr_expect(s->starving.waiting);
	fd = s->starving.fd;
	cr_expect_geq(fd, 0);
	cr_expect_eq(starving_events(&value), 1);
	cr_expect_eq(value, TARGET / 2 + 1);
	fill_refill(s);
	cr_expect_eq(s->starving.fd, fd);
	cr_expect_eq(starving_events(&value), 0, "it is starving still");
	free_frames(1);
	cr_expect(fill_refill(s));
	cr_expect_not(s->starving.waiting);
	cr_expect_null(s->pool->starving);
	close_plain();
}

/* However few are owed. */
Test(fill_ring, a_socket_near_its_floor_waits_for_frames)
{
	const uint32_t floor = 40;

	open_with(floor + (TARGET - floor) / 2);
	fill_set_floor(s, floor);
	cr_assert_eq(s->fill.batch, (TARGET - floor) / 2);
	fill_owe(s, TARGET);
	fill_refill(s);
	cr_expect_eq(fill_spare(s), s->fill.batch);
	cr_expect_not(s->starving.waiting, "a batch is above the floor");
	s->fill.reserve++;
	fill_refill(s);
	cr_expect(s->starving.waiting);
	s->has_rx = false;
	fill_refill(s);
	cr_expect_not(s->starving.waiting, "it does not receive any more");
	s->has_rx = true;
	close_plain();
}

Test(fill_ring, a_socket_with_all_frames_posted_waits_for_none)
{
	open_with(3);
	fill_owe(s, TARGET);
	fill_refill(s);
	cr_expect(s->starving.waiting);
	fill_owe(s, 0);
	fill_refill(s);
	cr_expect_not(s->starving.waiting);
	close_plain();
}

/* A daemon may have closed its standard streams. */
Test(fill_ring, any_descriptor_will_do_to_be_woken)
{
	open_with(0);
	close(STDIN_FILENO);
	fill_owe(s, TARGET);
	for (int i = 0; i < 2; i++) {
		fill_refill(s);
		cr_expect(s->starving.waiting);
		cr_expect_eq(s->starving.fd, STDIN_FILENO);
	}
	close_plain();
}

/* ---- topping up -------------------------------------------------------------------------- */

Test(fill_ring, frames_are_posted_at_once_while_few_are)
{
	open_with(BATCH + 1);
	free_frames(40);
	fill_owe(s, BATCH - 1);
	cr_assert(fill_refill(s));
	fill_owe(s, 1);
	p.fill.flags = XDP_RING_NEED_WAKEUP;
	fill_top_up(s);
	cr_expect_eq(submitted(), BATCH);
	cr_expect_eq(s->count.fill_kicks, 1);
	fill_owe(s, 1);
	fill_top_up(s);
	cr_expect_eq(submitted(), BATCH, "a batch is posted");
	cr_expect_eq(s->count.fill_kicks, 1);
	close_plain();
}

Test(fill_ring, a_reap_tops_up_with_the_frames)
{
	open_with(4);
	cr_expect_eq(fill_reap(s), 0);
	send_and_complete(4);
	fill_owe(s, TARGET);
	cr_expect_eq(fill_reap(s), 4);
	cr_expect_eq(submitted(), 4);
	close_plain();
}

/* ---- a queue that ends ------------------------------------------------------------------- */

Test(fill_ring, frames_of_a_dead_queue_are_posted_on_the_next)
{
	const uint64_t *slots = (const uint64_t *)p.fill.entries;
	uint64_t frames[6];

	open_with(6);
	cr_assert_eq(zcxsk_cache_alloc(s->cache, frames, 6), 6);
	fill_post(s, frames, 6);
	cr_expect_eq(submitted(), 6);
	for (uint32_t i = 0; i < 6; i++)
		cr_expect_eq(slots[(PLAIN_START + i) % PLAIN_RING], frames[i]);
	cr_expect_eq(s->count.fill_frames, 0);
	cr_assert_eq(zcxsk_cache_free(s->cache, frames, 6), 6);
	close_plain();
}

Test(fill_ring, frames_of_a_ring_that_the_kernel_never_saw_return)
{
	uint64_t frames[PLAIN_FRAMES];

	open_with(20);
	fill_owe(s, 20);
	cr_assert(fill_refill(s));
	cr_assert_eq(s->cache->stack.count + zcxsk_pool_available(s->pool), 0);
	s->cache->limit = 2;
	fill_undo(s, 5);
	cr_expect_eq(s->count.fill_frames, 15);
	cr_expect_leq(s->cache->stack.count, 2, "the cache keeps no more than it may");
	cr_expect_eq(s->cache->stack.count + zcxsk_pool_available(s->pool), 5);
	cr_assert_eq(zcxsk_cache_alloc(s->cache, frames, 5), 5);
	for (uint32_t i = 0; i < 5; i++) {
		const uint64_t *slots = (const uint64_t *)p.fill.entries;
		uint32_t k = 15;

		while (k < 20 && slots[(PLAIN_START + k) % PLAIN_RING] != frames[i])
			k++;
		cr_expect_lt(k, 20, "%lu is none of the last", (unsigned long)frames[i]);
	}
	cr_assert_eq(zcxsk_cache_free(s->cache, frames, 5), 5);
	close_plain();
}

Test(fill_ring, a_driver_that_has_frames_is_known)
{
	open_with(PLAIN_FRAMES);
	fill_owe(s, 10);
	cr_assert(fill_refill(s));
	cr_expect_not(fill_stayed_nonempty(s), "none was there at the last wait");
	p.fill.consumer += 9;
	cr_expect(fill_stayed_nonempty(s));
	fill_owe(s, 4);
	cr_assert(fill_refill(s));
	p.fill.consumer += 1;
	cr_expect_not(fill_stayed_nonempty(s), "all of those are taken");
	cr_expect(fill_stayed_nonempty(s));
	close_plain();
}
