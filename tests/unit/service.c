/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * service.c - zcxsk_socket_service() without a descriptor, and waits for a link, on the
 * simulated kernel: what is due is done, what has changed is reported, and each wait ends.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zcxsk/rx.h>
#include <zcxsk/service.h>
#include <zcxsk/watchdog.h>

#include "base/fd.h"
#include "datapath/service.h"
#include "datapath/timer.h"
#include "simulated.h"

#define EVENTS 16u
#define FRAMES 128u
#define BURST 64u
#define TAIL (50 * US) /* the default */
#define FOREVER UINT64_MAX

static struct simulated t;
static struct zcxsk_event events[EVENTS];

static uint32_t serve(void)
{
	uint32_t n = EVENTS + 1;

	cr_assert_eq(zcxsk_socket_service(t.socket, events, EVENTS, &n), 0);
	cr_assert_leq(n, EVENTS);
	return n;
}

static void init(void)
{
	simulated_init(&t);
}

static void fini(void)
{
	simulated_close(&t);
}

TestSuite(service, .init = init, .fini = fini);

Test(service, it_refuses_wrong_arguments)
{
	uint32_t n = 7;

	simulated_open(&t);
	cr_assert_eq(zcxsk_socket_service(NULL, events, EVENTS, &n), -EINVAL);
	cr_assert_eq(n, 0);
	cr_assert_eq(zcxsk_socket_service(t.socket, NULL, EVENTS, &n), -EINVAL);
	cr_assert_eq(zcxsk_socket_service(t.socket, events, EVENTS, NULL), -EINVAL);
	cr_assert_eq(zcxsk_socket_service(t.socket, NULL, 0, &n), 0);
	cr_assert_eq(zcxsk_socket_service_fd(NULL), -EINVAL);
	cr_assert_eq(zcxsk_socket_service_fd(t.socket), -EOPNOTSUPP);
	cr_assert_eq(zcxsk_socket_link_wait(NULL, 0), -EINVAL);
}

/* Forwards everything that is there. */
static uint32_t forward(void)
{
	struct zcxsk_packet p[BURST];
	uint32_t n, all = 0;

	while ((n = zcxsk_rx_burst(t.socket, p, BURST))) {
		cr_assert_eq(zcxsk_tx_burst(t.socket, p, n), n);
		all += n;
	}
	return all;
}

/* Frames that come back as completions are posted, without a call that receives. */
Test(service, it_posts_the_frames_of_completed_packets)
{
	uint32_t arrived = 0;

	t.umem.frames = FRAMES;
	simulated_open(&t);
	while (!zcxsk_sim_receive(t.sim, NULL, 60)) {
		forward();
		cr_assert_lt(arrived++, 2 * FRAMES);
		if (arrived == 2 * FRAMES - 1)
			break;
	}
	for (unsigned i = 0; i < 20 && zcxsk_tx_outstanding(t.socket); i++) {
		zcxsk_sim_advance(t.sim, MS);
		serve();
	}
	cr_assert_eq(zcxsk_tx_outstanding(t.socket), 0);
	cr_assert_gt(simulated_stats(&t).in_fill_ring + simulated_stats(&t).in_kernel_rx,
		     FRAMES / 4);
	cr_assert_eq(zcxsk_sim_receive(t.sim, NULL, 60), 0, "the device has a frame");
	cr_assert_eq(simulated_places(&t), FRAMES);
}

Test(service, it_kicks_when_the_tail_time_is_over)
{
	uint64_t kicks;

	t.opts.kick_policy = ZCXSK_KICK_BATCH;
	simulated_open(&t);
	simulated_send(&t, 1);
	kicks = simulated_device(&t).kicks;
	serve();
	cr_assert_eq(simulated_device(&t).kicks, kicks);
	zcxsk_sim_advance(t.sim, TAIL);
	serve();
	cr_assert_eq(simulated_device(&t).kicks, kicks + 1);
	cr_assert_eq(simulated_stats(&t).tx_kicks_tail, 1);
}

/* Also without a watchdog, and with a policy that leaves kicks to the application. */
Test(service, it_repeats_a_refused_kick)
{
	t.opts.watchdog_first_ns = UINT64_MAX;
	t.opts.kick_policy = ZCXSK_KICK_MANUAL;
	simulated_open(&t);
	simulated_fault(&t, ZCXSK_SIM_LINK_DOWN, 50 * MS, 0);
	simulated_send(&t, 4);
	cr_assert_eq(zcxsk_tx_flush(t.socket), 4);
	cr_assert_eq(zcxsk_socket_status(t.socket), -ENETDOWN);
	zcxsk_sim_advance(t.sim, 20 * MS);
	serve();
	cr_assert_eq(simulated_stats(&t).in_tx_ring, 4);
	zcxsk_sim_advance(t.sim, 50 * MS);
	serve();
	zcxsk_sim_advance(t.sim, 10 * MS);
	serve();
	cr_assert_eq(zcxsk_tx_outstanding(t.socket), 0);
	cr_assert_eq(zcxsk_socket_status(t.socket), 0);
}

/* Packets that the application flushes are in flight from then on only. */
Test(service, a_flush_arms_the_timer)
{
	t.opts.kick_policy = ZCXSK_KICK_MANUAL;
	simulated_open(&t);
	cr_assert_eq(timer_open(t.socket), 0);
	simulated_send(&t, 4);
	cr_assert_eq(t.socket->timer.due_ns, 0);
	zcxsk_tx_flush(t.socket);
	cr_expect_neq(t.socket->timer.due_ns, 0);
	cr_expect_leq(t.socket->timer.due_ns, zcxsk_sim_now(t.sim) + MS);
}

/* The first attempt to make the descriptor failed after the timer was armed. */
Test(service, a_second_timer_is_armed)
{
	simulated_open(&t);
	cr_assert_eq(timer_open(t.socket), 0);
	simulated_send(&t, 4);
	cr_assert_neq(t.socket->timer.due_ns, 0);
	timer_close(t.socket);
	zcxsk_sim_advance(t.sim, SECOND);
	cr_assert_eq(timer_open(t.socket), 0);
	cr_expect_gt(t.socket->timer.due_ns, zcxsk_sim_now(t.sim));
}

Test(service, it_reports_each_change_of_the_link_once)
{
	simulated_open(&t);
	cr_assert_eq(serve(), 0);
	simulated_fault(&t, ZCXSK_SIM_LINK_DOWN, 50 * MS, 0);
	zcxsk_sim_advance(t.sim, 20 * MS);
	cr_assert_eq(serve(), 1);
	cr_assert_eq(events[0].type, ZCXSK_EVENT_LINK_DOWN);
	cr_assert_eq(zcxsk_socket_status(t.socket), -ENETDOWN);
	zcxsk_sim_advance(t.sim, 20 * MS);
	cr_assert_eq(serve(), 0);
	zcxsk_sim_advance(t.sim, 20 * MS);
	cr_assert_eq(serve(), 1);
	cr_assert_eq(events[0].type, ZCXSK_EVENT_LINK_UP);
	cr_assert_eq(zcxsk_socket_status(t.socket), 0);
}

Test(service, events_wait_for_room)
{
	uint32_t n;

	t.opts.stall_ns = 20 * MS;
	simulated_open(&t);
	simulated_fault(&t, ZCXSK_SIM_DEVICE_STOPS, FOREVER, 0);
	simulated_send(&t, 3);
	for (unsigned i = 0; i < 10; i++) {
		cr_assert_eq(zcxsk_socket_service(t.socket, NULL, 0, &n), 0);
		zcxsk_sim_advance(t.sim, 10 * MS);
	}
	cr_assert_eq(zcxsk_socket_status(t.socket), -ETIME, "the status is the state");
	cr_assert_eq(serve(), 1);
	cr_assert_eq(events[0].type, ZCXSK_EVENT_STALL);
	cr_assert_eq(events[0].count, 1);
	cr_assert_geq(events[0].value, 20 * MS);
	cr_assert_eq(serve(), 0, "an event is a change");
	cr_assert_eq(zcxsk_socket_status(t.socket), -ETIME);
}

/* The watch is read for each call only if it may have been what woke the owner. */
Test(service, packets_leave_the_watched_link_alone_for_a_while)
{
	uint64_t checked;

	simulated_open(&t);
	cr_assert_eq(linkwatch_open(&t.socket->wait.link, 1, -1), 0); /* lo */
	cr_assert_eq(zcxsk_sim_receive(t.sim, NULL, 60), 0);
	serve();
	checked = t.socket->service.link_ns;
	cr_assert_neq(checked, 0);
	zcxsk_sim_advance(t.sim, 10 * US);
	serve();
	cr_expect_eq(t.socket->service.link_ns, checked);
	zcxsk_sim_advance(t.sim, SECOND);
	serve();
	cr_expect_gt(t.socket->service.link_ns, checked);
}

Test(service, any_descriptor_will_do)
{
	simulated_open(&t);
	t.socket->fd = eventfd(0, EFD_CLOEXEC); /* in place of a kernel socket */
	close(STDIN_FILENO);
	t.socket->service.fd = epoll_create1(EPOLL_CLOEXEC);
	cr_assert_eq(t.socket->service.fd, STDIN_FILENO);
	cr_assert_eq(service_attach(t.socket), 0);
	cr_expect_eq(t.socket->service.kernel_fd, t.socket->fd);
	service_close(t.socket);
	fd_close(&t.socket->fd);
}

/* ---- waits and the link ------------------------------------------------------------ */

static uint64_t now(void)
{
	return zcxsk_sim_now(t.sim);
}

Test(service, a_wait_for_the_link_ends_when_it_is_up_or_at_its_deadline)
{
	uint64_t start;

	simulated_open(&t);
	cr_assert_eq(zcxsk_socket_link_wait(t.socket, 0), 0);
	simulated_fault(&t, ZCXSK_SIM_LINK_DOWN, 900 * MS, 0);
	zcxsk_sim_advance(t.sim, MS);
	serve();
	zcxsk_sim_advance(t.sim, 10 * MS);
	serve();
	start = now();
	cr_assert_eq(zcxsk_socket_link_wait(t.socket, 0), -ETIMEDOUT);
	cr_assert_eq(zcxsk_socket_link_wait(t.socket, 1), -ETIMEDOUT);
	cr_assert_lt(now() - start, MS);
	cr_assert_eq(zcxsk_socket_link_wait(t.socket, 100 * MS), -ETIMEDOUT);
	cr_assert_geq(now() - start, 100 * MS);
	cr_assert_lt(now() - start, 110 * MS);
	cr_assert_eq(zcxsk_socket_link_wait(t.socket, FOREVER), 0);
	cr_assert_lt(now() - start, 1900 * MS);
}

Test(service, a_wait_for_packets_sleeps_while_the_link_is_down)
{
	const struct zcxsk_packet *view;
	uint64_t start;
	uint32_t n;

	simulated_open(&t);
	simulated_fault(&t, ZCXSK_SIM_LINK_DOWN, 900 * MS, 0);
	zcxsk_sim_advance(t.sim, MS);
	start = now();
	cr_assert_eq(zcxsk_rx_view_wait(t.socket, &view, 1, 100 * MS, &n), -ENETDOWN);
	cr_assert_geq(now() - start, 100 * MS);
	cr_assert_eq(zcxsk_rx_view_wait(t.socket, &view, 1, 0, &n), -ENETDOWN);
	cr_assert_eq(zcxsk_rx_view_wait(t.socket, &view, 1, 1, &n), -ENETDOWN);
	cr_assert_eq(zcxsk_rx_view_wait(t.socket, &view, 1, FOREVER, &n), 0, "the link is up");
	cr_assert_eq(n, 0);
	cr_assert_geq(now() - start, 890 * MS);
	cr_assert_eq(zcxsk_rx_view_wait(t.socket, &view, 1, 100 * MS, &n), -ETIMEDOUT);
	cr_assert_eq(zcxsk_rx_view_wait(t.socket, &view, 1, 1, &n), -ETIMEDOUT);
}

/* A receiver that does not sleep asks the kernel, but not in each call. */
Test(service, a_receiver_asks_for_a_link_that_is_down_from_time_to_time)
{
	struct zcxsk_packet p;
	uint64_t receives;

	simulated_open(&t);
	simulated_fault(&t, ZCXSK_SIM_LINK_DOWN, 200 * MS, 0);
	zcxsk_sim_advance(t.sim, 20 * MS);
	serve();
	cr_assert_eq(zcxsk_socket_status(t.socket), -ENETDOWN);
	receives = simulated_device(&t).receives;
	for (unsigned i = 0; i < 100; i++)
		zcxsk_rx_burst(t.socket, &p, 1);
	cr_assert_leq(simulated_device(&t).receives - receives, 1);
	zcxsk_sim_advance(t.sim, 200 * MS);
	zcxsk_rx_burst(t.socket, &p, 1);
	cr_assert_eq(zcxsk_socket_status(t.socket), 0);
}
