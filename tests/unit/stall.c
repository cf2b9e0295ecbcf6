/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stall.c - a stall is a state: it is reported by each call that waits for frames, and by the
 * status, until a frame is completed; no call takes it from another.
 */
#include <errno.h>
#include <zcxsk/rx.h>
#include <zcxsk/watchdog.h>

#include "datapath/events.h"
#include "datapath/kernel_calls.h"
#include "datapath/socket.h"
#include "datapath/timer.h"
#include "simulated.h"

#define FRAMES 256u
#define RING 16u
#define STOPPED (60 * SECOND)

static struct simulated t;
static struct zcxsk_packet held[64];
static uint32_t held_count;

/* The device stands still, the TX ring is full, and the stall has begun. */
static void open_stalled(void)
{
	simulated_init(&t);
	t.umem.frames = FRAMES;
	t.sim_opts.fill_ring_size = 64;
	t.sim_opts.tx_ring_size = RING;
	t.opts.tx_limit = RING;
	simulated_open(&t);
	simulated_fault(&t, ZCXSK_SIM_DEVICE_STOPS, STOPPED, 0);
	held_count = zcxsk_tx_alloc(t.socket, held, 64, 60);
	cr_assert_eq(held_count, 64);
	held_count -= zcxsk_tx_burst(t.socket, held + 64 - RING, RING);
	cr_assert_eq(held_count, 64 - RING);
	cr_assert_eq(zcxsk_tx_drain(t.socket, 3 * SECOND), RING);
}

static uint32_t stall_events(void)
{
	struct zcxsk_event events[EVENT_TYPES];
	uint32_t n = events_take(&t.socket->events, events, EVENT_TYPES), count = 0;

	for (uint32_t i = 0; i < n; i++)
		if (events[i].type == ZCXSK_EVENT_STALL)
			count += events[i].count;
	return count;
}

static void end_stall(void)
{
	zcxsk_sim_advance(t.sim, STOPPED);
	cr_expect_eq(zcxsk_tx_drain(t.socket, 2 * SECOND), 0);
	cr_expect_eq(zcxsk_socket_status(t.socket), 0);
	cr_expect_eq(zcxsk_packet_release(t.socket, held, held_count), held_count);
	cr_expect_eq(simulated_places(&t), FRAMES);
	cr_expect_eq(simulated_close(&t), 0);
}

Test(stall, a_drain_waits_on_and_takes_nothing)
{
	uint64_t start;

	open_stalled();
	start = zcxsk_sim_now(t.sim);
	cr_expect_eq(zcxsk_tx_drain(t.socket, 5 * SECOND), RING);
	cr_expect_geq(zcxsk_sim_now(t.sim) - start, 5 * SECOND);
	cr_expect_eq(zcxsk_socket_status(t.socket), -ETIME);
	end_stall();
}

Test(stall, each_wait_for_frames_reports_it_after_trying)
{
	uint32_t count = 7;

	open_stalled();
	for (uint32_t i = 0; i < 10; i++) {
		uint64_t start = zcxsk_sim_now(t.sim);

		cr_expect_eq(zcxsk_tx_wait(t.socket, held, 4, UINT64_MAX, &count), -ETIME);
		cr_expect_eq(count, 0);
		cr_expect_eq(zcxsk_tx_send_wait(t.socket, "x", 1, UINT64_MAX), -ETIME);
		cr_expect_lt(zcxsk_sim_now(t.sim) - start, 1 * SECOND);
		cr_expect_eq(zcxsk_socket_status(t.socket), -ETIME);
	}
	end_stall();
}

Test(stall, a_wait_succeeds_if_there_is_room_again)
{
	uint32_t count;

	open_stalled();
	cr_expect_eq(zcxsk_tx_wait(t.socket, held, 4, UINT64_MAX, &count), -ETIME);
	zcxsk_sim_advance(t.sim, STOPPED);
	cr_expect_eq(zcxsk_tx_wait(t.socket, held + held_count - 4, 4, UINT64_MAX, &count), 0);
	cr_expect_eq(count, 4);
	held_count -= 4;
	cr_expect_eq(zcxsk_tx_send_wait(t.socket, "x", 1, UINT64_MAX), 0);
	cr_expect_eq(zcxsk_socket_status(t.socket), 0);
	end_stall();
}

Test(stall, the_event_comes_once_a_stall)
{
	uint32_t count;

	open_stalled();
	cr_expect_eq(stall_events(), 1);
	for (uint32_t i = 0; i < 10; i++)
		cr_expect_eq(zcxsk_tx_wait(t.socket, held, 4, 10 * SECOND, &count), -ETIME);
	cr_expect_eq(stall_events(), 0);
	cr_expect_eq(simulated_stats(&t).tx_stalls, 1);
	end_stall();
}

/* The long intervals of a stall end with it: an owner in an event loop of its own is woken. */
Test(stall, frames_sent_after_it_are_checked_in_time)
{
	struct zcxsk_event events[EVENT_TYPES];
	uint32_t n;

	open_stalled();
	zcxsk_sim_advance(t.sim, SECOND / 2); /* the device moves again between two checks */
	cr_assert_eq(timer_open(t.socket), 0);
	while (zcxsk_sim_now(t.sim) < STOPPED + SECOND) { /* it began within a second */
		zcxsk_sim_advance(t.sim, 10 * MS);
		if (timer_expired(t.socket))
			zcxsk_socket_service(t.socket, events, EVENT_TYPES, &n);
	}
	zcxsk_sim_advance(t.sim, 100 * MS);
	cr_assert_gt(t.socket->timer.due_ns, kernel_clock(t.socket) + 100 * MS,
		     "a stall is checked rarely");
	cr_assert_eq(zcxsk_tx_reap(t.socket), RING);
	cr_assert_eq(zcxsk_tx_burst(t.socket, held, 1), 1);
	cr_expect_leq(t.socket->timer.due_ns, kernel_clock(t.socket) + MS);
	held_count--;
	memmove(held, held + 1, held_count * sizeof(held[0]));
	end_stall();
}
