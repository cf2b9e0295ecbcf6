/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fill.c - a kernel that publishes its consumer index, and reads the producer index,
 * only after using all the frames it knew: how many frames it finds in the fill ring, and
 * how long a receiver sleeps meanwhile.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zcxsk/zcxsk.h>

#define RING 1024u /* entries of each */
#define FRAMES (4 * RING)
#define MS 1000000ull
#define FIRST_TICK_NS MS /* of a receiver that may have to poll the driver's flag */

struct ring {
	uint32_t producer, consumer, flags;
	struct xdp_desc entries[RING]; /* addresses alone use half of it */
};

static struct ring fill, completion, rx, tx;
static uint32_t taken, seen; /* fill ring indices of the kernel's own */
static uint64_t clock_ns, first_sleep_ns;
static int receive_ret; /* returned by the kernel's receive call */
static struct zcxsk_socket *s;

/* The kernel receives up to n packets, fewer if it finds no frame. */
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
	return receive_ret;
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
	receive_ret = 0;
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

/* The length of the first sleep in a wait that receives nothing and returns ret. */
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

/* All packets between two calls may arrive in one burst, at any moment. */
Test(fill, a_burst_of_half_a_ring_always_finds_frames)
{
	srand(1);
	for (uint32_t i = 0; i < 10000; i++) {
		uint32_t n = 1 + (uint32_t)rand() % (RING / 2);

		cr_assert_eq(receive(n), n, "burst %u of %u packets", i, n);
		take_all();
	}
	zcxsk_socket_close(s);
}

Test(fill, a_receiver_sets_no_early_timer_while_the_driver_has_frames)
{
	idle_sleep_ns();
	for (uint32_t i = 0; i < 20; i++) {
		cr_assert_eq(receive(RING / 8), RING / 8);
		take_all();
		cr_assert_geq(idle_sleep_ns(), 100 * MS, "wait %u", i);
	}
	zcxsk_socket_close(s);
}

/* The driver may set its flag just after the receiver last read it. */
Test(fill, a_receiver_polls_soon_after_the_driver_ran_out_of_frames)
{
	idle_sleep_ns();
	cr_assert_lt(receive(RING), RING);
	take_all();
	cr_assert_eq(idle_sleep_ns(), FIRST_TICK_NS);
	zcxsk_socket_close(s);
}

/* No event reports that a link which is down and not watched is up again. */
Test(fill, a_receiver_polls_for_a_link_that_is_down)
{
	idle_sleep_ns();
	receive_ret = -ENETDOWN;
	for (uint32_t i = 0; i < 2; i++) {
		cr_assert_eq(receive(RING / 8), RING / 8);
		take_all();
		sleep_until(-ENETDOWN);
	}
	cr_assert_eq(first_sleep_ns, FIRST_TICK_NS);
	receive_ret = 0;
	cr_assert_eq(sleep_until(0), FIRST_TICK_NS, "the wait ends when the link is up");
	sleep_until(-ETIMEDOUT);
	zcxsk_socket_close(s);
}

Test(fill, a_wait_for_the_link_polls_soon_and_ends_at_its_deadline)
{
	uint64_t start;

	receive_ret = -ENETDOWN;
	sleep_until(-ENETDOWN);
	start = clock_ns;
	first_sleep_ns = 0;
	cr_assert_eq(zcxsk_socket_link_wait(s, 1000 * MS), -ETIMEDOUT);
	cr_assert_eq(first_sleep_ns, FIRST_TICK_NS);
	cr_assert_eq(clock_ns - start, 1000 * MS);
	receive_ret = 0;
	cr_assert_eq(zcxsk_socket_link_wait(s, 1000 * MS), 0);
	zcxsk_socket_close(s);
}

Test(fill, a_receiver_does_not_sleep_without_a_device)
{
	idle_sleep_ns();
	receive_ret = -ENXIO;
	sleep_until(-ENXIO);
	cr_assert_eq(sleep_until(-ENXIO), 0);
	zcxsk_socket_close(s);
}
