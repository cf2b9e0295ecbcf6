/* SPDX-License-Identifier: BSD-2-Clause */
/* frames_plan.c - how many frames a queue gets, and what it is refused for. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "nic/nic.h"
#include "prng.h"
#include "socket/frames_plan.h"

#define DEVICE 256u
#define DEFAULT_POSTED (2048 + DEVICE + 512)

static struct frames_request zero_copy(uint64_t available)
{
	return (struct frames_request){
		.mode = ZCXSK_MODE_ZERO_COPY,
		.has_rx = true,
		.has_tx = true,
		.device = DEVICE,
		.available = available,
	};
}

static struct frames_plan plan_of(struct frames_request r)
{
	return frames_plan(&r);
}

Test(frames_plan, default_memory_keeps_the_default_rings_full)
{
	struct frames_plan p = plan_of(zero_copy(8192));

	cr_assert(p.fits);
	cr_assert_eq(p.rx_ring, 2048);
	cr_assert_eq(p.floor, 2048 + DEVICE);
	cr_assert_eq(p.posted, DEFAULT_POSTED);
	cr_assert_eq(p.fill_ring, 8192);
}

Test(frames_plan, the_default_rx_ring_is_halved_to_fit_few_frames)
{
	struct frames_plan p = plan_of(zero_copy(1024));

	cr_assert(p.fits);
	cr_assert_eq(p.rx_ring, 64);
	cr_assert_eq(p.floor, 64 + DEVICE);
	cr_assert_geq(p.posted, p.floor + 256);
	cr_assert(plan_of(zero_copy(64 + DEVICE + 128)).fits);
	cr_assert_not(plan_of(zero_copy(64 + DEVICE + 127)).fits);
}

Test(frames_plan, a_chosen_rx_ring_is_kept_or_refused)
{
	struct frames_request r = zero_copy(1024 + DEVICE + 128);

	r.rx_ring = 1000;
	cr_assert_eq(frames_plan(&r).rx_ring, 1024);
	cr_assert(frames_plan(&r).fits);
	r.available--;
	cr_assert_not(frames_plan(&r).fits);
	cr_assert_eq(frames_plan(&r).posted, 0);
	cr_assert_eq(frames_plan(&r).least, 1024 + DEVICE + 128);
}

Test(frames_plan, a_fill_ring_too_small_for_the_floor_is_enlarged)
{
	struct frames_request r = zero_copy(12288);

	r.rx_ring = 512;
	r.fill_ring = 1024;
	cr_assert_eq(frames_plan(&r).posted, 512 + DEVICE + 512);
	cr_assert_eq(frames_plan(&r).fill_ring, 4096);
	r.fill_ring = 8192;
	cr_assert_eq(frames_plan(&r).posted, 4096, "half of a larger one");
	cr_assert_eq(frames_plan(&r).fill_ring, 8192);
}

Test(frames_plan, four_sockets_share_the_default_number_of_frames)
{
	for (int tx = 0; tx < 2; tx++) {
		uint64_t left = 8192;

		for (int i = 0; i < 4; i++) {
			struct frames_request r = zero_copy(left);
			struct frames_plan p;

			r.has_tx = tx;
			p = frames_plan(&r);
			cr_assert(p.fits, "socket %d", i);
			cr_assert_geq(p.posted, p.floor + 64, "socket %d", i);
			left -= p.posted;
		}
		cr_assert_geq(left, 512);
	}
}

Test(frames_plan, a_socket_that_only_sends_posts_frames_for_the_device)
{
	struct frames_request r = zero_copy(8192);
	struct frames_plan p;

	r.has_rx = false;
	p = frames_plan(&r);
	cr_assert_eq(p.rx_ring, 0);
	cr_assert_eq(p.floor, DEVICE);
	cr_assert_eq(p.posted, 2 * DEVICE);
	r.available = DEVICE + 63;
	cr_assert_not(frames_plan(&r).fits);
	r.available = DEVICE + 64;
	cr_assert(frames_plan(&r).fits);
	cr_assert_geq(frames_plan(&r).posted, DEVICE);
}

Test(frames_plan, small_memory_works_in_the_copy_modes)
{
	struct frames_request r = zero_copy(64);
	struct frames_plan p;

	r.mode = ZCXSK_MODE_NATIVE_COPY;
	r.device = 0;
	p = frames_plan(&r);
	cr_assert(p.fits);
	cr_assert_eq(p.posted, 32);
	cr_assert_eq(p.floor, 8);
	cr_assert_eq(p.rx_ring, 2048);
}

Test(frames_plan, memory_of_a_socket_is_large_enough_for_any_device)
{
	for (uint32_t device = 0; device <= 16384; device = device ? 2 * device : 64) {
		struct nic nic = {.rx_ring = device};
		struct zcxsk_socket_opts o = {0};
		struct frames_request r = frames_request_of(&o, &nic, ZCXSK_MODE_ZERO_COPY);
		struct frames_plan p;

		r.available = frames_default(&o, &nic);
		cr_assert_geq(r.available, 8192);
		p = frames_plan(&r);
		cr_assert(p.fits, "device %u", device);
		cr_assert_eq(p.rx_ring, 2048, "device %u", device);
		cr_assert_eq(r.device, device ? device : 4096);
	}
}

Test(frames_plan, memory_is_not_enlarged_for_a_card_without_zero_copy)
{
	struct nic nic = {
		.rx_ring = 8192, .xdp_features_known = true, .xdp_features = NIC_XDP_BASIC};
	struct zcxsk_socket_opts o = {0};

	cr_assert_eq(frames_default(&o, &nic), 8192);
	cr_assert_eq(frames_mode(&o, &nic), ZCXSK_MODE_NATIVE_COPY);
	o.modes = ZCXSK_MODE_ZERO_COPY;
	cr_assert_eq(frames_mode(&o, &nic), ZCXSK_MODE_ZERO_COPY);
}

Test(frames_plan, the_refusal_names_all_numbers_and_a_ring_that_fits)
{
	struct frames_request r = zero_copy(1024);
	struct zcxsk_error error = {0};
	struct frames_plan p;

	r.rx_ring = 2048;
	p = frames_plan(&r);
	cr_assert_eq(frames_explain(&r, &p, "eth0", 3, &error), -ENOMEM);
	cr_assert(strstr(error.cause, "queue 3 of eth0 needs 2432 frames"), "%s", error.cause);
	cr_assert(strstr(error.cause, "2048 for the RX ring, 256 for the device"), "%s",
		  error.cause);
	cr_assert(strstr(error.cause, "1024 are free"), "%s", error.cause);
	cr_assert(strstr(error.remedy, "rx_ring_size 512"), "%s", error.remedy);
	r.rx_ring = 512;
	cr_assert(frames_plan(&r).fits, "the remedy works");
	r.available = 100;
	p = frames_plan(&r);
	frames_explain(&r, &p, "eth0", 3, &error);
	cr_assert(strstr(error.remedy, "ethtool -G"), "%s", error.remedy);
}

Test(frames_plan, any_plan_that_fits_keeps_the_floor)
{
	struct prng random = {1};

	for (uint32_t i = 0; i < 200000; i++) {
		struct frames_request r =
			zero_copy(prng_below(&random, 1u << prng_below(&random, 20)));
		struct frames_plan p;

		r.has_rx = prng_below(&random, 4);
		r.has_tx = !r.has_rx || prng_below(&random, 2);
		r.device = 1 + prng_below(&random, 16384);
		r.rx_ring = prng_below(&random, 2) ? 0 : 2 + prng_below(&random, 65535);
		r.fill_ring = prng_below(&random, 2) ? 0 : 2 + prng_below(&random, 65535);
		p = frames_plan(&r);
		cr_assert_eq(p.floor, p.rx_ring + r.device);
		cr_assert_eq(p.fits, r.available >= p.least);
		if (!p.fits)
			continue;
		cr_assert_geq(p.posted, p.floor + (r.has_rx ? 64 : 0));
		cr_assert_leq(p.posted, r.available - (r.has_tx ? 32 : 0));
		cr_assert_leq(p.posted, p.fill_ring);
		cr_assert(p.posted <= p.fill_ring / 2 || p.fill_ring == 131072);
		cr_assert_eq(p.fill_ring & (p.fill_ring - 1), 0);
	}
}
