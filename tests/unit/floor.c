/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * floor.c - the floor of frames: in zero copy the kernel keeps as many frames as fill the RX
 * ring and the device, whatever the application does with the packets it received. The
 * simulated kernel's device has a ring, as a card has.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <zcxsk/zcxsk.h>
#include <zcxsk/sim.h>

#include "prng.h"

#define RX_RING 64u
#define DEVICE 32u
#define FLOOR (RX_RING + DEVICE)
#define FRAMES 512u
#define SPARE FLOOR /* frames posted above the floor */
#define POSTED (FLOOR + SPARE)
#define FIRST_INDEX (UINT32_MAX - 100)
#define US 1000ull /* ns */
#define MS 1000000ull
#define S 1000000000ull

static struct zcxsk_sim *sim;
static struct zcxsk_socket *socket;
static struct zcxsk_socket_opts opts;
static struct zcxsk_packet held[FRAMES];
static uint32_t held_count;

static int try_open(struct zcxsk_socket **out, struct zcxsk_kernel *kernel, uint64_t frames,
		    uint32_t device, struct zcxsk_error *error)
{
	struct zcxsk_sim_opts so;
	struct zcxsk_umem_opts uo;

	zcxsk_sim_opts_init(&so);
	so.rx_ring_size = RX_RING;
	so.fill_ring_size = 512;
	so.tx_ring_size = 512;
	so.device_slots = DEVICE;
	so.first_index = FIRST_INDEX;
	zcxsk_umem_opts_init(&uo);
	uo.frames = frames;
	opts.umem_opts = &uo;
	cr_assert_eq(zcxsk_sim_create(&sim, &so), 0);
	*kernel = *zcxsk_sim_kernel(sim);
	kernel->device_rx_ring = device;
	return zcxsk_socket_open_on(out, kernel, &opts, error);
}

static void open_frames(uint64_t frames, uint32_t device)
{
	struct zcxsk_error error = {0};
	struct zcxsk_kernel kernel;

	cr_assert_eq(try_open(&socket, &kernel, frames, device, &error), 0, "%s", error.cause);
	held_count = 0;
}

static void start(void)
{
	zcxsk_socket_opts_init(&opts);
	opts.tx_limit = 512;
	opts.kick_policy = ZCXSK_KICK_MANUAL;
	opts.watchdog_first_ns = UINT64_MAX;
}

static void open_plain(void)
{
	open_frames(FRAMES, DEVICE);
}

static void stop(void)
{
	zcxsk_socket_close(socket);
	zcxsk_sim_destroy(sim);
}

static struct zcxsk_stats stats(void)
{
	struct zcxsk_stats st;

	zcxsk_stats_init(&st);
	cr_assert_eq(zcxsk_socket_read_stats(socket, &st), 0);
	return st;
}

static uint64_t sim_waits(void)
{
	struct zcxsk_sim_stats st;

	zcxsk_sim_stats_init(&st);
	cr_assert_eq(zcxsk_sim_read_stats(sim, &st), 0);
	return st.waits;
}

/* Frames that the kernel keeps even if the RX ring fills up: those it was given, and not got. */
static int32_t kept(void)
{
	uint32_t submitted = *zcxsk_fast_of(socket)->fill.producer - FIRST_INDEX;
	uint32_t received = zcxsk_fast_of(socket)->rx.cached_cons - FIRST_INDEX;

	return (int32_t)(submitted - received - RX_RING);
}

static void check_floor(void)
{
	cr_assert_geq(kept(), (int32_t)DEVICE);
}

/* As many packets arrive as the RX ring has room for. */
static void arrive(uint32_t n)
{
	while (n--)
		cr_assert(zcxsk_sim_receive(sim, NULL, 60) != -EINVAL);
	check_floor();
}

static uint32_t receive_and_hold(uint32_t n)
{
	n = zcxsk_rx_burst(socket, held + held_count, n);
	held_count += n;
	check_floor();
	return n;
}

/* Only a view of fewer packets than there are may have been refused by the floor. */
static void receive_and_release(uint32_t max)
{
	uint64_t there = stats().in_rx_ring, refused = stats().rx_floor;
	const struct zcxsk_packet *view;
	uint32_t n = zcxsk_rx_view(socket, &view, max);

	cr_assert(stats().rx_floor == refused || (n < max && n < there));
	check_floor();
	cr_assert_eq(zcxsk_packet_release(socket, view, n), n);
}

/* Receives until the floor refuses. */
static void hold_all(void)
{
	do
		arrive(RX_RING);
	while (receive_and_hold(RX_RING));
}

static void give_back(uint32_t n)
{
	held_count -= n;
	cr_assert_eq(zcxsk_packet_release(socket, held + held_count, n), n);
	check_floor();
}

/* Sends the first n of the held packets, or as many as there is room for. */
static uint32_t send_held(uint32_t n)
{
	n = zcxsk_tx_burst(socket, held, n);
	held_count -= n;
	memmove(held, held + n, held_count * sizeof(held[0]));
	check_floor();
	return n;
}

TestSuite(floor, .init = start, .fini = stop);

Test(floor, an_application_that_holds_everything_leaves_the_kernel_its_frames)
{
	open_plain();
	hold_all();
	cr_assert_eq(held_count, FRAMES - FLOOR);
	cr_assert_eq(kept(), DEVICE);
	cr_assert_eq(zcxsk_socket_status(socket), -ENOBUFS);
	cr_assert_gt(stats().rx_floor, 0);
	give_back(held_count);
}

Test(floor, an_application_that_never_receives_leaves_the_kernel_its_frames)
{
	open_plain();
	arrive(2 * POSTED);
	cr_assert_eq(kept(), POSTED - RX_RING);
	cr_assert_eq(zcxsk_socket_status(socket), 0);
}

Test(floor, frames_given_back_one_of_eight_go_to_the_floor_first)
{
	open_plain();
	for (uint32_t round = 0; round < 1000; round++) {
		arrive(8);
		receive_and_hold(8);
		if (held_count)
			give_back(1);
	}
	receive_and_hold(8);
	cr_assert_eq(zcxsk_socket_status(socket), -ENOBUFS);
	give_back(held_count);
	cr_assert_eq(zcxsk_socket_status(socket), 0);
}

Test(floor, packets_forwarded_and_never_flushed_count_as_held)
{
	uint32_t sent = 0, n;

	open_plain();
	do {
		arrive(RX_RING);
		n = receive_and_hold(16);
		sent += send_held(n);
	} while (n);
	cr_assert_eq(sent, FRAMES - FLOOR);
	cr_assert_eq(zcxsk_socket_status(socket), -ENOBUFS);
	zcxsk_tx_flush(socket);
	zcxsk_sim_advance(sim, 10 * MS);
	cr_assert_gt(receive_and_hold(16), 0, "completed frames are posted again");
	cr_assert_eq(zcxsk_socket_status(socket), 0);
	give_back(held_count);
}

Test(floor, frames_allocated_for_sending_count_as_held)
{
	uint32_t n;

	open_plain();
	while ((n = zcxsk_tx_alloc(socket, held + held_count, 100, 60)))
		held_count += n;
	check_floor();
	cr_assert_eq(held_count, FRAMES - POSTED);
	hold_all();
	cr_assert_eq(held_count, FRAMES - FLOOR);
	give_back(held_count);
}

Test(floor, a_refused_view_ends_a_burst)
{
	open_plain();
	arrive(RX_RING);
	cr_assert_eq(receive_and_hold(FRAMES), RX_RING);
	arrive(RX_RING);
	cr_assert_eq(receive_and_hold(FRAMES), RX_RING);
	hold_all();
	cr_assert_eq(zcxsk_rx_burst(socket, held + held_count, 1), 0);
	give_back(held_count);
}

/* Packets wait all the time: POLLIN would end each sleep at once. */
Test(floor, a_wait_says_that_the_application_holds_the_frames)
{
	uint64_t waits, before;
	uint32_t n;

	open_plain();
	hold_all();
	waits = sim_waits();
	before = zcxsk_sim_now(sim);
	cr_assert_eq(zcxsk_rx_wait(socket, held + held_count, 1, S, &n), -ENOBUFS);
	cr_assert_eq(n, 0);
	cr_assert_eq(sim_waits(), waits);
	cr_assert_lt(zcxsk_sim_now(sim), before + MS);
	give_back(held_count);
	cr_assert_eq(zcxsk_rx_wait(socket, held, 1, S, &n), 0);
	cr_assert_eq(zcxsk_packet_release(socket, held, n), 1);
}

Test(floor, a_wait_sleeps_until_packets_in_flight_return)
{
	struct zcxsk_sim_fault stop_device = {.kind = ZCXSK_SIM_DEVICE_STOPS, .span_ns = 50 * MS};
	uint64_t waits;
	uint32_t n;

	open_plain();
	hold_all();
	send_held(held_count);
	cr_assert_eq(zcxsk_sim_add_fault(sim, &stop_device), 0);
	zcxsk_sim_advance(sim, US);
	waits = sim_waits();
	cr_assert_eq(zcxsk_rx_wait(socket, held + held_count, 1, 5 * MS, &n), -ETIMEDOUT);
	cr_assert_lt(sim_waits(), waits + 40, "sleeps get longer");
	cr_assert_eq(zcxsk_rx_wait(socket, held + held_count, 1, S, &n), 0);
	cr_assert_eq(n, 1);
	cr_assert_lt(sim_waits(), waits + 80);
	cr_assert_eq(zcxsk_packet_release(socket, held + held_count, 1), 1);
}

/* The owner sleeps in a poll() of its own: nothing else would wake it. */
Test(floor, frames_given_back_near_the_floor_are_posted_at_once)
{
	int32_t before;

	open_plain();
	hold_all();
	for (uint32_t i = 0; i < 24; i++) {
		before = kept();
		give_back(1);
		cr_assert_eq(kept(), before + 1);
	}
	give_back(held_count);
}

Test(floor, frames_that_completed_near_the_floor_are_posted_at_once)
{
	open_plain();
	hold_all();
	cr_assert_eq(send_held(50), 50);
	zcxsk_tx_flush(socket);
	zcxsk_sim_advance(sim, 10 * MS);
	cr_assert_eq(kept(), DEVICE);
	zcxsk_tx_reap(socket);
	cr_assert_eq(kept(), DEVICE + 50);
	give_back(held_count);
}

/* So few frames are owed that they gather: a burst that needs them all has them posted. */
Test(floor, a_burst_of_the_last_spare_frame_was_not_refused)
{
	uint32_t owed = SPARE / 2 - 1, idle = RX_RING - (SPARE - owed);

	open_plain();
	held_count = zcxsk_tx_alloc(socket, held, FRAMES - POSTED - idle, 60);
	cr_assert_eq(held_count, FRAMES - POSTED - idle);
	arrive(owed);
	cr_assert_eq(receive_and_hold(owed), owed);
	cr_assert_eq(stats().in_fill_ring + stats().in_kernel_rx, POSTED - owed);
	arrive(RX_RING);
	cr_assert_eq(receive_and_hold(RX_RING), RX_RING);
	cr_assert_eq(kept(), DEVICE);
	cr_assert_eq(stats().rx_floor, 0);
	give_back(held_count);
}

/* A small floor without a device: a socket that sleeps in poll() is always woken. */
Test(floor, a_kernel_without_traffic_of_its_own_keeps_a_few_frames)
{
	uint32_t n;

	open_frames(64, 0);
	do {
		cr_assert_eq(zcxsk_sim_receive(sim, NULL, 60), 0);
		n = zcxsk_rx_burst(socket, held + held_count, 1);
		held_count += n;
	} while (n);
	cr_assert_geq(kept() + (int32_t)RX_RING, 8);
	cr_assert_eq(zcxsk_socket_status(socket), -ENOBUFS);
	cr_assert_eq(zcxsk_packet_release(socket, held, held_count), held_count);
}

Test(floor, too_few_frames_for_the_device_are_refused_with_the_numbers)
{
	struct zcxsk_error error = {0};
	struct zcxsk_socket *none;
	struct zcxsk_kernel kernel;

	open_plain();
	stop();
	cr_assert_eq(try_open(&none, &kernel, FLOOR + 100, DEVICE, &error), -ENOMEM);
	cr_assert(strstr(error.cause, "needs 224 frames"), "%s", error.cause);
	cr_assert(strstr(error.cause, "64 for the RX ring, 32 for the device"), "%s", error.cause);
	cr_assert(strstr(error.cause, "196 are free"), "%s", error.cause);
	cr_assert(strstr(error.remedy, "rx_ring_size 32"), "%s", error.remedy);
	zcxsk_sim_destroy(sim);
	open_frames(FLOOR + 128, DEVICE);
	hold_all();
	give_back(held_count);
}

/* ---- at random --------------------------------------------------------------- */

static void step(struct prng *random)
{
	uint32_t n = 1 + prng_below(random, 48);

	switch (prng_below(random, 8)) {
	case 0:
	case 1:
		arrive(n);
		break;
	case 2:
		receive_and_hold(n < FRAMES - held_count ? n : FRAMES - held_count);
		break;
	case 3:
		receive_and_release(n);
		break;
	case 4:
		n /= 4; /* it collects packets */
		give_back(n < held_count ? n : held_count);
		break;
	case 5:
		send_held(n < held_count ? n : held_count);
		break;
	case 6:
		n = n < FRAMES - held_count ? n : FRAMES - held_count;
		held_count += zcxsk_tx_alloc(socket, held + held_count, n, 60);
		break;
	default:
		if (n % 4 == 0)
			zcxsk_tx_flush(socket);
		zcxsk_sim_advance(sim, n * US);
	}
	check_floor();
}

Test(floor, the_kernel_keeps_its_frames_whatever_the_application_does)
{
	uint64_t refused = 0;

	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct prng random = {seed};

		start();
		opts.kick_policy = (uint32_t)(seed % 4);
		open_plain();
		for (uint32_t i = 0; i < 5000; i++)
			step(&random);
		refused += stats().rx_floor;
		if (seed < 40)
			stop();
	}
	cr_assert_gt(refused, 1000, "refused %u times", (unsigned)refused);
}

/* The application holds all that it may: the new queue gets the floor, and the rest later. */
Test(floor, a_rebuild_while_the_application_holds_everything)
{
	struct zcxsk_error error = {0};
	struct zcxsk_pool_opts pool;

	zcxsk_pool_opts_init(&pool);
	pool.flags = ZCXSK_POOL_CHECK;
	opts.pool_opts = &pool;
	open_plain();
	hold_all();
	cr_assert_eq(held_count, FRAMES - FLOOR);
	cr_assert_eq(zcxsk_socket_rebuild(socket, &error), 0, "%s", error.cause);
	check_floor();
	cr_assert_eq(stats().in_fill_ring + stats().in_kernel_rx, FLOOR);
	give_back(held_count);
	arrive(8);
	cr_assert_eq(receive_and_hold(8), 8);
	give_back(held_count);
	cr_assert_geq(stats().in_fill_ring + stats().in_kernel_rx, POSTED - SPARE / 2);
}
