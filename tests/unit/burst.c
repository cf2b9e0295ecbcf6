/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * burst.c - receiving, sending and reaping over rings in plain memory: every frame is
 * accounted for and nothing invalid is published, also when the indices wrap.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <zcxsk/rx.h>
#include <zcxsk/tx.h>
#include <zcxsk/watchdog.h>

#include "datapath/fill.h"
#include "datapath/rx.h"
#include "plain_socket.h"
#include "datapath/service.h"
#include "datapath/timer.h"

static struct plain_socket p;
static uint64_t expected_violations; /* ownership violations that a test commits on purpose */

static void open_plain(uint32_t pool_flags)
{
	plain_open(&p, pool_flags);
}

static void close_plain(void)
{
	char violation[200];

	if (p.s.pool->ledger)
		cr_assert_eq(zcxsk_pool_violation(p.s.pool, violation, sizeof(violation)),
			     expected_violations, "%s", violation);
	plain_close(&p);
}

/*
 * Runs a test between set-up and checks, once with a ledger of all frames and once without,
 * which is the fast path. Criterion does not count failures in a fixture's teardown.
 */
#define BURST(name)                                                                                \
	static void name(void);                                                                    \
	Test(burst_checked, name)                                                                  \
	{                                                                                          \
		open_plain(ZCXSK_POOL_CHECK);                                                      \
		name();                                                                            \
		close_plain();                                                                     \
	}                                                                                          \
	Test(burst, name)                                                                          \
	{                                                                                          \
		open_plain(0);                                                                     \
		name();                                                                            \
		close_plain();                                                                     \
	}                                                                                          \
	static void name(void)

static uint32_t send_some(uint32_t n)
{
	struct zcxsk_packet packets[128];
	uint32_t taken;

	n = zcxsk_tx_alloc(&p.s, packets, n, 0);
	for (uint32_t i = 0; i < n; i++)
		packets[i].len = 60 + i;
	taken = zcxsk_tx_burst(&p.s, packets, n);
	zcxsk_packet_release(&p.s, packets + taken, n - taken);
	return taken;
}

static void post_for_receiving(uint32_t n)
{
	fill_owe(&p.s, n);
	cr_assert(fill_refill(&p.s));
	cr_assert_eq(fill_owed(&p.s), 0);
}

BURST(sent_frames_are_published_as_given)
{
	struct zcxsk_packet packets[10];

	cr_assert_eq(zcxsk_tx_alloc(&p.s, packets, 10, 0), 10);
	for (uint32_t i = 0; i < 10; i++)
		packets[i].len = 60 + i;
	cr_assert_eq(zcxsk_tx_burst(&p.s, packets, 10), 10);
	cr_assert_eq(p.tx.producer, PLAIN_START + 10);
	for (uint32_t i = 0; i < 10; i++) {
		struct xdp_desc *d = &p.tx.entries[(PLAIN_START + i) % PLAIN_RING];

		cr_assert_eq(d->addr, packets[i].addr);
		cr_assert_eq(d->len, 60 + i);
		cr_assert_eq(d->options, 0);
	}
	cr_assert_eq(zcxsk_tx_outstanding(&p.s), 10);
}

BURST(a_burst_sends_no_more_than_the_ring_holds)
{
	cr_assert_eq(send_some(PLAIN_RING + 40), PLAIN_RING);
	cr_assert_eq(p.s.count.tx_ring_full, 1);
	cr_assert_eq(send_some(1), 0);
	cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
}

BURST(an_empty_burst_does_nothing)
{
	struct zcxsk_packet packet = {0};

	cr_assert_eq(zcxsk_tx_burst(&p.s, &packet, 0), 0);
	cr_assert_eq(zcxsk_rx_burst(&p.s, &packet, 0), 0);
	cr_assert_eq(p.tx.producer, PLAIN_START);
}

BURST(completed_frames_are_reaped_when_room_is_needed)
{
	for (uint32_t round = 0; round < 50; round++) {
		cr_assert_eq(send_some(PLAIN_RING), PLAIN_RING, "round %u", round);
		cr_assert_eq(plain_kernel_sends(&p, PLAIN_RING), PLAIN_RING);
		cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
	}
	cr_assert_eq(zcxsk_tx_reap(&p.s), PLAIN_RING);
	cr_assert_eq(zcxsk_tx_outstanding(&p.s), 0);
}

struct wrong {
	const char *what;
	struct zcxsk_packet packet;
};

BURST(a_burst_stops_before_an_invalid_packet)
{
	const struct wrong wrongs[] = {
		{"outside the UMEM", {PLAIN_FRAMES * 2048ull, 60, 0}},
		{"far outside", {UINT64_MAX, 60, 0}},
		{"of length 0", {2048, 0, 0}},
		{"across the end of its frame", {4096 + 2000, 49, 0}},
		{"longer than a frame", {4096, 2049, 0}},
		{"with a length that wraps", {4096 + 1, UINT32_MAX, 0}},
		{"with a flag not offered", {4096, 60, ZCXSK_PACKET_MORE}},
		{"with an unknown flag", {4096, 60, 1u << 31}},
	};

	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		struct zcxsk_packet packets[3];
		uint32_t before = p.tx.producer;

		cr_assert_eq(zcxsk_tx_alloc(&p.s, packets, 2, 0), 2);
		packets[0].len = packets[1].len = 60;
		packets[2] = packets[1];
		packets[1] = wrongs[i].packet;
		cr_assert_eq(zcxsk_tx_burst(&p.s, packets, 3), 1, "%s", wrongs[i].what);
		cr_assert_eq(p.tx.producer, before + 1, "%s", wrongs[i].what);
		cr_assert_eq(zcxsk_socket_status(&p.s), -EINVAL, "%s", wrongs[i].what);
		cr_assert_eq(p.s.count.tx_rejected, i + 1);
		zcxsk_packet_release(&p.s, packets + 2, 1);
	}
	expected_violations = 2; /* outside the UMEM; the others already fail the shape check */
	cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
}

BURST(a_packet_may_fill_its_frame_to_the_last_byte)
{
	struct zcxsk_packet packet;

	zcxsk_tx_alloc(&p.s, &packet, 1, 0);
	packet.addr += 48;
	packet.len = 2000;
	cr_assert_eq(zcxsk_tx_burst(&p.s, &packet, 1), 1);
}

BURST(a_completion_outside_the_umem_is_counted_and_ignored)
{
	send_some(2);
	plain_kernel_sends(&p, 2);
	((uint64_t *)p.comp.entries)[PLAIN_START % PLAIN_RING] = 1ull << 40;
	cr_assert_eq(zcxsk_tx_reap(&p.s), 1);
	cr_assert_eq(p.s.count.completion_foreign, 1);
	expected_violations = 1;
	cr_assert_eq(zcxsk_tx_outstanding(&p.s), 1);
}

BURST(received_packets_are_in_order_and_their_frames_owed_to_the_fill_ring)
{
	struct zcxsk_packet packets[PLAIN_RING];

	post_for_receiving(PLAIN_RING);
	cr_assert_eq(plain_kernel_receives(&p, 20, 77), 20);
	cr_assert_eq(zcxsk_rx_burst(&p.s, packets, 15), 15);
	for (uint32_t i = 0; i < 15; i++) {
		cr_assert_eq(packets[i].addr % 2048, ZCXSK_XDP_HEADROOM);
		cr_assert_eq(packets[i].len, 77);
	}
	cr_assert_eq(p.s.fast.rx_bytes, 15 * 77);
	cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
	cr_assert_eq(zcxsk_packet_release(&p.s, packets, 15), 15);
	cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
}

BURST(the_fill_ring_is_always_refilled)
{
	struct zcxsk_packet packets[PLAIN_RING];

	post_for_receiving(PLAIN_RING);
	for (uint32_t round = 0; round < 200; round++) {
		uint32_t n = plain_kernel_receives(&p, 23, 60), got;

		cr_assert_eq(n, 23, "round %u", round);
		got = zcxsk_rx_burst(&p.s, packets, PLAIN_RING);
		cr_assert_eq(got, n);
		zcxsk_packet_release(&p.s, packets, got);
		zcxsk_rx_burst(&p.s, packets, PLAIN_RING); /* idle: refills what is owed */
		cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
	}
	cr_assert_eq(p.fill.producer - p.fill.consumer, PLAIN_RING);
}

BURST(a_received_packet_is_forwarded_unchanged)
{
	struct zcxsk_packet packet;
	struct xdp_desc *d = &p.tx.entries[PLAIN_START % PLAIN_RING];

	post_for_receiving(4);
	plain_kernel_receives(&p, 1, 99);
	cr_assert_eq(zcxsk_rx_burst(&p.s, &packet, 1), 1);
	cr_assert_eq(zcxsk_tx_burst(&p.s, &packet, 1), 1);
	cr_assert_eq(d->addr, packet.addr);
	cr_assert_eq(d->len, 99);
	plain_kernel_sends(&p, 1);
	cr_assert_eq(zcxsk_tx_reap(&p.s), 1);
	cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
}

BURST(a_forwarder_with_few_frames_never_starves)
{
	uint64_t held[PLAIN_FRAMES - 32];
	struct zcxsk_packet packets[8];
	uint32_t n;

	/* 32 frames are left: 24 posted, 8 to spare. */
	cr_assert_eq(zcxsk_cache_alloc(p.s.cache, held, PLAIN_FRAMES - 32), PLAIN_FRAMES - 32);
	post_for_receiving(24);
	for (uint32_t round = 0; round < 100; round++) {
		cr_assert_eq(plain_kernel_receives(&p, 8, 60), 8, "round %u", round);
		n = zcxsk_rx_burst(&p.s, packets, 8);
		cr_assert_eq(zcxsk_tx_burst(&p.s, packets, n), 8);
		plain_kernel_sends(&p, 8);
		zcxsk_rx_burst(&p.s, packets, 8); /* idle: posts what is owed */
	}
	zcxsk_cache_free(p.s.cache, held, PLAIN_FRAMES - 32);
}

BURST(an_rx_descriptor_outside_the_umem_is_not_delivered)
{
	struct zcxsk_packet packets[4];

	memset(packets, 0xff, sizeof(packets));
	post_for_receiving(8);
	plain_kernel_receives(&p, 3, 60);
	p.rx.entries[(PLAIN_START + 1) % PLAIN_RING].addr = PLAIN_FRAMES * 2048ull;
	cr_assert_eq(zcxsk_rx_burst(&p.s, packets, 4), 2);
	cr_assert_eq(p.s.count.rx_invalid, 1);
	cr_assert_eq(packets[0].addr, p.rx.entries[PLAIN_START % PLAIN_RING].addr);
	cr_assert_eq(packets[1].addr, p.rx.entries[(PLAIN_START + 2) % PLAIN_RING].addr);
	expected_violations = 1;
}

/* The invalid ones fill the run up to the ring's end. */
BURST(closing_collects_packets_that_follow_a_run_of_invalid_ones)
{
	uint32_t invalid = PLAIN_RING - PLAIN_START % PLAIN_RING;

	post_for_receiving(invalid + 3);
	plain_kernel_receives(&p, invalid + 3, 60);
	for (uint32_t i = 0; i < invalid; i++)
		p.rx.entries[(PLAIN_START + i) % PLAIN_RING].addr = PLAIN_FRAMES * 2048ull;
	rx_collect(&p.s);
	cr_assert_eq(p.s.count.rx_invalid, invalid);
	cr_assert_eq(p.s.cache_returned, 3);
	expected_violations = invalid;
}

BURST(the_socket_kicks_only_when_the_ring_needs_a_wakeup)
{
	send_some(1);
	cr_assert_eq(p.s.count.tx_kicks, 0);
	cr_assert_eq(p.s.fast.tx_kicks_saved, 1);
	p.tx.flags = XDP_RING_NEED_WAKEUP;
	send_some(1);
	cr_assert_eq(p.s.count.tx_kicks, 1);
	cr_assert_eq(p.s.count.tx_kick_failed, 1, "the fd is closed: EBADF");
	cr_assert_eq(zcxsk_socket_status(&p.s), -EBADF);
}

BURST(no_more_than_tx_limit_frames_are_in_flight)
{
	p.s.out.limit = 10;
	cr_assert_eq(send_some(30), 10);
	cr_assert_eq(send_some(1), 0);
	plain_kernel_sends(&p, 4);
	cr_assert_eq(send_some(30), 4);
}

BURST(copied_packets_arrive_unchanged)
{
	const char text[64] = "a small packet from ordinary memory";
	struct xdp_desc *d = &p.tx.entries[PLAIN_START % PLAIN_RING];

	cr_assert_eq(zcxsk_tx_send(&p.s, text, sizeof(text)), 0);
	cr_assert_eq(d->len, sizeof(text));
	cr_assert_arr_eq(p.s.umem->base + d->addr, text, sizeof(text));
	cr_assert_eq(zcxsk_tx_send(&p.s, text, 0), -EINVAL);
	cr_assert_eq(zcxsk_tx_send(&p.s, text, 2049), -EMSGSIZE);
	for (uint32_t i = 1; i < PLAIN_RING; i++)
		cr_assert_eq(zcxsk_tx_send(&p.s, text, 60), 0);
	cr_assert_eq(zcxsk_tx_send(&p.s, text, 60), -EAGAIN);
	cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
}

BURST(close_takes_back_frames_that_the_kernel_never_saw)
{
	post_for_receiving(30);
	fill_undo(&p.s, 30);
	cr_assert_eq(p.s.count.fill_frames, 0);
	cr_assert_eq(zcxsk_pool_available(p.s.pool) + zcxsk_cache_available(p.s.cache),
		     PLAIN_FRAMES);
}

#define FRAME_MASK (~2047ull)

enum { BATCH = 16 }; /* frames released at a time in the next tests */

/* Receives n packets, which the application then owns. */
static void receive(struct zcxsk_packet *packets, uint32_t n)
{
	uint32_t posted = p.s.fast.fill.cached_prod - p.s.fast.rx.cached_cons;

	fill_init(&p.s, FILL_SHARE * BATCH);
	if (posted < FILL_SHARE * BATCH)
		post_for_receiving(FILL_SHARE * BATCH - posted);
	cr_assert_eq(plain_kernel_receives(&p, n, 60), n);
	cr_assert_eq(zcxsk_rx_burst(&p.s, packets, n), n);
	cr_assert_eq(fill_owed(&p.s), n);
}

/* Returns true if the n fill entries from index on contain frame, in any order. */
static bool is_posted(uint32_t index, uint32_t n, uint64_t frame)
{
	const uint64_t *slots = (const uint64_t *)p.fill.entries;

	while (n && (slots[(index + n - 1) % PLAIN_RING] & FRAME_MASK) != frame)
		n--;
	return n;
}

Test(burst, released_frames_go_straight_into_the_fill_ring)
{
	struct zcxsk_packet packets[10];
	uint32_t cached, producer;

	open_plain(0);
	receive(packets, 10);
	cached = p.s.cache->stack.count;
	producer = p.fill.producer;
	cr_assert_eq(zcxsk_packet_release(&p.s, packets, 10), 10);
	cr_assert_eq(p.s.cache->stack.count, cached);
	cr_assert_eq(fill_owed(&p.s), 0);
	for (uint32_t i = 0; i < 10; i++)
		cr_assert(is_posted(producer, 10, packets[i].addr & FRAME_MASK));
	cr_assert_eq(p.fill.producer, producer, "a few frames are not published yet");
	cr_assert_eq(zcxsk_rx_burst(&p.s, packets, 10), 0);
	cr_assert_eq(p.fill.producer, producer + 10, "an idle socket publishes all of them");
	cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
	close_plain();
}

Test(burst, many_released_frames_are_published_at_once)
{
	struct zcxsk_packet packets[BATCH];
	uint32_t producer;

	open_plain(0);
	receive(packets, BATCH);
	producer = p.fill.producer;
	cr_assert_eq(zcxsk_packet_release(&p.s, packets, BATCH), BATCH);
	cr_assert_eq(p.fill.producer, producer + BATCH);
	close_plain();
}

/* The caller may sleep next, and nothing else would wake the kernel. */
Test(burst, a_release_kicks_a_kernel_that_waits_for_frames)
{
	struct zcxsk_packet packets[BATCH];

	open_plain(0);
	receive(packets, BATCH);
	p.fill.flags = XDP_RING_NEED_WAKEUP;
	zcxsk_packet_release(&p.s, packets, BATCH);
	cr_assert_eq(p.s.count.fill_kicks, 1);
	close_plain();
}

BURST(a_kernel_that_has_all_the_frames_is_not_kicked_for_more)
{
	struct zcxsk_packet packets[8];

	post_for_receiving(PLAIN_RING / 2);
	p.fill.flags = XDP_RING_NEED_WAKEUP;
	zcxsk_rx_burst(&p.s, packets, 8);
	cr_assert_eq(p.s.count.fill_kicks, 1, "the kernel has not read the ring yet");
	plain_kernel_receives(&p, PLAIN_RING / 2, 60);
	cr_assert_eq(zcxsk_rx_burst(&p.s, packets, 8), 8);
	cr_assert_eq(p.s.count.fill_kicks, 1,
		     "the kernel has read the ring, and nothing was added");
	zcxsk_packet_release(&p.s, packets, 8);
}

BURST(a_frame_outside_the_umem_is_not_released)
{
	for (uint32_t n = 1; n <= 20; n += 19) {
		struct zcxsk_packet packets[20];

		receive(packets, n);
		packets[n / 2].addr += 1ull << 40;
		cr_assert_eq(zcxsk_packet_release(&p.s, packets, n), n - 1);
		packets[0] = packets[n / 2];
		packets[0].addr -= 1ull << 40;
		cr_assert_eq(zcxsk_packet_release(&p.s, packets, 1), 1);
		expected_violations++;
		cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
		zcxsk_rx_burst(&p.s, packets, 0);
	}
}

/* The kernel publishes late that it has taken frames: their slots are not free until then. */
Test(burst, released_frames_overwrite_no_slot_of_the_kernel)
{
	const uint32_t n = 10;

	for (uint32_t published = 0; published <= n; published++) {
		struct zcxsk_packet packets[PLAIN_RING];
		uint32_t consumer;

		open_plain(0);
		post_for_receiving(PLAIN_RING);
		consumer = p.fill.consumer;
		cr_assert_eq(plain_kernel_receives(&p, n, 60), n);
		p.fill.consumer = consumer + published;
		cr_assert_eq(zcxsk_rx_burst(&p.s, packets, n), n);
		cr_assert_eq(zcxsk_packet_release(&p.s, packets, n), n);
		cr_assert_eq(zcxsk_rx_burst(&p.s, packets, n), 0);
		cr_assert_eq(p.fill.producer, consumer + PLAIN_RING + published);
		cr_assert_eq(p.s.fast.fill.cached_prod, p.fill.producer);
		p.fill.consumer = consumer + n;
		cr_assert_eq(zcxsk_rx_burst(&p.s, packets, n), 0);
		cr_assert_eq(p.fill.producer - p.fill.consumer, PLAIN_RING);
		cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
		close_plain();
	}
}

/* The first of them are before the wrap. */
BURST(frames_of_an_invalid_run_are_not_written_past_the_fill_ring)
{
	uint64_t *slots = (uint64_t *)p.fill.entries;
	struct zcxsk_packet packets[20];

	receive(packets, 20);
	cr_assert_lt(PLAIN_RING - p.s.fast.fill.cached_prod % PLAIN_RING, 20);
	slots[PLAIN_RING] = 77;
	packets[1].addr += 1ull << 40;
	cr_assert_eq(zcxsk_packet_release(&p.s, packets, 20), 19);
	cr_assert_eq(slots[PLAIN_RING], 77);
	packets[1].addr -= 1ull << 40;
	cr_assert_eq(zcxsk_packet_release(&p.s, packets + 1, 1), 1);
	expected_violations = 1;
}

/* For any batch size, and while frames also go elsewhere. */
BURST(the_fill_ring_never_runs_empty_for_any_batch_size)
{
	uint32_t batch = 1;

	post_for_receiving(PLAIN_RING);
	for (uint32_t round = 0; round < 2000; round++, batch = batch % 100 + 1) {
		struct zcxsk_packet packets[100];
		uint32_t n, kept = round % 3 ? 0 : batch / 2;

		plain_kernel_receives(&p, batch, 60);
		n = zcxsk_rx_burst(&p.s, packets, batch);
		kept = kept < n ? kept : n;
		cr_assert_eq(zcxsk_packet_release(&p.s, packets + kept, n - kept), n - kept);
		cr_assert(p.fill.producer != p.fill.consumer, "empty in round %u", round);
		cr_assert_eq(zcxsk_packet_release(&p.s, packets, kept), kept);
		cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
	}
	zcxsk_rx_burst(&p.s, NULL, 0);
}

Test(burst, a_view_released_unchanged_is_posted_directly)
{
	for (uint32_t n = 1; n < BATCH; n++) {
		const struct zcxsk_packet *view;
		uint32_t cached, producer;

		open_plain(0);
		fill_init(&p.s, PLAIN_RING);
		post_for_receiving(2 * BATCH);
		/* Goes past the ring's end and past the calls that take the slow path. */
		for (uint32_t i = 0; i < BATCH; i++) {
			plain_kernel_receives(&p, 1, 60);
			cr_assert_eq(zcxsk_rx_view(&p.s, &view, BATCH), 1);
			cr_assert_eq(zcxsk_packet_release(&p.s, view, 1), 1);
		}
		plain_kernel_receives(&p, n, 60);
		cr_assert_eq(zcxsk_rx_view(&p.s, &view, BATCH), n);
		cached = p.s.cache->stack.count;
		producer = p.s.fast.fill.cached_prod;
		cr_assert_eq(zcxsk_packet_release(&p.s, view, n), n);
		cr_assert_eq(p.s.fast.fill.cached_prod, producer + n);
		cr_assert_eq(p.s.cache->stack.count, cached);
		for (uint32_t i = 0; i < n; i++)
			cr_assert(is_posted(producer, n, view[i].addr & FRAME_MASK));
		cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
		cr_assert_eq(fill_owed(&p.s), 0);
		close_plain();
	}
}

/* Marks the frame of addr as used; fails if it already is. */
static void mark(uint8_t *seen, uint64_t addr)
{
	cr_assert_lt(addr, p.s.umem->size);
	cr_assert(!seen[addr / 2048]++, "frame %u is in two places", (unsigned)(addr / 2048));
}

/* Checks that each frame is in at most one place; `held` are the application's. */
static void check_places(const struct zcxsk_packet *held, uint32_t n)
{
	const uint64_t *posted = (const uint64_t *)p.fill.entries;
	const uint64_t *done = (const uint64_t *)p.comp.entries;
	uint8_t seen[PLAIN_FRAMES] = {0};

	for (uint32_t i = p.fill.consumer; i != p.s.fast.fill.cached_prod; i++)
		mark(seen, posted[i % PLAIN_RING]);
	for (uint32_t i = p.s.fast.rx.cached_cons; i != p.rx.producer; i++)
		mark(seen, p.rx.entries[i % PLAIN_RING].addr);
	for (uint32_t i = p.tx.consumer; i != p.tx.producer; i++)
		mark(seen, p.tx.entries[i % PLAIN_RING].addr);
	for (uint32_t i = p.s.fast.comp.cached_cons; i != p.comp.producer; i++)
		mark(seen, done[i % PLAIN_RING]);
	for (uint32_t i = 0; i < p.s.cache->stack.count; i++)
		mark(seen, p.s.cache->stack.frames[i]);
	for (uint64_t i = 0; i < p.s.pool->count; i++)
		mark(seen, p.s.pool->frames[i]);
	for (uint32_t i = 0; i < n; i++)
		mark(seen, held[i].addr);
}

/* Uses of a view; the last ones receive into an array by zcxsk_rx_burst(). */
enum way {
	WHOLE,
	IN_PARTS,
	LAST_PART_FIRST,
	AFTER_OTHERS,
	SENT_ON,
	HALF_SENT_ON,
	KEPT,
	WAYS,
};

static void give_back(enum way way, const struct zcxsk_packet *view, uint32_t n)
{
	struct zcxsk_packet other;
	uint32_t half = n / 2;

	if (way == AFTER_OTHERS && zcxsk_tx_alloc(&p.s, &other, 1, 60))
		cr_assert_eq(zcxsk_packet_release(&p.s, &other, 1), 1);
	if (way == SENT_ON || way == HALF_SENT_ON)
		half = zcxsk_tx_burst(&p.s, view, way == SENT_ON ? n : half);
	else if (way == IN_PARTS)
		cr_assert_eq(zcxsk_packet_release(&p.s, view, half), half);
	else if (way == LAST_PART_FIRST)
		cr_assert_eq(zcxsk_packet_release(&p.s, view + half, n - half), n - half);
	else
		half = 0;
	if (way == LAST_PART_FIRST)
		n = half, half = 0;
	cr_assert_eq(zcxsk_packet_release(&p.s, view + half, n - half), n - half);
}

/* Keeps `posted` frames posted. */
static void use_views_in_any_way(uint32_t posted)
{
	struct zcxsk_packet kept[PLAIN_FRAMES];
	uint32_t held = 0;

	fill_init(&p.s, posted);
	post_for_receiving(posted);
	srand(posted);
	for (uint32_t round = 0; round < 20000; round++) {
		enum way way = (enum way)(rand() % WAYS);
		const struct zcxsk_packet *view;
		uint32_t n;

		plain_kernel_receives(&p, (uint32_t)rand() % 20, 60);
		plain_kernel_sends(&p, (uint32_t)rand() % 40);
		if (rand() % 4) {
			n = zcxsk_rx_view(&p.s, &view, 1 + (uint32_t)rand() % 20);
		} else {
			view = kept + held;
			n = zcxsk_rx_burst(&p.s, kept + held, 1 + (uint32_t)rand() % 20);
		}
		if (way == KEPT && held < PLAIN_FRAMES / 4) {
			memmove(kept + held, view, n * sizeof(*view));
			held += n;
		} else {
			give_back(way, view, n);
		}
		if (rand() % 8 == 0) {
			cr_assert_eq(zcxsk_packet_release(&p.s, kept, held), held);
			held = 0;
		}
		check_places(kept, held);
		cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES, "round %u", round);
		cr_assert_eq(plain_in_application(&p), held, "round %u", round);
	}
	cr_assert_eq(zcxsk_packet_release(&p.s, kept, held), held);
}

BURST(no_frame_is_in_two_places_however_a_view_is_used)
{
	use_views_in_any_way(PLAIN_RING);
}

/* The RX ring and the fill ring do not wrap at the same time. */
BURST(no_frame_is_in_two_places_with_few_frames_posted)
{
	use_views_in_any_way(PLAIN_RING / 2 + 5);
}

BURST(rx_slots_are_released_while_more_packets_wait)
{
	const struct zcxsk_packet *view;
	uint32_t n;

	post_for_receiving(PLAIN_RING);
	p.s.fill.batch = PLAIN_RING;
	plain_kernel_receives(&p, PLAIN_RING, 60);
	while ((n = zcxsk_rx_view(&p.s, &view, 3))) {
		cr_assert_leq(p.s.fast.rx.cached_cons - n - p.rx.consumer, PLAIN_RING / 4);
		zcxsk_packet_release(&p.s, view, n);
	}
	cr_assert_eq(p.rx.consumer, p.rx.producer);
}

Test(burst, a_view_released_twice_is_not_posted_twice)
{
	const struct zcxsk_packet *view;
	uint32_t posted;

	open_plain(0);
	post_for_receiving(PLAIN_RING / 2);
	for (uint32_t i = 0; i < 10; i++) {
		plain_kernel_receives(&p, 1, 60);
		cr_assert_eq(zcxsk_rx_view(&p.s, &view, 1), 1);
		zcxsk_packet_release(&p.s, view, 1);
		posted = p.s.fast.fill.cached_prod;
		zcxsk_packet_release(&p.s, view, 1);
		cr_assert_eq(p.s.fast.fill.cached_prod, posted);
		/* Undoes the double release that the test committed. */
		p.s.cache->stack.count--;
	}
	close_plain();
}

/* With this few frames posted, the kernel could run out while one is held back. */
Test(burst, with_few_frames_posted_each_is_published_at_once)
{
	struct zcxsk_packet packet;

	open_plain(0);
	fill_init(&p.s, 2);
	post_for_receiving(2);
	for (uint32_t i = 0; i < 10; i++) {
		cr_assert_eq(plain_kernel_receives(&p, 1, 60), 1, "packet %u", i);
		cr_assert_eq(zcxsk_rx_burst(&p.s, &packet, 1), 1);
		cr_assert_eq(zcxsk_packet_release(&p.s, &packet, 1), 1);
		cr_assert_eq(p.fill.producer - p.fill.consumer, 2);
	}
	close_plain();
}

BURST(frames_that_are_not_owed_go_into_the_cache)
{
	struct zcxsk_packet packet, more[10];
	uint32_t posted;

	post_for_receiving(PLAIN_RING / 2);
	plain_kernel_receives(&p, 1, 60);
	zcxsk_rx_burst(&p.s, &packet, 1);
	posted = p.s.fast.fill.cached_prod;
	cr_assert_eq(zcxsk_tx_alloc(&p.s, more, 10, 60), 10);
	cr_assert_eq(zcxsk_packet_release(&p.s, more, 1), 1);
	cr_assert_eq(zcxsk_packet_release(&p.s, more + 1, 1), 1);
	cr_assert_eq(zcxsk_packet_release(&p.s, more + 2, 8), 8);
	cr_assert_leq(p.s.fast.fill.cached_prod, posted + 1);
	zcxsk_packet_release(&p.s, &packet, 1);
	cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
}

/* The timer covers the time until the next call, so each burst has to set it. */
BURST(every_burst_arms_a_timer_that_is_in_use)
{
	p.s.watchdog.first_ns = 1000000;
	send_some(3);
	cr_assert_eq(timer_open(&p.s), 0);
	for (int i = 0; i < 3; i++) {
		plain_kernel_sends(&p, PLAIN_RING);
		zcxsk_tx_reap(&p.s);
		p.s.timer.due_ns = 0; /* it expired while nothing was in flight */
		send_some(1);
		cr_assert_neq(p.s.timer.due_ns, 0, "burst %d", i);
	}
	timer_close(&p.s);
}

BURST(the_next_valid_packet_clears_the_status_of_an_invalid_one)
{
	struct zcxsk_packet packet;

	for (int i = 0; i < 3; i++) {
		send_some(1);
		cr_assert_eq(zcxsk_tx_alloc(&p.s, &packet, 1, 0), 1);
		cr_assert_eq(zcxsk_tx_burst(&p.s, &packet, 1), 0);
		cr_assert_eq(zcxsk_socket_status(&p.s), -EINVAL);
		packet.len = 60;
		cr_assert_eq(zcxsk_tx_burst(&p.s, &packet, 1), 1);
		cr_assert_eq(zcxsk_socket_status(&p.s), 0);
	}
}

/* ---- views into the RX ring -------------------------------------------------- */

BURST(a_view_points_into_the_ring_until_the_next_call)
{
	const struct zcxsk_packet *view, *ring = (const struct zcxsk_packet *)p.rx.entries;
	uint32_t first = (PLAIN_START + 4) % PLAIN_RING;

	post_for_receiving(PLAIN_RING);
	plain_kernel_receives(&p, 10, 77);
	cr_assert_eq(zcxsk_rx_view(&p.s, &view, 4), 4);
	cr_assert_eq(view, ring + PLAIN_START % PLAIN_RING);
	zcxsk_packet_release(&p.s, view, 4);
	cr_assert_eq(p.rx.consumer, PLAIN_START, "the kernel may not write there yet");
	cr_assert_eq(zcxsk_rx_view(&p.s, &view, 10), 6);
	cr_assert_eq(view, ring + first);
	cr_assert_eq(p.rx.consumer, PLAIN_START + 4);
	zcxsk_packet_release(&p.s, view, 6);
	cr_assert_eq(zcxsk_rx_view(&p.s, &view, 10), 0);
	cr_assert_eq(p.rx.consumer, PLAIN_START + 10, "the program may sleep now");
	cr_assert_eq(p.s.fast.rx_bytes, 10 * 77);
	cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
}

BURST(a_view_ends_at_the_rings_end_and_a_burst_goes_on)
{
	struct zcxsk_packet packets[PLAIN_RING];
	const struct zcxsk_packet *view;
	uint32_t run = PLAIN_RING - PLAIN_START % PLAIN_RING;

	post_for_receiving(PLAIN_RING);
	plain_kernel_receives(&p, PLAIN_RING, 60);
	cr_assert_eq(zcxsk_rx_view(&p.s, &view, PLAIN_RING), run);
	zcxsk_packet_release(&p.s, view, run);
	cr_assert_eq(zcxsk_rx_view(&p.s, &view, PLAIN_RING), PLAIN_RING - run);
	zcxsk_packet_release(&p.s, view, PLAIN_RING - run);
	cr_assert_eq(zcxsk_rx_view(&p.s, &view, PLAIN_RING), 0);
	/* The same from the middle of the ring, now on the fast path. */
	for (uint32_t n = PLAIN_RING - 6, i = 0; i < 8; i++) {
		const struct zcxsk_packet *end = (struct zcxsk_packet *)p.rx.entries + PLAIN_RING;
		uint32_t got = 0, some;

		cr_assert_eq(plain_kernel_receives(&p, n, 60), n);
		for (; got < n && (some = zcxsk_rx_view(&p.s, &view, 20)); got += some) {
			cr_assert_leq(view + some, end);
			zcxsk_packet_release(&p.s, view, some);
		}
		cr_assert_eq(got, n);
		cr_assert_eq(zcxsk_rx_view(&p.s, &view, 20), 0);
	}
	cr_assert_eq(plain_kernel_receives(&p, PLAIN_RING, 60), PLAIN_RING);
	cr_assert_eq(zcxsk_rx_burst(&p.s, packets, PLAIN_RING), PLAIN_RING);
	zcxsk_packet_release(&p.s, packets, PLAIN_RING);
	cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
}

/* Each valid packet is delivered once and in order, whatever lies between. */
BURST(invalid_descriptors_hide_no_packet_from_a_view)
{
	post_for_receiving(8);
	for (uint32_t wrong = 0; wrong < 64; wrong++) {
		uint32_t seen = 0, first = p.rx.producer, expected = 0, n;
		const struct zcxsk_packet *view;

		cr_assert_eq(plain_kernel_receives(&p, 6, 60), 6, "pattern %x", wrong);
		for (uint32_t i = 0; i < 6; i++) {
			struct xdp_desc *d = &p.rx.entries[(first + i) % PLAIN_RING];

			if (wrong & 1u << i)
				d->addr = UINT64_MAX - 4096;
			else
				d->len = 100 + expected++;
		}
		while ((n = zcxsk_rx_view(&p.s, &view, 6))) {
			for (uint32_t i = 0; i < n; i++)
				cr_assert_eq(view[i].len, 100 + seen++, "pattern %x", wrong);
			cr_assert_eq(zcxsk_packet_release(&p.s, view, n), n);
		}
		cr_assert_eq(seen, expected, "pattern %x", wrong);
		expected_violations += 6 - expected;
	}
}

BURST(a_wait_for_a_view_ends_at_its_deadline)
{
	const struct zcxsk_packet *view;
	uint32_t n = 7;

	cr_assert_eq(zcxsk_rx_view_wait(&p.s, &view, 1, 0, NULL), -EINVAL);
	cr_assert_eq(zcxsk_rx_view_wait(&p.s, NULL, 1, 0, &n), -EINVAL);
	cr_assert_eq(zcxsk_rx_view_wait(&p.s, &view, 1, 0, &n), -ETIMEDOUT);
	cr_assert_eq(n, 0);
	post_for_receiving(PLAIN_RING);
	plain_kernel_receives(&p, 1, 60);
	cr_assert_eq(zcxsk_rx_view_wait(&p.s, &view, 8, 0, &n), 0);
	cr_assert_eq(n, 1);
	zcxsk_packet_release(&p.s, view, n);
}

/* One packet takes the inline path, many take the loops. */
BURST(a_view_is_forwarded_unchanged)
{
	for (uint32_t n = 1; n <= 20; n += 19) {
		const struct zcxsk_packet *view;
		uint32_t index = p.tx.producer;

		post_for_receiving(n);
		plain_kernel_receives(&p, n, 99);
		for (uint32_t got, sent = 0; sent < n; sent += got) {
			got = zcxsk_rx_view(&p.s, &view, n);
			cr_assert_eq(zcxsk_tx_burst(&p.s, view, got), got);
			for (uint32_t i = 0; i < got; i++)
				cr_assert_eq(p.tx.entries[(index + sent + i) % PLAIN_RING].addr,
					     view[i].addr);
		}
		plain_kernel_sends(&p, n);
		cr_assert_eq(zcxsk_tx_reap(&p.s), n);
		cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
	}
}

/* ---- a ring that the program also uses directly ------------------------------ */

Test(burst, bursts_continue_after_descriptors_sent_through_the_ring)
{
	struct zcxsk_packet packets[PLAIN_RING];
	uint32_t index, sent;

	open_plain(0);
	/* The burst caches the free slots; the program then uses all but one of them. */
	cr_assert_eq(send_some(1), 1);
	cr_assert_eq(zcxsk_tx_alloc(&p.s, packets, PLAIN_RING - 1, 60), PLAIN_RING - 1);
	cr_assert_eq(zcxsk_ring_prod_reserve(&p.s.fast.tx, PLAIN_RING - 2, &index), PLAIN_RING - 2);
	for (uint32_t i = 0; i < PLAIN_RING - 2; i++)
		*zcxsk_ring_tx_slot(&p.s.fast.tx, index + i) =
			(struct xdp_desc){.addr = packets[i].addr, .len = 61};
	zcxsk_ring_prod_submit(&p.s.fast.tx);
	sent = zcxsk_tx_burst(&p.s, packets + PLAIN_RING - 2, 1);
	cr_assert_eq(zcxsk_tx_burst(&p.s, packets, 1), 0, "the ring is full");
	cr_assert_eq(sent, 1);
	for (uint32_t i = 0; i < PLAIN_RING - 2; i++)
		cr_assert_eq(zcxsk_ring_tx_slot(&p.s.fast.tx, index + i)->len, 61);
	close_plain();
}

/* Frames come from the cache a few at a time; none is left in the completion ring. */
BURST(single_packets_reuse_all_frames)
{
	for (uint32_t i = 0; i < 20 * PLAIN_FRAMES; i++) {
		cr_assert_eq(send_some(1), 1, "%u", i);
		plain_kernel_sends(&p, 1);
	}
	cr_assert_leq(zcxsk_tx_outstanding(&p.s), PLAIN_RING);
	cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
}

BURST(only_a_packet_at_an_unexpected_address_takes_the_slow_path)
{
	uint64_t *done = (uint64_t *)p.comp.entries, swapped;

	send_some(20);
	plain_kernel_sends(&p, 20);
	swapped = done[PLAIN_START % PLAIN_RING];
	done[PLAIN_START % PLAIN_RING] = done[(PLAIN_START + 19) % PLAIN_RING];
	done[(PLAIN_START + 19) % PLAIN_RING] = swapped;
	cr_assert_eq(zcxsk_tx_reap(&p.s), 20);
	cr_assert_neq(p.s.count.completion_early, 0);
	cr_assert_eq(send_some(20), 20);
	plain_kernel_sends(&p, 20);
	cr_assert_eq(zcxsk_tx_reap(&p.s), 20);
	cr_assert_eq(send_some(1), 1);
	cr_assert(p.s.checked || p.s.fast.tx_until != p.s.fast.tx.cached_prod);
	cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
}

static int device_is_gone(void *context)
{
	(void)context;
	return -ENXIO;
}

BURST(a_dead_socket_sends_nothing)
{
	struct zcxsk_packet packet;

	cr_assert_eq(send_some(1), 1);
	cr_assert_eq(zcxsk_tx_alloc(&p.s, &packet, 1, 60), 1);
	p.s.kernel.kick = device_is_gone;
	p.tx.flags = XDP_RING_NEED_WAKEUP;
	cr_assert_eq(send_some(1), 1);
	cr_assert_eq(zcxsk_socket_status(&p.s), -ENXIO);
	cr_assert_eq(zcxsk_tx_burst(&p.s, &packet, 1), 0);
	zcxsk_packet_release(&p.s, &packet, 1);
	cr_assert_eq(plain_accounted(&p), PLAIN_FRAMES);
}

Test(null, out_of_line_calls_accept_null)
{
	struct zcxsk_packet packet = {0};
	uint32_t n;

	cr_assert_eq(zcxsk_rx_burst(NULL, &packet, 1), 0);
	cr_assert_eq(zcxsk_rx_wait(NULL, &packet, 1, 0, &n), -EINVAL);
	cr_assert_eq(zcxsk_tx_wait(NULL, &packet, 1, 0, &n), -EINVAL);
	cr_assert_eq(zcxsk_tx_send(NULL, &packet, 1), -EINVAL);
	cr_assert_eq(zcxsk_tx_send_wait(NULL, &packet, 1, 0), -EINVAL);
	cr_assert_eq(zcxsk_tx_flush(NULL), 0);
	cr_assert_eq(zcxsk_tx_reap(NULL), 0);
	cr_assert_eq(zcxsk_tx_outstanding(NULL), 0);
	cr_assert_eq(zcxsk_tx_drain(NULL, 0), 0);
	cr_assert_eq(zcxsk_socket_close(NULL), 0);
	cr_assert_eq(zcxsk_socket_read_stats(NULL, NULL), -EINVAL);
	cr_assert_eq(zcxsk_socket_read_info(NULL, NULL), -EINVAL);
	cr_assert_eq(zcxsk_socket_fd(NULL), -1);
	cr_assert_null(zcxsk_socket_base(NULL));
}

Test(null, a_wait_without_an_array_receives_nothing)
{
	const struct zcxsk_packet *view;
	struct zcxsk_packet packet;
	uint32_t n;

	open_plain(0);
	n = 7;
	cr_expect_eq(zcxsk_rx_wait(&p.s, NULL, 1, 0, &n), -EINVAL);
	cr_expect_eq(n, 0);
	n = 7;
	cr_expect_eq(zcxsk_rx_view_wait(&p.s, NULL, 1, 0, &n), -EINVAL);
	cr_expect_eq(n, 0);
	n = 7;
	cr_expect_eq(zcxsk_rx_wait(NULL, &packet, 1, 0, &n), -EINVAL);
	cr_expect_eq(n, 0);
	n = 7;
	cr_expect_eq(zcxsk_rx_view_wait(&p.s, &view, 0, 0, &n), -EINVAL);
	cr_expect_eq(n, 0);
	cr_expect_eq(zcxsk_rx_wait(&p.s, &packet, 1, 0, NULL), -EINVAL);
	cr_expect_eq(zcxsk_rx_wait(&p.s, NULL, 1, 0, NULL), -EINVAL);
	close_plain();
}
