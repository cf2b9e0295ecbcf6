/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lost.c - a completion that never comes costs one frame: the socket sends and sleeps as
 * before, and gives the packet up in time. A queue that completes nothing is stalled instead.
 */
#include <errno.h>
#include <poll.h>
#include <zcxsk/rx.h>
#include <zcxsk/token.h>
#include <zcxsk/watchdog.h>

#include "datapath/completion.h"
#include "datapath/events.h"
#include "datapath/kernel_calls.h"
#include "datapath/outstanding.h"
#include "datapath/strays.h"
#include "datapath/timer.h"
#include "simulated.h"

#define FRAMES 1024u
#define LOST_NS (2 * SECOND) /* the default */
#define STALL_NS (1 * SECOND)
#define FOR_EVER UINT64_MAX
#define NAP (1 * MS) /* the device has sent and completed everything by then */

static struct simulated t;

static void open_with(enum zcxsk_tokens tokens, uint32_t pool_flags)
{
	simulated_init(&t);
	t.umem.frames = FRAMES;
	t.pool.flags = pool_flags;
	t.opts.tokens = tokens;
	t.sim_opts.fill_ring_size = 64;
	t.sim_opts.tx_ring_size = 64;
	simulated_open(&t);
}

static struct zcxsk_packet send_and_nap(uint32_t n)
{
	struct zcxsk_packet first = simulated_send(&t, n);

	zcxsk_sim_advance(t.sim, NAP);
	return first;
}

/* Sends a packet that will never be completed. */
static struct zcxsk_packet lose_one(void)
{
	simulated_fault(&t, ZCXSK_SIM_COMPLETION_LOST, 0, 0);
	return send_and_nap(1);
}

static uint32_t events_of(enum zcxsk_event_type type, uint64_t *value)
{
	struct zcxsk_event events[EVENT_TYPES];
	uint32_t n = events_take(&t.socket->events, events, EVENT_TYPES), count = 0;

	for (uint32_t i = 0; i < n; i++)
		if (events[i].type == (uint32_t)type) {
			count = events[i].count;
			*value = events[i].value;
		}
	return count;
}

static void close_balanced(uint32_t left)
{
	cr_expect_eq(simulated_places(&t), FRAMES);
	cr_expect_eq(simulated_close(&t), left);
}

/* ---- sending ---------------------------------------------------------------- */

static void later_packets_leave_at_once(enum zcxsk_tokens tokens)
{
	open_with(tokens, 0);
	lose_one();
	zcxsk_tx_reap(t.socket);
	for (uint64_t i = 1; i <= 200; i++) {
		simulated_send(&t, 1);
		/* No call follows that could kick. */
		zcxsk_sim_advance(t.sim, i % 2 ? NAP : 10 * SECOND);
		cr_assert_eq(simulated_device(&t).sent, i + 1, "packet %lu", (unsigned long)i);
	}
	zcxsk_tx_reap(t.socket);
	cr_expect_eq(zcxsk_tx_outstanding(t.socket) + simulated_stats(&t).in_lost, 1);
	close_balanced(1);
}

Test(lost, later_packets_leave_at_once)
{
	later_packets_leave_at_once(ZCXSK_TOKENS_OFF);
}

Test(lost, later_packets_leave_at_once_with_tokens_in_order)
{
	later_packets_leave_at_once(ZCXSK_TOKENS_IN_ORDER);
}

Test(lost, later_packets_leave_at_once_with_tokens_as_done)
{
	later_packets_leave_at_once(ZCXSK_TOKENS_AS_DONE);
}

/* A packet in flight whose completion may still come lets the next one gather. */
Test(lost, packets_gather_behind_one_that_is_on_its_way)
{
	open_with(ZCXSK_TOKENS_OFF, 0);
	simulated_send(&t, 1);
	simulated_send(&t, 1);
	cr_expect_eq(simulated_stats(&t).tx_kicks, 1);
	cr_expect_eq(zcxsk_tx_drain(t.socket, SECOND), 0);
	close_balanced(0);
}

Test(lost, the_inline_path_stays_on)
{
	open_with(ZCXSK_TOKENS_OFF, 0);
	lose_one();
	for (uint32_t i = 0; i < 10; i++)
		send_and_nap(4);
	zcxsk_tx_reap(t.socket);
	send_and_nap(1);
	cr_expect_eq(zcxsk_tx_outstanding(t.socket), 2, "one lost, one not reaped");
	cr_expect_gt((int32_t)(t.socket->fast.tx_until - t.socket->fast.tx.cached_prod), 0);
	close_balanced(1);
}

/* Many losses count against the limit until they are given up. */
Test(lost, the_limit_holds_on_the_inline_path)
{
	struct zcxsk_packet p[64];
	uint32_t n;

	open_with(ZCXSK_TOKENS_OFF, 0);
	for (uint32_t i = 0; i < 48; i++) {
		lose_one();
		send_and_nap(1);
		zcxsk_tx_reap(t.socket);
	}
	n = zcxsk_tx_alloc(t.socket, p, 64, 60);
	cr_assert_eq(n, 64);
	for (n = 0; n < 64 && zcxsk_tx_burst(t.socket, p + n, 1); n++)
		;
	cr_expect_eq(n, t.socket->out.limit - 48);
	cr_expect_eq(zcxsk_packet_release(t.socket, p + n, 64 - n), 64 - n);
	close_balanced(48);
}

/* ---- giving up -------------------------------------------------------------- */

/* Nothing follows the lost packet: the watchdog alone finds that it is lost. */
Test(lost, an_idle_receiver_sleeps_as_before)
{
	struct zcxsk_stats before, after;
	struct zcxsk_packet p, lost;
	uint64_t value = 0;
	uint32_t count;

	open_with(ZCXSK_TOKENS_OFF, 0);
	lost = lose_one();
	before = simulated_stats(&t);
	cr_expect_eq(zcxsk_rx_wait(t.socket, &p, 1, 10 * SECOND, &count), -ETIMEDOUT);
	after = simulated_stats(&t);
	cr_expect_leq(after.waits - before.waits, 40, "%lu sleeps",
		      (unsigned long)(after.waits - before.waits));
	cr_expect_leq(after.tx_kicks_forced, 3, "%lu kicks", (unsigned long)after.tx_kicks_forced);
	cr_expect_eq(after.tx_lost, 1);
	cr_expect_eq(after.in_lost, 1);
	cr_expect_eq(zcxsk_tx_outstanding(t.socket), 0);
	cr_expect_eq(zcxsk_socket_status(t.socket), 0);
	cr_expect_eq(events_of(ZCXSK_EVENT_COMPLETION_LOST, &value), 1);
	cr_expect_eq(value, lost.addr);
	close_balanced(1);
}

static void given_up_by_reaping(enum zcxsk_tokens tokens)
{
	struct zcxsk_packet lost;
	uint64_t value = 0;

	open_with(tokens, 0);
	lost = lose_one();
	send_and_nap(3);
	zcxsk_tx_reap(t.socket);
	zcxsk_sim_advance(t.sim, LOST_NS - 1 * MS);
	zcxsk_tx_reap(t.socket);
	cr_expect_eq(zcxsk_tx_outstanding(t.socket), 1);
	zcxsk_sim_advance(t.sim, 2 * MS);
	zcxsk_tx_reap(t.socket);
	cr_expect_eq(zcxsk_tx_outstanding(t.socket), 0);
	cr_expect_eq(simulated_stats(&t).tx_lost, 1);
	cr_expect_eq(simulated_stats(&t).tx_stalls, 0);
	cr_expect_eq(events_of(ZCXSK_EVENT_COMPLETION_LOST, &value), 1);
	cr_expect_eq(value, lost.addr);
	close_balanced(1);
}

Test(lost, an_overtaken_packet_is_given_up_by_an_owner_that_never_waits)
{
	given_up_by_reaping(ZCXSK_TOKENS_OFF);
}

Test(lost, the_same_with_tokens_in_order)
{
	given_up_by_reaping(ZCXSK_TOKENS_IN_ORDER);
}

Test(lost, a_drain_ends_when_the_packet_is_given_up)
{
	uint64_t start;

	open_with(ZCXSK_TOKENS_OFF, 0);
	lose_one();
	send_and_nap(3);
	start = zcxsk_sim_now(t.sim);
	cr_expect_eq(zcxsk_tx_drain(t.socket, 10 * SECOND), 0);
	cr_expect_lt(zcxsk_sim_now(t.sim) - start, LOST_NS + 10 * MS);
	cr_expect_leq(simulated_stats(&t).waits, 40);
	close_balanced(1);
}

/*
 * An owner in an event loop of its own: the timer waits for the missing completion, and has to
 * expire much earlier for frames that are sent meanwhile.
 */
Test(lost, frames_sent_later_are_checked_in_time)
{
	struct zcxsk_event events[EVENT_TYPES];
	uint64_t now, due;
	uint32_t n;

	open_with(ZCXSK_TOKENS_OFF, 0);
	cr_assert_eq(timer_open(t.socket), 0);
	lose_one();
	send_and_nap(1);
	for (unsigned i = 0; i < 40; i++) {
		zcxsk_sim_advance(t.sim, NAP);
		zcxsk_socket_service(t.socket, events, EVENT_TYPES, &n);
	}
	cr_assert_eq(zcxsk_tx_outstanding(t.socket), 1);
	now = kernel_clock(t.socket);
	due = t.socket->timer.due_ns;
	cr_assert_gt(due, now + SECOND, "nothing else is due");
	simulated_send(&t, 1);
	cr_expect_leq(t.socket->timer.due_ns, now + MS, "a check of the new frame is");
	send_and_nap(1);
	for (unsigned i = 0; i < 40; i++) {
		zcxsk_sim_advance(t.sim, NAP);
		zcxsk_socket_service(t.socket, events, EVENT_TYPES, &n);
	}
	cr_expect_eq(t.socket->timer.due_ns, due, "the missing one is not forgotten");
	simulated_close(&t);
}

static bool timer_is_readable(void)
{
	struct pollfd p = {.fd = t.socket->timer.fd, .events = POLLIN};

	return poll(&p, 1, 0) == 1;
}

/* An owner that the timer alone wakes is not woken in vain, and not for ever. */
Test(lost, the_timer_expires_until_nothing_is_due)
{
	struct zcxsk_event events[EVENT_TYPES];
	uint32_t n, expired = 0;

	open_with(ZCXSK_TOKENS_OFF, 0);
	cr_assert_eq(timer_open(t.socket), 0);
	lose_one();
	send_and_nap(3);
	zcxsk_tx_reap(t.socket);
	cr_assert(timer_is_readable(), "simulated times are long past");
	while (t.socket->timer.due_ns) {
		zcxsk_sim_advance(t.sim, t.socket->timer.due_ns - kernel_clock(t.socket));
		zcxsk_socket_service(t.socket, events, EVENT_TYPES, &n);
		cr_assert_lt(expired++, 40);
	}
	cr_expect(!timer_is_readable(), "nothing is due any more");
	cr_expect_eq(simulated_stats(&t).tx_lost, 1);
	cr_expect_eq(zcxsk_tx_outstanding(t.socket), 0);
	close_balanced(1);
}

static void given_up_at(uint64_t lost)
{
	strays_check(t.socket, lost - 1);
	cr_expect_eq(simulated_stats(&t).tx_lost, 0);
	strays_check(t.socket, lost);
	cr_expect_eq(simulated_stats(&t).tx_lost, 1);
	close_balanced(1);
}

/* A check at the time that the timer was set for does not find it too early. */
Test(lost, a_packet_is_given_up_at_the_very_time)
{
	open_with(ZCXSK_TOKENS_OFF, 0);
	lose_one();
	send_and_nap(3);
	zcxsk_tx_reap(t.socket);
	given_up_at(t.socket->out.strays.all[0].since_ns + LOST_NS);
}

Test(lost, a_packet_is_given_up_at_the_very_time_with_tokens_in_order)
{
	open_with(ZCXSK_TOKENS_IN_ORDER, 0);
	lose_one();
	send_and_nap(3);
	zcxsk_tx_reap(t.socket);
	given_up_at(t.socket->out.strays.blocked_ns + LOST_NS);
}

/* A device may complete a few packets in another order. */
Test(lost, a_packet_is_set_aside_only_behind_an_eighth_of_the_limit)
{
	open_with(ZCXSK_TOKENS_OFF, 0);
	simulated_fault(&t, ZCXSK_SIM_COMPLETION_LATE, 0, 100 * MS);
	send_and_nap(1);
	for (uint32_t overtaken = 1; overtaken <= t.socket->out.limit / 8; overtaken++) {
		send_and_nap(1);
		comp_reap(t.socket);
		cr_expect_eq(t.socket->out.early_count, overtaken);
	}
	send_and_nap(1);
	comp_reap(t.socket);
	cr_expect_eq(t.socket->out.early_count, 0);
	cr_expect_eq(t.socket->out.strays.count, 1);
	cr_expect_eq(zcxsk_tx_drain(t.socket, SECOND), 0);
	close_balanced(0);
}

Test(lost, a_late_completion_takes_the_frame_back)
{
	struct zcxsk_stats st;

	open_with(ZCXSK_TOKENS_OFF, ZCXSK_POOL_CHECK);
	simulated_fault(&t, ZCXSK_SIM_COMPLETION_LATE, 0, 5 * SECOND);
	send_and_nap(1);
	cr_expect_eq(zcxsk_tx_drain(t.socket, 3 * SECOND), 0);
	cr_expect_eq(simulated_stats(&t).in_lost, 1);
	zcxsk_sim_advance(t.sim, 5 * SECOND);
	cr_expect_eq(zcxsk_tx_reap(t.socket), 1);
	st = simulated_stats(&t);
	cr_expect_eq(st.in_lost, 0);
	cr_expect_eq(st.tx_lost, 1);
	cr_expect_eq(st.tx_completed, 1);
	cr_expect_eq(st.completion_unknown + st.completion_doubled, 0);
	cr_expect_eq(zcxsk_pool_violation(t.socket->pool, NULL, 0), 0);
	close_balanced(0);
}

/* The slow path finds a stray among many without searching all packets in flight. */
Test(lost, many_late_completions)
{
	open_with(ZCXSK_TOKENS_OFF, ZCXSK_POOL_CHECK);
	for (uint32_t i = 0; i < 40; i++) {
		simulated_fault(&t, ZCXSK_SIM_COMPLETION_LATE, 0, 100 * MS - i * MS);
		send_and_nap(1);
		send_and_nap(1);
		zcxsk_tx_reap(t.socket);
	}
	cr_expect_eq(zcxsk_tx_drain(t.socket, SECOND), 0);
	cr_expect_eq(simulated_stats(&t).tx_lost, 0);
	close_balanced(0);
}

Test(lost, without_the_watchdog_nothing_is_given_up)
{
	simulated_init(&t);
	t.umem.frames = FRAMES;
	t.opts.watchdog_first_ns = UINT64_MAX;
	simulated_open(&t);
	lose_one();
	send_and_nap(3);
	cr_expect_eq(zcxsk_tx_drain(t.socket, 10 * SECOND), 1);
	cr_expect_eq(simulated_stats(&t).tx_lost, 0);
	send_and_nap(3);
	cr_expect_eq(simulated_device(&t).sent, 7);
	close_balanced(1);
}

/* ---- or a dead queue --------------------------------------------------------- */

Test(lost, packets_of_a_dead_queue_stay_in_flight)
{
	uint64_t value;

	open_with(ZCXSK_TOKENS_OFF, 0);
	simulated_fault(&t, ZCXSK_SIM_DEVICE_STOPS, FOR_EVER, 0);
	simulated_send(&t, 5);
	cr_expect_eq(zcxsk_tx_drain(t.socket, 20 * SECOND), 5);
	cr_expect_eq(simulated_stats(&t).tx_lost, 0);
	cr_expect_eq(zcxsk_socket_status(t.socket), -ETIME);
	cr_expect_eq(events_of(ZCXSK_EVENT_STALL, &value), 1);
	cr_expect_geq(value, STALL_NS);
	close_balanced(5);
}

/* A packet that the device has not even taken is not lost. */
Test(lost, a_packet_in_the_ring_stays_in_flight)
{
	simulated_init(&t);
	t.umem.frames = FRAMES;
	t.sim_opts.device_slots = 4;
	simulated_open(&t);
	simulated_fault(&t, ZCXSK_SIM_DEVICE_STOPS, FOR_EVER, 0);
	simulated_send(&t, 5);
	cr_expect_eq(zcxsk_tx_drain(t.socket, 20 * SECOND), 5);
	cr_expect_eq(simulated_stats(&t).tx_lost, 0);
	close_balanced(5);
}

/* An interrupt that is lost delays a lone packet; it is not given up. */
Test(lost, a_lost_interrupt_is_no_lost_completion)
{
	struct zcxsk_packet p;
	uint32_t count;

	open_with(ZCXSK_TOKENS_OFF, 0);
	simulated_fault(&t, ZCXSK_SIM_INTERRUPT_LOST, FOR_EVER, 0);
	for (uint32_t i = 0; i < 20; i++) {
		simulated_send(&t, 1);
		cr_expect_eq(zcxsk_rx_wait(t.socket, &p, 1, 100 * MS, &count), -ETIMEDOUT);
		cr_expect_eq(zcxsk_tx_outstanding(t.socket), 0);
	}
	cr_expect_eq(simulated_stats(&t).tx_lost, 0);
	close_balanced(0);
}

/* ---- tokens ------------------------------------------------------------------ */

static void send_token(uint64_t token)
{
	struct zcxsk_packet p;

	cr_assert_eq(zcxsk_tx_alloc(t.socket, &p, 1, 60), 1);
	cr_assert_eq(zcxsk_tx_burst_tokens(t.socket, &p, &token, 1), 1);
	zcxsk_sim_advance(t.sim, NAP);
}

Test(lost, tokens_in_order_go_on_after_lost_ns)
{
	uint64_t got[8];

	open_with(ZCXSK_TOKENS_IN_ORDER, 0);
	send_token(1);
	simulated_fault(&t, ZCXSK_SIM_COMPLETION_LOST, 2 * NAP - 1, 0);
	send_token(2);
	send_token(3);
	send_token(4);
	cr_expect_eq(zcxsk_tx_done(t.socket, got, 8), 1);
	cr_expect_eq(got[0], 1);
	zcxsk_sim_advance(t.sim, LOST_NS - 1 * MS);
	cr_expect_eq(zcxsk_tx_done(t.socket, got, 8), 0);
	zcxsk_sim_advance(t.sim, 2 * MS);
	cr_expect_eq(zcxsk_tx_done(t.socket, got, 8), 1);
	cr_expect_eq(got[0], 4);
	cr_expect_eq(simulated_stats(&t).tx_lost, 2);
	close_balanced(2);
}

/* Otherwise the ring would stay full for lost_ns. */
Test(lost, tokens_in_order_go_on_when_the_ring_is_full)
{
	uint64_t got[64], next = 2;

	open_with(ZCXSK_TOKENS_IN_ORDER, 0);
	simulated_fault(&t, ZCXSK_SIM_COMPLETION_LOST, 0, 0);
	send_token(1);
	for (uint64_t i = 2; i < 500; i++) {
		uint32_t n;

		send_token(i);
		n = zcxsk_tx_done(t.socket, got, 64);
		for (uint32_t k = 0; k < n; k++)
			cr_assert_eq(got[k], next++);
	}
	cr_expect_eq(next, 500);
	cr_expect_eq(simulated_stats(&t).tx_lost, 1);
	close_balanced(1);
}

Test(lost, tokens_as_done_are_not_held_up)
{
	uint64_t got[8];

	open_with(ZCXSK_TOKENS_AS_DONE, 0);
	simulated_fault(&t, ZCXSK_SIM_COMPLETION_LOST, 0, 0);
	send_token(1);
	for (uint64_t i = 2; i < 500; i++) {
		send_token(i);
		cr_assert_eq(zcxsk_tx_done(t.socket, got, 8), 1);
		cr_assert_eq(got[0], i);
	}
	close_balanced(1);
}

/* ---- the end of the queue ------------------------------------------------------ */

static void rebuild_recovers(uint32_t pool_flags)
{
	struct zcxsk_stats st;

	open_with(ZCXSK_TOKENS_OFF, pool_flags);
	lose_one();
	send_and_nap(3);
	cr_expect_eq(zcxsk_tx_drain(t.socket, 3 * SECOND), 0);
	lose_one();
	simulated_fault(&t, ZCXSK_SIM_REOPEN_FAILS, 0, EBUSY);
	cr_expect_eq(zcxsk_socket_rebuild(t.socket, NULL), -EBUSY);
	cr_expect_eq(simulated_places(&t), FRAMES);
	cr_assert_eq(zcxsk_socket_rebuild(t.socket, NULL), 0);
	st = simulated_stats(&t);
	cr_expect_eq(st.in_lost, 0);
	cr_expect_eq(st.tx_abandoned, 2);
	cr_expect_eq(simulated_places(&t), FRAMES);
	send_and_nap(1);
	cr_expect_eq(zcxsk_tx_drain(t.socket, SECOND), 0);
	close_balanced(0);
}

Test(lost, a_rebuild_recovers_the_frames)
{
	rebuild_recovers(0);
}

Test(lost, a_rebuild_recovers_the_frames_by_the_ledger)
{
	rebuild_recovers(ZCXSK_POOL_CHECK);
}

/* ---- a thread that kicks ------------------------------------------------------- */

/* Whatever was completed wrongly, the kicker knows whether the kernel holds frames. */
static void kicker_knows(enum zcxsk_sim_kind kind, uint64_t value)
{
	open_with(ZCXSK_TOKENS_OFF, 0);
	cr_expect(!outstanding_in_kernel(t.socket));
	simulated_fault(&t, kind, 0, value);
	send_and_nap(1);
	send_and_nap(2);
	zcxsk_tx_reap(t.socket);
	cr_expect(!outstanding_in_kernel(t.socket), "nothing more will be completed");
	simulated_fault(&t, ZCXSK_SIM_DEVICE_STOPS, FOR_EVER, 0);
	send_and_nap(1);
	cr_expect(outstanding_in_kernel(t.socket), "one is in the device");
	zcxsk_tx_reap(t.socket);
	cr_expect(outstanding_in_kernel(t.socket), "one is still in the device");
	simulated_close(&t);
}

Test(lost, the_kicker_after_a_foreign_completion)
{
	kicker_knows(ZCXSK_SIM_COMPLETION_FOREIGN, 0);
}

Test(lost, the_kicker_after_a_doubled_completion)
{
	kicker_knows(ZCXSK_SIM_COMPLETION_DOUBLED, 0);
}

Test(lost, the_kicker_after_a_lost_completion)
{
	kicker_knows(ZCXSK_SIM_COMPLETION_LOST, 0);
}

Test(lost, the_kicker_after_a_late_completion)
{
	kicker_knows(ZCXSK_SIM_COMPLETION_LATE, 500 * US);
}

Test(lost, the_kicker_after_a_swallowed_descriptor)
{
	kicker_knows(ZCXSK_SIM_DESCRIPTOR_SWALLOWED, 0);
}
