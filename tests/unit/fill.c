/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fill.c - how many frames a kernel finds in the fill ring that tells what it took,
 * and looks for more, only when it has used up what it saw; and how long a receiver
 * sleeps beside it.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zcxsk/zcxsk.h>

#define RING 1024u /* entries of each */
#define FRAMES (4 * RING)
#define MS 1000000ull
#define FIRST_TICK_NS MS /* of a receiver that may have to ask for the driver's flag */

struct ring {
	uint32_t producer, consumer, flags;
	struct xdp_desc entries[RING]; /* addresses alone use half of it */
};

static struct ring fill, completion, rx, tx;
static uint32_t taken, seen; /* fill ring indices of the kernel's own */
static uint64_t clock_ns, first_sleep_ns;
static int receive_rc; /* what a look at the device says */
static struct zcxsk_socket *s;

/* Receives up to n packets; fewer when it finds no frame. */
static uint32_t receive(uint32_t n)
{
	const uint64_t *frames = (const uint64_t *)fill.entries;

	for (uint32_t i = 0; i < n; i++) {
		if (taken == seen) {
			fill.consumer = taken;
			seen = fill.producer;
		}
		if (taken == seen)
			return i;
		rx.entries[rx.producer++ % RING] =
			(struct xdp_desc){.addr = frames[taken++ % RING], .len = 60};
	}
	return n;
}

static int no_call(void *context)
{
	(void)context;
	return 0;
}

static int look(void *context)
{
	(void)context;
	return receive_rc;
}

static int sleep_all(void *context, short events, uint64_t timeout_ns)
{
	(void)context;
	(void)events;
	first_sleep_ns = first_sleep_ns ? first_sleep_ns : timeout_ns;
	clock_ns += timeout_ns;
	return 0;
}

static uint64_t now(void *context)
{
	(void)context;
	return clock_ns;
}

static struct zcxsk_kernel_ring shared(struct ring *r)
{
	memset(r, 0, sizeof(*r));
	return (struct zcxsk_kernel_ring){&r->producer, &r->consumer, &r->flags, r->entries, RING};
}

static void open_socket(void)
{
	struct zcxsk_socket_opts opts;
	struct zcxsk_umem_opts umem;
	struct zcxsk_kernel kernel;

	zcxsk_kernel_init(&kernel);
	kernel.mode = ZCXSK_MODE_ZERO_COPY;
	kernel.kick = no_call;
	kernel.receive = look;
	kernel.wait = sleep_all;
	kernel.now = now;
	kernel.rings = (struct zcxsk_kernel_rings){shared(&fill), shared(&completion), shared(&rx),
						   shared(&tx)};
	zcxsk_umem_opts_init(&umem);
	umem.frames = FRAMES;
	zcxsk_socket_opts_init(&opts);
	opts.umem_opts = &umem;
	taken = seen = 0;
	receive_rc = 0;
	clock_ns = MS;
	cr_assert_eq(zcxsk_socket_open_on(&s, &kernel, &opts, NULL), 0);
}

static void take_all(void)
{
	const struct zcxsk_packet *view;
	uint32_t n;

	while ((n = zcxsk_rx_view(s, &view, 64)))
		cr_assert_eq(zcxsk_packet_release(s, view, n), n);
}

/* How long the first sleep of a wait is in which nothing comes, and which ends with ret. */
static uint64_t sleep_until(int ret)
{
	struct zcxsk_packet packet;
	uint32_t n;

	first_sleep_ns = 0;
	cr_assert_eq(zcxsk_rx_wait(s, &packet, 1, 1000 * MS, &n), ret);
	return first_sleep_ns;
}

static uint64_t idle_sleep_ns(void)
{
	return sleep_until(-ETIMEDOUT);
}

TestSuite(fill, .init = open_socket);

/* The packets of a look at the rings may all come at once, and between any two. */
Test(fill, half_a_ring_of_packets_at_once_never_finds_it_dry)
{
	srand(1);
	for (uint32_t i = 0; i < 10000; i++) {
		uint32_t n = 1 + (uint32_t)rand() % (RING / 2);

		cr_assert_eq(receive(n), n, "burst %u of %u packets", i, n);
		take_all();
	}
	zcxsk_socket_close(s);
}

Test(fill, a_receiver_beside_a_driver_that_has_frames_sets_no_early_timer)
{
	idle_sleep_ns();
	for (uint32_t i = 0; i < 20; i++) {
		cr_assert_eq(receive(RING / 8), RING / 8);
		take_all();
		cr_assert_geq(idle_sleep_ns(), 100 * MS, "wait %u", i);
	}
	zcxsk_socket_close(s);
}

/* Its flag may come a moment after the last look at it. */
Test(fill, a_receiver_beside_a_driver_that_ran_dry_looks_soon)
{
	idle_sleep_ns();
	cr_assert_lt(receive(RING), RING);
	take_all();
	cr_assert_eq(idle_sleep_ns(), FIRST_TICK_NS);
	zcxsk_socket_close(s);
}

/* What is known to be wrong is told once: no event comes of it in the next wait. */
Test(fill, a_receiver_that_knows_of_trouble_asks_soon)
{
	static const int troubles[] = {-ENETDOWN, -ENXIO};

	for (uint32_t i = 0; i < 2; i++) {
		idle_sleep_ns();
		cr_assert_eq(receive(RING / 8), RING / 8);
		take_all();
		receive_rc = troubles[i];
		sleep_until(receive_rc);
		cr_assert_eq(receive(RING / 8), RING / 8);
		take_all();
		cr_assert_eq(sleep_until(receive_rc), FIRST_TICK_NS, "trouble %d", receive_rc);
		receive_rc = 0;
	}
	zcxsk_socket_close(s);
}
