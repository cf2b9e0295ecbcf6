/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * violations.c - what programs do wrong with frames, one after the other, on a checking pool:
 * nothing is harmed, and the description names the frame, the call and the call before it.
 * And where the frames are, as the pool tells it.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zcxsk/handoff.h>
#include <zcxsk/rx.h>

#include "simulated.h"
#include "socket/selftest.h"

#define FRAMES 256u
#define FRAME 2048u /* bytes */

static struct simulated t;
static struct zcxsk_cache *cache;
static struct zcxsk_pool *pool;

static void open_checking(void)
{
	simulated_init(&t);
	t.umem.frames = FRAMES;
	t.pool.flags = ZCXSK_POOL_CHECK;
	t.sim_opts.rx_ring_size = t.sim_opts.tx_ring_size = t.sim_opts.fill_ring_size = 64;
	simulated_open(&t);
	cache = zcxsk_socket_cache(t.socket);
	pool = zcxsk_cache_pool(cache);
}

static struct zcxsk_packet alloc_one(void)
{
	struct zcxsk_packet p;

	cr_assert_eq(zcxsk_tx_alloc(t.socket, &p, 1, 60), 1);
	return p;
}

static struct zcxsk_packet receive_one(void)
{
	struct zcxsk_packet p;

	cr_assert_eq(zcxsk_sim_receive(t.sim, "received", 60), 0);
	cr_assert_eq(zcxsk_rx_burst(t.socket, &p, 1), 1);
	return p;
}

static void release_one(const struct zcxsk_packet *p)
{
	cr_assert_eq(zcxsk_packet_release(t.socket, p, 1), 1);
}

static void send_one(const struct zcxsk_packet *p)
{
	cr_assert_eq(zcxsk_tx_burst(t.socket, p, 1), 1);
}

static struct zcxsk_location locate(uint64_t addr)
{
	struct zcxsk_location l;

	zcxsk_location_init(&l);
	cr_assert_eq(zcxsk_pool_locate(pool, addr, &l), 0);
	return l;
}

/* Any frame that is at this place. */
static struct zcxsk_packet frame_at(enum zcxsk_place place)
{
	struct zcxsk_packet p = {0, 60, 0};

	while (p.addr < (uint64_t)FRAMES * FRAME && locate(p.addr).place != place)
		p.addr += FRAME;
	cr_assert_lt(p.addr, (uint64_t)FRAMES * FRAME);
	return p;
}

/* One violation, described with these words. */
static void check_text(const char *call, const char *frame, const char *earlier)
{
	char text[256];

	cr_expect_eq(zcxsk_pool_violation(pool, text, sizeof(text)), 1);
	cr_expect_eq(strncmp(text, call, strlen(call)), 0, "not of %s: %s", call, text);
	cr_expect(strstr(text, frame), "not of \"%s\": %s", frame, text);
	cr_expect(strstr(text, earlier), "not after \"%s\": %s", earlier, text);
}

static void check_violation(const char *call, const struct zcxsk_packet *p, const char *earlier)
{
	char frame[64], since[64];

	snprintf(frame, sizeof(frame), ": frame %" PRIu64 " (address 0x%" PRIx64 ")",
		 p->addr / FRAME, p->addr);
	snprintf(since, sizeof(since), "since %s", earlier);
	check_text(call, frame, since);
}

/* No frame is lost or free twice after it. */
static void close_balanced(void)
{
	cr_expect_eq(zcxsk_tx_drain(t.socket, 1 * SECOND), 0);
	cr_expect_eq(simulated_places(&t), FRAMES);
	cr_expect_eq(simulated_close(&t), 0);
}

/* ---- released ------------------------------------------------------------------ */

Test(violations, released_twice)
{
	struct zcxsk_packet p;

	open_checking();
	p = alloc_one();
	release_one(&p);
	cr_expect_eq(zcxsk_packet_release(t.socket, &p, 1), 0);
	check_violation("zcxsk_packet_release()", &p, "zcxsk_packet_release()");
	close_balanced();
}

/* Any address in a frame names it. */
Test(violations, released_twice_by_two_addresses)
{
	struct zcxsk_packet p;

	open_checking();
	p = alloc_one();
	p.addr += 100;
	release_one(&p);
	cr_expect_eq(zcxsk_pool_violation(pool, NULL, 0), 0);
	p.addr += 100;
	cr_expect_eq(zcxsk_packet_release(t.socket, &p, 1), 0);
	check_violation("zcxsk_packet_release()", &p, "zcxsk_packet_release()");
	close_balanced();
}

Test(violations, released_twice_in_one_call)
{
	struct zcxsk_packet p[2];

	open_checking();
	p[0] = p[1] = receive_one();
	cr_expect_eq(zcxsk_packet_release(t.socket, p, 2), 1);
	check_violation("zcxsk_packet_release()", p, "zcxsk_packet_release()");
	close_balanced();
}

Test(violations, released_after_it_was_sent)
{
	struct zcxsk_packet p;

	open_checking();
	p = alloc_one();
	send_one(&p);
	cr_expect_eq(zcxsk_packet_release(t.socket, &p, 1), 0);
	check_violation("zcxsk_packet_release()", &p, "zcxsk_tx_burst()");
	close_balanced();
}

Test(violations, released_but_never_received)
{
	struct zcxsk_packet p;

	open_checking();
	p = frame_at(ZCXSK_PLACE_POOL);
	cr_expect_eq(zcxsk_packet_release(t.socket, &p, 1), 0);
	check_violation("zcxsk_packet_release()", &p, "zcxsk_pool_create()");
	close_balanced();
}

Test(violations, freed_while_posted)
{
	struct zcxsk_packet p;

	open_checking();
	p = frame_at(ZCXSK_PLACE_KERNEL_RX);
	cr_expect_eq(zcxsk_cache_free(cache, &p.addr, 1), 0);
	check_violation("zcxsk_cache_free()", &p, "a refill of the fill ring");
	close_balanced();
}

Test(violations, freed_twice)
{
	struct zcxsk_packet p = {0, 60, 0};

	open_checking();
	cr_assert_eq(zcxsk_cache_alloc(cache, &p.addr, 1), 1);
	cr_assert_eq(zcxsk_cache_free(cache, &p.addr, 1), 1);
	cr_expect_eq(zcxsk_cache_free(cache, &p.addr, 1), 0);
	check_violation("zcxsk_cache_free()", &p, "zcxsk_cache_free()");
	cr_expect_eq(simulated_close(&t), 0);
}

Test(violations, freed_outside_the_umem)
{
	uint64_t addr = (uint64_t)FRAMES * FRAME;

	open_checking();
	cr_expect_eq(zcxsk_cache_free(cache, &addr, 1), 0);
	check_text("zcxsk_cache_free()", "address 0x80000 ", "no frame of the UMEM");
	close_balanced();
}

/* ---- sent ---------------------------------------------------------------------- */

Test(violations, sent_after_its_release)
{
	struct zcxsk_packet p;

	open_checking();
	p = alloc_one();
	release_one(&p);
	cr_expect_eq(zcxsk_tx_burst(t.socket, &p, 1), 0);
	check_violation("zcxsk_tx_burst()", &p, "zcxsk_packet_release()");
	close_balanced();
}

Test(violations, sent_twice_in_one_burst)
{
	struct zcxsk_packet p[2];

	open_checking();
	p[0] = p[1] = alloc_one();
	cr_expect_eq(zcxsk_tx_burst(t.socket, p, 2), 1);
	check_violation("zcxsk_tx_burst()", p, "zcxsk_tx_burst()");
	close_balanced();
}

Test(violations, sent_again_after_its_completion)
{
	struct zcxsk_packet p;

	open_checking();
	p = alloc_one();
	send_one(&p);
	cr_assert_eq(zcxsk_tx_drain(t.socket, 1 * SECOND), 0);
	cr_expect_eq(zcxsk_tx_burst(t.socket, &p, 1), 0);
	check_violation("zcxsk_tx_burst()", &p, "a completion");
	close_balanced();
}

Test(violations, received_then_freed_then_sent)
{
	struct zcxsk_packet p;

	open_checking();
	p = receive_one();
	cr_assert_eq(zcxsk_cache_free(cache, &p.addr, 1), 1);
	cr_expect_eq(zcxsk_tx_burst(t.socket, &p, 1), 0);
	check_violation("zcxsk_tx_burst()", &p, "zcxsk_cache_free()");
	cr_expect_eq(simulated_close(&t), 0);
}

/* A frame of another UMEM is one of this UMEM by its address. */
Test(violations, sent_and_released_with_the_wrong_socket)
{
	struct simulated other;
	struct zcxsk_packet p;

	open_checking();
	simulated_init(&other);
	other.umem.frames = FRAMES;
	simulated_open(&other);
	do
		cr_assert_eq(zcxsk_tx_alloc(other.socket, &p, 1, 60), 1);
	while (locate(p.addr).place != ZCXSK_PLACE_POOL);
	cr_expect_eq(zcxsk_tx_burst(t.socket, &p, 1), 0);
	check_violation("zcxsk_tx_burst()", &p, "zcxsk_pool_create()");
	cr_expect_eq(zcxsk_packet_release(t.socket, &p, 1), 0);
	cr_expect_eq(zcxsk_pool_violation(pool, NULL, 0), 2);
	zcxsk_socket_close(other.socket);
	zcxsk_sim_destroy(other.sim);
	close_balanced();
}

/* ---- handed off ---------------------------------------------------------------- */

static struct zcxsk_handoff *open_handoff(void)
{
	struct zcxsk_handoff *h;

	open_checking();
	cr_assert_eq(zcxsk_handoff_create(&h, pool, NULL, NULL), 0);
	return h;
}

static void close_handoff(struct zcxsk_handoff *h)
{
	struct zcxsk_packet p;

	while (zcxsk_handoff_pop(h, &p, 1))
		release_one(&p);
	cr_expect_eq(zcxsk_handoff_destroy(h), 0);
	close_balanced();
}

Test(violations, sent_while_in_a_handoff)
{
	struct zcxsk_handoff *h = open_handoff();
	struct zcxsk_packet p = alloc_one();

	cr_assert_eq(zcxsk_handoff_push(h, &p, 1), 1);
	cr_expect_eq(zcxsk_tx_burst(t.socket, &p, 1), 0);
	check_violation("zcxsk_tx_burst()", &p, "zcxsk_handoff_push()");
	close_handoff(h);
}

Test(violations, pushed_after_its_release)
{
	struct zcxsk_handoff *h = open_handoff();
	struct zcxsk_packet p = receive_one();

	release_one(&p);
	cr_expect_eq(zcxsk_handoff_push(h, &p, 1), 0);
	check_violation("zcxsk_handoff_push()", &p, "zcxsk_packet_release()");
	close_handoff(h);
}

Test(violations, pushed_twice)
{
	struct zcxsk_handoff *h = open_handoff();
	struct zcxsk_packet p = alloc_one();

	cr_assert_eq(zcxsk_handoff_push(h, &p, 1), 1);
	cr_expect_eq(zcxsk_handoff_push(h, &p, 1), 0);
	check_violation("zcxsk_handoff_push()", &p, "zcxsk_handoff_push()");
	close_handoff(h);
}

/* ---- written ------------------------------------------------------------------- */

/* As a program that is not compiled with AddressSanitizer would. */
__attribute__((no_sanitize("address"))) static void scribble(const struct zcxsk_packet *p,
							     uint32_t offset)
{
	volatile unsigned char *data = zcxsk_packet_data(zcxsk_socket_base(t.socket), p);

	data[offset]++;
}

Test(violations, written_after_its_release)
{
	struct zcxsk_packet p, again;

	open_checking();
	p = alloc_one();
	release_one(&p);
	scribble(&p, 1500);
	do
		again = alloc_one();
	while (again.addr != p.addr);
	check_violation("zcxsk_tx_alloc()", &p, "zcxsk_packet_release()");
	check_text("zcxsk_tx_alloc()", "offset 1500", "the pool");
}

Test(violations, written_after_its_completion)
{
	struct zcxsk_packet p;
	uint64_t frame;

	open_checking();
	p = alloc_one();
	send_one(&p);
	cr_assert_eq(zcxsk_tx_drain(t.socket, 1 * SECOND), 0);
	scribble(&p, 0);
	do
		cr_assert_eq(zcxsk_cache_alloc(cache, &frame, 1), 1);
	while (frame != p.addr);
	check_violation("zcxsk_cache_alloc()", &p, "a completion");
}

Test(violations, frames_in_use_may_be_written)
{
	struct zcxsk_packet p;

	open_checking();
	p = receive_one();
	cr_expect_str_eq(zcxsk_packet_data(zcxsk_socket_base(t.socket), &p), "received");
	memset(zcxsk_packet_data(zcxsk_socket_base(t.socket), &p), 0, p.len);
	send_one(&p);
	cr_expect_eq(zcxsk_pool_violation(pool, NULL, 0), 0);
	close_balanced();
}

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>

static bool is_closed(const struct zcxsk_packet *p)
{
	return __asan_address_is_poisoned(zcxsk_packet_data(zcxsk_socket_base(t.socket), p));
}

Test(violations, address_sanitizer_knows_who_holds_a_frame)
{
	struct zcxsk_packet p;

	open_checking();
	p = alloc_one();
	cr_expect(!is_closed(&p));
	send_one(&p);
	cr_expect(is_closed(&p));
	cr_assert_eq(zcxsk_tx_drain(t.socket, 1 * SECOND), 0);
	cr_expect(is_closed(&p));
	p = receive_one();
	cr_expect(!is_closed(&p));
	release_one(&p);
	cr_expect(is_closed(&p));
	close_balanced();
}
#endif

/* ---- threads and order ----------------------------------------------------------- */

static int (*real_wait)(void *context, short events, uint64_t timeout_ns);
static long threads[2];

static void *use_too(void *socket)
{
	struct zcxsk_packet p;

	threads[1] = syscall(SYS_gettid);
	cr_expect_eq(zcxsk_tx_alloc(socket, &p, 1, 60), 1);
	return NULL;
}

/* Another thread uses the socket while this one sleeps in a call on it. */
static int wait_while_used(void *context, short events, uint64_t timeout_ns)
{
	pthread_t other;

	if (!threads[1]) {
		cr_assert_eq(pthread_create(&other, NULL, use_too, t.socket), 0);
		pthread_join(other, NULL);
	}
	return real_wait(context, events, timeout_ns);
}

Test(violations, two_threads_on_one_socket)
{
	struct zcxsk_kernel kernel;
	char one[32], two[32];
	struct zcxsk_packet p;
	uint32_t count;

	simulated_init(&t);
	t.pool.flags = ZCXSK_POOL_CHECK;
	t.opts.pool_opts = &t.pool;
	cr_assert_eq(zcxsk_sim_create(&t.sim, &t.sim_opts), 0);
	kernel = *zcxsk_sim_kernel(t.sim);
	real_wait = kernel.wait;
	kernel.wait = wait_while_used;
	cr_assert_eq(zcxsk_socket_open_on(&t.socket, &kernel, &t.opts, NULL), 0);
	pool = zcxsk_cache_pool(zcxsk_socket_cache(t.socket));
	threads[0] = syscall(SYS_gettid);
	cr_expect_eq(zcxsk_rx_wait(t.socket, &p, 1, 1 * MS, &count), -ETIMEDOUT);
	snprintf(one, sizeof(one), "thread %ld is in", threads[0]);
	snprintf(two, sizeof(two), "in thread %ld:", threads[1]);
	check_text("zcxsk_tx_alloc()", one, two);
	check_text("zcxsk_tx_alloc()", "a call that waits", "same socket, of queue 0");
	cr_expect_eq(simulated_close(&t), 0);
}

/* One thread after the other is as it should be. */
static void *use_alone(void *socket)
{
	struct zcxsk_packet p;

	(void)socket;
	p = receive_one();
	release_one(&p);
	p = alloc_one();
	send_one(&p);
	return NULL;
}

Test(violations, a_socket_may_change_its_thread)
{
	pthread_t other;

	open_checking();
	use_alone(NULL);
	cr_assert_eq(pthread_create(&other, NULL, use_alone, NULL), 0);
	pthread_join(other, NULL);
	cr_expect_eq(zcxsk_pool_violation(pool, NULL, 0), 0);
	close_balanced();
}

/* With AddressSanitizer a write to a frame that is free or the kernel's would end this. */
Test(violations, the_self_test_is_none)
{
	open_checking();
	cr_expect_eq(selftest_run(t.socket), 0);
	cr_expect_eq(simulated_stats(&t).self_test_packets, 1);
	close_balanced();
}

Test(violations, destroyed_in_the_wrong_order)
{
	open_checking();
	cr_expect_eq(zcxsk_umem_destroy(zcxsk_pool_umem(pool)), -EBUSY);
	cr_expect_eq(zcxsk_pool_destroy(pool), -EBUSY);
	cr_expect_eq(zcxsk_cache_destroy(cache), -EBUSY);
	close_balanced();
}
