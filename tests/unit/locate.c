/* SPDX-License-Identifier: BSD-2-Clause */
/* locate.c - a checking pool tells where each frame is, and how many are where. */
#include <errno.h>
#include <zcxsk/handoff.h>
#include <zcxsk/rx.h>

#include "simulated.h"

#define FRAMES 256u
#define FRAME 2048u /* bytes */
#define RING 64u

static struct simulated t;
static struct zcxsk_pool *pool;

static void open_with(uint32_t pool_flags)
{
	simulated_init(&t);
	t.umem.frames = FRAMES;
	t.pool.flags = pool_flags;
	t.sim_opts.rx_ring_size = t.sim_opts.tx_ring_size = t.sim_opts.fill_ring_size = RING;
	simulated_open(&t);
	pool = zcxsk_cache_pool(zcxsk_socket_cache(t.socket));
}

static void check_at(uint64_t addr, enum zcxsk_place place, const struct zcxsk_socket *socket,
		     const char *call)
{
	struct zcxsk_location l;

	zcxsk_location_init(&l);
	cr_assert_eq(zcxsk_pool_locate(pool, addr + 5, &l), 0);
	cr_expect_eq(l.frame, addr & ~(uint64_t)(FRAME - 1));
	cr_expect_eq(l.place, place, "it is with %s", zcxsk_place_name(l.place));
	cr_expect_eq(l.socket, socket);
	cr_expect_str_eq(l.call, call);
}

Test(locate, the_life_of_a_frame)
{
	struct zcxsk_packet p, got;
	struct zcxsk_handoff *h;

	open_with(ZCXSK_POOL_CHECK);
	cr_assert_eq(zcxsk_handoff_create(&h, pool, NULL, NULL), 0);
	cr_assert_eq(zcxsk_tx_alloc(t.socket, &p, 1, 60), 1);
	check_at(p.addr, ZCXSK_PLACE_APPLICATION, NULL, "zcxsk_tx_alloc()");
	cr_assert_eq(zcxsk_handoff_push(h, &p, 1), 1);
	check_at(p.addr, ZCXSK_PLACE_HANDOFF, NULL, "zcxsk_handoff_push()");
	cr_assert_eq(zcxsk_handoff_pop(h, &p, 1), 1);
	check_at(p.addr, ZCXSK_PLACE_APPLICATION, NULL, "zcxsk_handoff_pop()");
	cr_assert_eq(zcxsk_tx_burst(t.socket, &p, 1), 1);
	check_at(p.addr, ZCXSK_PLACE_KERNEL_TX, t.socket, "zcxsk_tx_burst()");
	cr_assert_eq(zcxsk_tx_drain(t.socket, 1 * SECOND), 0);
	check_at(p.addr, ZCXSK_PLACE_POOL, NULL, "a completion");
	cr_assert_eq(zcxsk_sim_receive(t.sim, NULL, 60), 0);
	cr_assert_eq(zcxsk_rx_burst(t.socket, &got, 1), 1);
	check_at(got.addr, ZCXSK_PLACE_APPLICATION, NULL, "zcxsk_rx_burst()");
	cr_assert_eq(zcxsk_packet_release(t.socket, &got, 1), 1);
	cr_expect_eq(zcxsk_handoff_destroy(h), 0);
	simulated_close(&t);
}

static struct zcxsk_places count(const struct zcxsk_socket *socket)
{
	struct zcxsk_places n;

	zcxsk_places_init(&n);
	cr_assert_eq(zcxsk_pool_count_places(pool, socket, &n), 0);
	return n;
}

Test(locate, numbers_by_place)
{
	struct zcxsk_packet p[8];
	struct zcxsk_places all, own;
	struct zcxsk_stats st;

	open_with(ZCXSK_POOL_CHECK);
	simulated_send(&t, 4);
	cr_assert_eq(zcxsk_tx_alloc(t.socket, p, 8, 60), 8);
	st = simulated_stats(&t);
	all = count(NULL);
	own = count(t.socket);
	cr_expect_eq(all.pool, st.in_cache + st.in_pool);
	cr_expect_eq(all.application, 8);
	cr_expect_eq(all.kernel_rx, st.in_fill_ring + st.in_kernel_rx + st.in_rx_ring);
	cr_expect_eq(all.kernel_tx, zcxsk_tx_outstanding(t.socket));
	cr_expect_eq(all.handoff, 0);
	cr_expect_eq(all.pool + all.application + all.kernel_rx + all.kernel_tx, FRAMES);
	cr_expect(own.kernel_rx == all.kernel_rx && own.kernel_tx == all.kernel_tx);
	cr_expect(!own.pool && !own.application && !own.handoff);
	simulated_close(&t);
}

Test(locate, invalid_questions)
{
	struct zcxsk_location l;
	struct zcxsk_places n;

	zcxsk_location_init(&l);
	zcxsk_places_init(&n);
	open_with(ZCXSK_POOL_CHECK);
	cr_expect_eq(zcxsk_pool_locate(NULL, 0, &l), -EINVAL);
	cr_expect_eq(zcxsk_pool_locate(pool, 0, NULL), -EINVAL);
	cr_expect_eq(zcxsk_pool_locate(pool, (uint64_t)FRAMES * FRAME, &l), -EINVAL);
	cr_expect_eq(zcxsk_pool_count_places(NULL, NULL, &n), -EINVAL);
	cr_expect_eq(zcxsk_pool_count_places(pool, NULL, NULL), -EINVAL);
	l.size = 1;
	n.size = 1;
	cr_expect_eq(zcxsk_pool_locate(pool, 0, &l), -EINVAL);
	cr_expect_eq(zcxsk_pool_count_places(pool, NULL, &n), -EINVAL);
	cr_expect_str_eq(zcxsk_place_name((enum zcxsk_place)5), "unknown");
	simulated_close(&t);
	open_with(0);
	zcxsk_location_init(&l);
	zcxsk_places_init(&n);
	cr_expect_eq(zcxsk_pool_locate(pool, 0, &l), -EOPNOTSUPP);
	cr_expect_eq(zcxsk_pool_count_places(pool, NULL, &n), -EOPNOTSUPP);
	simulated_close(&t);
}
