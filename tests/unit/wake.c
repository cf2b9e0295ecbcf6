/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wake.c - when a sender kicks, what the watchdog does and when, and which completions
 * count as valid: over rings in plain memory, with a scripted clock and kernel.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <zcxsk/zcxsk.h>

#include "datapath/watchdog.h"

#define RING 128u
#define FRAMES 512u
#define FRAME_SIZE 2048u
#define START (UINT32_MAX - 5) /* the indices wrap soon */
#define US 1000ull
#define MS 1000000ull
#define TAIL (50 * US) /* the defaults in socket.h */
#define FIRST (100 * US)
#define LAST (10 * MS)
#define STALL (1000 * MS)
#define EVENTS 16u /* more than there are types */

struct ring {
	uint32_t producer, consumer, flags;
	struct xdp_desc entries[RING];
};

/* The kernel's side. A kick takes and completes as many packets as allowed. */
static struct {
	struct ring fill, rx, tx, comp;
	uint64_t now;
	uint32_t kicks, waits, clock_reads, receives;
	uint32_t takes;	    /* most packets that one kick takes; all, unless a test says so */
	uint32_t completes; /* most packets that one kick completes */
	uint32_t done;	    /* TX index up to which all packets are completed */
	uint32_t meanwhile; /* packets completed during each sleep */
	uint64_t slept;	    /* ns, in the last sleep */
	int answer;	    /* returned by a kick, which then does nothing */
	int answer_after;   /* returned by one that took what it takes */
} k;

static enum zcxsk_mode mode = ZCXSK_MODE_ZERO_COPY;
static uint32_t pool_flags;
static struct zcxsk_socket *s;
static struct zcxsk_umem *umem;
static struct zcxsk_pool *pool;
static struct zcxsk_cache *cache;

static void complete(uint64_t addr)
{
	((uint64_t *)k.comp.entries)[k.comp.producer++ % RING] = addr;
}

/* Completes the next n packets taken, in order. */
static void complete_next(uint32_t n)
{
	for (; n-- && k.done != k.tx.consumer; k.done++)
		complete(k.tx.entries[k.done % RING].addr);
}

static int kick(void *context)
{
	(void)context;
	k.kicks++;
	if (k.answer)
		return k.answer;
	if (k.tx.producer - k.tx.consumer <= k.takes)
		k.tx.consumer = k.tx.producer;
	else
		k.tx.consumer += k.takes;
	complete_next(k.completes);
	return k.answer_after;
}

static int receive(void *context)
{
	(void)context;
	k.receives++;
	return 0;
}

static int wait_for(void *context, short events, uint64_t timeout_ns)
{
	(void)context;
	(void)events;
	k.waits++;
	k.now += timeout_ns;
	k.slept = timeout_ns;
	complete_next(k.meanwhile);
	return 0;
}

static uint64_t now(void *context)
{
	(void)context;
	k.clock_reads++;
	return k.now;
}

static struct zcxsk_kernel_rings new_rings(void);

static int reopen(void *context, struct zcxsk_kernel_rings *rings)
{
	(void)context;
	*rings = new_rings();
	return 0;
}

static struct zcxsk_kernel_ring shared(struct ring *r)
{
	r->producer = r->consumer = START;
	return (struct zcxsk_kernel_ring){&r->producer, &r->consumer, &r->flags, r->entries, RING};
}

static struct zcxsk_kernel_rings new_rings(void)
{
	return (struct zcxsk_kernel_rings){shared(&k.fill), shared(&k.comp), shared(&k.rx),
					   shared(&k.tx)};
}

/* Zero-copy; the ring needs wakeups, and no packet completes unless the test says so. */
static void open_with(struct zcxsk_socket_opts *o)
{
	struct zcxsk_kernel kernel;
	struct zcxsk_umem_opts u;
	struct zcxsk_pool_opts p;

	memset(&k, 0, sizeof(k));
	k.now = 77 * MS;
	k.done = START;
	k.takes = RING;
	zcxsk_kernel_init(&kernel);
	kernel.mode = mode;
	kernel.kick = kick;
	kernel.receive = receive;
	kernel.wait = wait_for;
	kernel.now = now;
	kernel.reopen = reopen;
	kernel.rings = new_rings();
	k.tx.flags = XDP_RING_NEED_WAKEUP;
	zcxsk_umem_opts_init(&u);
	u.frames = FRAMES;
	u.frame_size = FRAME_SIZE;
	cr_assert_eq(zcxsk_umem_create(&umem, &u, NULL), 0);
	zcxsk_pool_opts_init(&p);
	p.flags = pool_flags;
	cr_assert_eq(zcxsk_pool_create(&pool, umem, &p, NULL), 0);
	cr_assert_eq(zcxsk_cache_create(&cache, pool, NULL), 0);
	o->cache = cache;
	cr_assert_eq(zcxsk_socket_open_on(&s, &kernel, o, NULL), 0);
}

static void open_plain(void)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	open_with(&o);
}

/* Calls the service, and returns the number of stalls that it reports. */
static uint32_t serve(void)
{
	struct zcxsk_event events[EVENTS];
	uint32_t n, stalls = 0;

	cr_assert_eq(zcxsk_socket_service(s, events, EVENTS, &n), 0);
	for (uint32_t i = 0; i < n; i++)
		if (events[i].type == ZCXSK_EVENT_STALL)
			stalls += events[i].count;
	return stalls;
}

static struct zcxsk_stats stats(void)
{
	struct zcxsk_stats st;

	zcxsk_stats_init(&st);
	cr_assert_eq(zcxsk_socket_read_stats(s, &st), 0);
	return st;
}

/* Checks that the places in the statistics add up to all frames. */
static void check_places(void)
{
	struct zcxsk_stats st = stats();

	cr_assert_eq(st.in_fill_ring + st.in_kernel_rx + st.in_rx_ring + st.in_tx_ring +
			     st.in_kernel_tx + st.in_completion_ring + st.in_lost +
			     (uint64_t)st.in_application + st.in_cache + st.in_pool,
		     FRAMES);
}

static void close_socket(void)
{
	check_places();
	zcxsk_socket_close(s);
	cr_assert_eq(zcxsk_cache_destroy(cache), 0);
	cr_assert_eq(zcxsk_pool_destroy(pool), 0);
	cr_assert_eq(zcxsk_umem_destroy(umem), 0);
}

/* Runs a test, then the checks; Criterion ignores failures in a teardown. */
#define WAKE(suite, name)                                                                          \
	static void name(void);                                                                    \
	Test(suite, name)                                                                          \
	{                                                                                          \
		name();                                                                            \
		close_socket();                                                                    \
	}                                                                                          \
	static void name(void)

static uint32_t send_some(uint32_t n)
{
	struct zcxsk_packet p[RING];
	uint32_t taken;

	n = zcxsk_tx_alloc(s, p, n, 0);
	for (uint32_t i = 0; i < n; i++)
		p[i].len = 60;
	taken = zcxsk_tx_burst(s, p, n);
	zcxsk_packet_release(s, p + taken, n - taken);
	return taken;
}

/* ---- when to kick ---------------------------------------------------------- */

WAKE(kick, the_first_packet_after_a_pause_is_kicked_at_once)
{
	open_plain();
	send_some(1);
	cr_assert_eq(k.kicks, 1);
	cr_assert_eq(stats().tx_kicks_flag, 1);
}

WAKE(kick, later_packets_are_batched_up_to_the_watermark)
{
	uint32_t watermark;
	struct zcxsk_socket_info info;

	open_plain();
	zcxsk_socket_info_init(&info);
	cr_assert_eq(zcxsk_socket_read_info(s, &info), 0);
	watermark = info.kick_watermark;
	cr_assert_eq(info.tx_limit, RING * 80 / 100);
	cr_assert_eq(watermark, info.tx_limit / 2, "below the limit");
	send_some(1);
	for (uint32_t i = 1; i < watermark; i++)
		send_some(1);
	cr_assert_eq(k.kicks, 1);
	send_some(1);
	cr_assert_eq(k.kicks, 2);
	cr_assert_eq(stats().tx_kicks_watermark, 1);
}

WAKE(kick, packets_that_a_running_driver_takes_need_no_kick)
{
	struct zcxsk_socket_info info;

	open_plain();
	zcxsk_socket_info_init(&info);
	cr_assert_eq(zcxsk_socket_read_info(s, &info), 0);
	send_some(1);
	send_some(info.kick_watermark - 1);
	k.tx.consumer = k.tx.producer; /* its completion interrupt read the ring */
	send_some(2);
	cr_assert_eq(k.kicks, 1, "fewer packets than the watermark are left");
	send_some(info.kick_watermark - 2);
	cr_assert_eq(k.kicks, 2);
	cr_assert_eq(stats().tx_kicks_watermark, 1);
}

WAKE(kick, the_tail_time_restarts_when_the_driver_takes_packets)
{
	open_plain();
	send_some(1);
	send_some(1);
	k.tx.consumer = k.tx.producer;
	send_some(1);
	k.now += TAIL;
	zcxsk_tx_reap(s);
	cr_assert_eq(k.kicks, 1, "the driver is running");
	k.now += TAIL - 1;
	zcxsk_tx_reap(s);
	cr_assert_eq(k.kicks, 1);
	k.now += 1;
	zcxsk_tx_reap(s);
	cr_assert_eq(stats().tx_kicks_tail, 1);
}

WAKE(kick, packets_already_taken_are_not_kicked)
{
	open_plain();
	send_some(1);
	send_some(1);
	k.tx.consumer = k.tx.producer;
	complete_next(1);
	k.now += TAIL;
	zcxsk_tx_reap(s);
	zcxsk_tx_flush(s);
	cr_assert_eq(k.kicks, 1);
	cr_assert_eq(stats().tx_kicks_saved, 1);
	cr_assert_eq(serve(), 0);
	k.now += FIRST;
	cr_assert_eq(serve(), 0);
	cr_assert_eq(stats().tx_kicks_forced, 1, "the watchdog still covers it");
}

WAKE(kick, batched_packets_wait_no_longer_than_the_tail_time)
{
	open_plain();
	send_some(1);
	send_some(1);
	cr_assert_eq(k.kicks, 1);
	k.now += TAIL - 1;
	zcxsk_tx_reap(s);
	cr_assert_eq(k.kicks, 1);
	k.now += 1;
	zcxsk_tx_reap(s);
	cr_assert_eq(k.kicks, 2);
	cr_assert_eq(stats().tx_kicks_tail, 1);
	cr_assert_eq(k.tx.consumer, k.tx.producer);
}

WAKE(kick, a_lone_packet_is_always_kicked_at_once)
{
	open_plain();
	k.completes = RING;
	for (uint32_t i = 0; i < 100; i++) {
		send_some(1);
		cr_assert_eq(k.kicks, i + 1);
	}
}

WAKE(kick, a_receiver_that_also_sends_kicks_its_tail)
{
	struct zcxsk_packet p;

	open_plain();
	send_some(1);
	send_some(1);
	k.now += TAIL;
	cr_assert_eq(zcxsk_rx_burst(s, &p, 1), 0);
	cr_assert_eq(stats().tx_kicks_tail, 1);
}

WAKE(kick, a_wait_kicks_before_it_sleeps)
{
	struct zcxsk_packet p;
	uint32_t n;

	open_plain();
	send_some(1);
	k.completes = RING;
	send_some(1);
	cr_assert_eq(k.kicks, 1);
	cr_assert_eq(zcxsk_rx_wait(s, &p, 1, MS, &n), -ETIMEDOUT);
	cr_assert_eq(stats().tx_kicks_flush, 1);
	cr_assert_eq(zcxsk_tx_outstanding(s), 0);
}

/* Sends up to the limit, then waits for one frame. Returns the length of the last sleep. */
static uint64_t sleep_for_a_frame(uint32_t meanwhile)
{
	struct zcxsk_packet p;
	uint32_t sent;

	while (send_some(1))
		;
	zcxsk_tx_flush(s);
	cr_assert_eq(zcxsk_tx_alloc(s, &p, 1, 60), 1);
	k.meanwhile = meanwhile;
	cr_assert_eq(zcxsk_tx_wait(s, &p, 1, MS, &sent), 0);
	return k.slept;
}

WAKE(kick, a_wait_for_frames_sleeps_less_if_the_device_was_idle)
{
	open_plain();
	cr_assert_eq(sleep_for_a_frame(RING), FIRST);
	cr_assert_eq(sleep_for_a_frame(RING), FIRST / 2);
	cr_assert_eq(sleep_for_a_frame(RING), FIRST / 4);
	cr_assert_eq(sleep_for_a_frame(1), 20 * US, "the device was never idle");
	cr_assert_eq(sleep_for_a_frame(1), 20 * US);
	for (uint32_t i = 0; i < 1000; i++)
		cr_assert_eq(sleep_for_a_frame(RING), 20 * US, "the minimum");
}

WAKE(kick, a_wait_for_frames_sleeps_longer_if_none_completed)
{
	struct zcxsk_packet p;
	uint32_t sent;

	open_plain();
	for (uint32_t i = 0; i < 3; i++)
		sleep_for_a_frame(RING);
	while (send_some(1))
		;
	k.meanwhile = 0;
	cr_assert_eq(zcxsk_tx_alloc(s, &p, 1, 60), 1);
	cr_assert_eq(zcxsk_tx_wait(s, &p, 1, 60 * US, &sent), -ETIMEDOUT);
	k.meanwhile = RING;
	cr_assert_eq(zcxsk_tx_wait(s, &p, 1, MS, &sent), 0);
	cr_assert_gt(k.slept, 20 * US);
}

WAKE(kick, the_burst_policy_kicks_each_burst)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.kick_policy = ZCXSK_KICK_BURST;
	open_with(&o);
	for (uint32_t i = 1; i < 10; i++) {
		send_some(1);
		cr_assert_eq(k.kicks, i);
	}
	cr_assert_eq(k.clock_reads, 0);
	cr_assert_eq(stats().tx_kicks_flag, 9, "there is no watermark to reach");
}

WAKE(kick, the_batch_policy_delays_even_a_lone_packet)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.kick_policy = ZCXSK_KICK_BATCH;
	o.kick_tail_ns = 3 * MS;
	open_with(&o);
	send_some(1);
	k.now += 3 * MS - 1;
	zcxsk_tx_reap(s);
	cr_assert_eq(k.kicks, 0);
	k.now += 1;
	zcxsk_tx_reap(s);
	cr_assert_eq(k.kicks, 1);
}

WAKE(kick, the_manual_policy_kicks_only_on_flush)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.kick_policy = ZCXSK_KICK_MANUAL;
	open_with(&o);
	for (uint32_t i = 0; i < 80; i++)
		send_some(1);
	k.now += MS;
	zcxsk_tx_reap(s);
	cr_assert_eq(k.kicks, 0);
	cr_assert_eq(zcxsk_tx_flush(s), 0);
	cr_assert_eq(k.kicks, 1);
	zcxsk_tx_flush(s);
	cr_assert_eq(k.kicks, 1, "nothing is left to kick");
}

WAKE(kick, a_driver_that_needs_no_wakeup_is_not_kicked)
{
	open_plain();
	k.tx.flags = 0;
	send_some(1);
	cr_assert_eq(k.kicks, 0);
	cr_assert_eq(stats().tx_kicks_saved, 1);
}

/* Reading the clock costs more than the rest of a burst. */
WAKE(kick, bursts_read_no_clock_while_the_driver_needs_no_wakeup)
{
	uint32_t looks;

	open_plain();
	k.tx.flags = 0;
	send_some(1);
	looks = k.clock_reads;
	for (uint32_t i = 0; i < 40; i++)
		send_some(1 + i % 2);
	cr_assert_eq(k.clock_reads, looks);
	cr_assert_eq(stats().tx_kicks_saved, 41);
}

/* Bursts on the fast path do not update the tail time of earlier packets. */
WAKE(kick, packets_batched_after_the_driver_was_awake_have_a_new_tail_time)
{
	open_plain();
	send_some(1); /* kicked at once */
	send_some(1); /* batched */
	k.tx.flags = 0;
	send_some(1); /* needs no kick, and neither does the one before */
	k.now += TAIL;
	k.tx.flags = XDP_RING_NEED_WAKEUP;
	send_some(1); /* batched again */
	cr_assert_eq(k.kicks, 1);
	k.now += TAIL;
	zcxsk_rx_burst(s, NULL, 0);
	zcxsk_tx_reap(s);
	cr_assert_eq(k.kicks, 2);
}

WAKE(kick, a_tx_only_socket_has_no_view)
{
	const struct zcxsk_packet *view;
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.flags = ZCXSK_SOCKET_TX_ONLY;
	open_with(&o);
	cr_assert_eq(zcxsk_rx_view(s, &view, 8), 0);
	cr_assert_eq(send_some(1), 1);
	cr_assert_eq(zcxsk_rx_view(s, &view, 8), 0);
}

/* Packets that the driver took do not count as in flight once they are completed. */
WAKE(kick, the_first_packet_after_the_driver_took_all_is_kicked)
{
	open_plain();
	send_some(1); /* kicked at once */
	send_some(4); /* batched */
	cr_assert_eq(k.kicks, 1);
	k.tx.consumer = k.tx.producer;
	complete_next(5);
	cr_assert_eq(zcxsk_tx_reap(s), 5);
	send_some(1);
	cr_assert_eq(k.kicks, 2);
	send_some(1); /* batched, with one other in flight */
	k.tx.consumer = k.tx.producer;
	complete_next(2);
	send_some(3);
	cr_assert_eq(k.kicks, 3);
}

/* The watermark also counts packets taken, but a driver that took some may have stopped. */
WAKE(kick, packets_left_at_the_watermark_are_kicked_if_none_is_in_flight)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.kick_watermark = 32;
	open_with(&o);
	send_some(1);  /* kicked at once */
	send_some(16); /* batched */
	k.tx.consumer = k.tx.producer;
	complete_next(17);
	cr_assert_eq(k.kicks, 1);
	send_some(16); /* sending this many reaps the completions first */
	cr_assert_eq(k.kicks, 2);
}

WAKE(kick, as_many_packets_as_the_watermark_are_enough)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.kick_watermark = 2;
	open_with(&o);
	send_some(1); /* kicked at once */
	send_some(1);
	cr_assert_eq(k.kicks, 1);
	send_some(1);
	cr_assert_eq(k.kicks, 2);
	cr_assert_eq(stats().tx_kicks_watermark, 1);
	/* The driver takes one meanwhile: again two are left. */
	send_some(1);
	k.tx.consumer = k.tx.producer;
	send_some(2);
	cr_assert_eq(k.kicks, 3);
	cr_assert_eq(stats().tx_kicks_watermark, 2);
}

WAKE(kick, a_sender_without_frames_kicks_what_it_has_gathered)
{
	struct zcxsk_packet held[FRAMES];
	uint32_t n;

	open_plain();
	send_some(1); /* kicked at once */
	send_some(4);
	cr_assert_eq(k.kicks, 1);
	n = zcxsk_tx_alloc(s, held, FRAMES / 4, 0);
	cr_assert_eq(n, FRAMES / 4);
	cr_assert_eq(k.kicks, 1, "there are enough frames");
	n += zcxsk_tx_alloc(s, held + n, FRAMES - n, 0);
	cr_assert_lt(n, FRAMES);
	cr_assert_eq(k.kicks, 2);
	zcxsk_packet_release(s, held, n);
}

/* Otherwise a receiver that always finds packets would never check the tail time. */
WAKE(kick, receive_calls_kick_batched_packets)
{
	const struct zcxsk_packet *view;

	open_plain();
	k.rx.entries[k.rx.producer++ % RING] = (struct xdp_desc){.addr = 256, .len = 60};
	k.rx.entries[k.rx.producer++ % RING] = (struct xdp_desc){.addr = 256, .len = 60};
	k.rx.entries[k.rx.producer++ % RING] = (struct xdp_desc){.addr = 256, .len = 60};
	zcxsk_rx_view(s, &view, 1);
	send_some(1);
	send_some(1);
	zcxsk_rx_view(s, &view, 1); /* starts the tail time at the latest */
	k.now += MS;
	cr_assert_eq(k.kicks, 1);
	cr_assert_eq(zcxsk_rx_view(s, &view, 1), 1);
	cr_assert_eq(k.kicks, 2);
}

WAKE(kick, a_failed_kick_is_repeated)
{
	open_plain();
	k.answer = -ENOBUFS;
	send_some(1);
	cr_assert_eq(zcxsk_socket_status(s), -ENOBUFS);
	k.answer = 0;
	zcxsk_tx_reap(s);
	k.now += TAIL;
	zcxsk_tx_reap(s);
	cr_assert_eq(k.kicks, 2);
	cr_assert_eq(zcxsk_socket_status(s), 0);
	cr_assert_eq(k.tx.consumer, k.tx.producer);
}

/* ---- how often to kick, and with what result ----------------------------------- */

/* Sends n packets, and then kicks for them. */
static void flush(enum zcxsk_mode m, uint32_t n, uint32_t takes)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.kick_policy = ZCXSK_KICK_MANUAL;
	mode = m;
	open_with(&o);
	cr_assert_eq(send_some(n), n);
	cr_assert_eq(k.kicks, 0);
	k.takes = takes;
	zcxsk_tx_flush(s);
}

static uint32_t left_in_ring(void)
{
	return k.tx.producer - k.tx.consumer;
}

/* It has more room, but checks the ring again only for a completion. */
WAKE(kicks, a_driver_that_took_a_whole_batch_is_kicked_again)
{
	flush(ZCXSK_MODE_ZERO_COPY, 100, 64);
	cr_expect_eq(k.kicks, 2);
	cr_expect_eq(left_in_ring(), 0);
	cr_expect_eq(stats().tx_kicks, 2);
	cr_expect_eq(stats().tx_kicks_flush, 1);
	cr_expect_eq(stats().tx_kicks_budget, 1);
}

/* It continues with each completion. */
WAKE(kicks, a_driver_that_took_less_than_a_batch_is_not)
{
	flush(ZCXSK_MODE_ZERO_COPY, 100, 63);
	cr_expect_eq(k.kicks, 1);
	cr_expect_eq(left_in_ring(), 37);
	zcxsk_tx_flush(s);
	cr_expect_eq(send_some(1), 1);
	zcxsk_tx_flush(s);
	cr_expect_eq(k.kicks, 1);
	cr_expect_gt(stats().tx_kicks_saved, 0);
	cr_expect_eq(zcxsk_socket_status(s), 0);
}

WAKE(kicks, a_driver_without_room_is_kicked_once)
{
	flush(ZCXSK_MODE_ZERO_COPY, 100, 0);
	cr_expect_eq(k.kicks, 1);
	cr_expect_eq(left_in_ring(), 100);
}

WAKE(kicks, the_copy_modes_are_kicked_until_all_is_taken)
{
	flush(ZCXSK_MODE_NATIVE_COPY, 3, 3);
	cr_expect_eq(k.kicks, 1);
	cr_assert_eq(send_some(100), 99, "three are in flight");
	k.takes = 32;
	k.answer_after = -EAGAIN;
	zcxsk_tx_flush(s);
	cr_expect_eq(k.kicks, 1 + 4);
	cr_expect_eq(left_in_ring(), 0);
	cr_expect_eq(zcxsk_socket_status(s), 0, "all were taken in the end");
	cr_expect_eq(stats().tx_kick_again, 4);
	cr_expect_eq(stats().tx_kicks_flush, 2);
	cr_expect_eq(stats().tx_kicks_budget, 3);
}

/* Old kernels publish late what they have taken. */
WAKE(kicks, completions_are_progress)
{
	flush(ZCXSK_MODE_NATIVE_COPY, 0, 0);
	cr_assert_eq(send_some(8), 8);
	for (uint32_t i = 0; i < 8; i++)
		complete(k.tx.entries[(START + i) % RING].addr);
	k.answer_after = -EAGAIN;
	zcxsk_tx_flush(s);
	cr_expect_eq(k.kicks, 1 + 4, "four more than the one that brought some");
	k.tx.consumer = k.tx.producer;
}

static void repeat(int answer, uint32_t kicks, int status)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.kick_policy = ZCXSK_KICK_MANUAL;
	mode = ZCXSK_MODE_NATIVE_COPY;
	open_with(&o);
	k.answer = answer;
	cr_assert_eq(send_some(10), 10);
	zcxsk_tx_flush(s);
	cr_expect_eq(k.kicks, kicks, "%d: %u kicks", answer, k.kicks);
	cr_expect_eq(zcxsk_socket_status(s), status, "%d", answer);
	cr_expect_eq(stats().tx_kicks, kicks);
	cr_expect_eq(left_in_ring(), 10);
}

/* Then they are kicked as if nothing had happened. */
static void go_on(void)
{
	k.answer = 0;
	k.kicks = 0;
	zcxsk_tx_flush(s);
	cr_expect_eq(k.kicks, 1);
	cr_expect_eq(zcxsk_socket_status(s), 0);
	cr_expect_eq(left_in_ring(), 0);
}

WAKE(kicks, a_kernel_without_a_free_buffer_is_kicked_four_times)
{
	repeat(-EAGAIN, 4, -EAGAIN);
	cr_expect_eq(stats().tx_kick_again, 4);
	go_on();
}

WAKE(kicks, a_dropped_packet_is_no_error)
{
	repeat(-EBUSY, 4, 0);
	cr_expect_eq(stats().tx_kick_dropped, 4);
	go_on();
}

WAKE(kicks, a_signal_is_no_error)
{
	repeat(-EINTR, 4, 0);
	go_on();
}

WAKE(kicks, a_kernel_without_memory_is_not_kicked_again)
{
	repeat(-ENOBUFS, 1, -ENOBUFS);
	cr_expect_eq(stats().tx_kick_nobufs, 1);
	go_on();
}

WAKE(kicks, a_link_that_is_down_is_not_kicked_again)
{
	repeat(-ENETDOWN, 1, -ENETDOWN);
	cr_expect_eq(stats().tx_kick_netdown, 1);
	go_on();
}

/* As drivers do that send in zero-copy only while a program is attached. */
WAKE(kicks, a_driver_without_a_program_is_no_stall_and_ends_waits)
{
	open_plain();
	k.answer = -EINVAL;
	cr_assert_eq(send_some(3), 3);
	cr_expect_eq(zcxsk_socket_status(s), -EUNATCH);
	cr_expect_eq(send_some(3), 3, "not taken for an invalid packet");
	cr_expect_eq(zcxsk_socket_status(s), -EUNATCH);
	cr_expect_eq(zcxsk_tx_drain(s, 10 * STALL), 6);
	cr_expect_lt(k.waits, 5, "%u sleeps", k.waits);
	for (unsigned i = 0; i < 10; i++) {
		k.now += STALL;
		cr_expect_eq(serve(), 0);
	}
	cr_expect_eq(stats().tx_stalls, 0);
	go_on();
}

WAKE(kicks, any_other_error_is_reported_and_counted)
{
	repeat(-EPERM, 1, -EPERM);
	cr_expect_eq(stats().tx_kick_failed, 1);
	go_on();
}

WAKE(kicks, a_device_that_is_gone_is_never_kicked_again)
{
	repeat(-ENXIO, 1, -ENXIO);
	cr_expect_eq(stats().tx_kick_failed, 1);
	zcxsk_tx_flush(s);
	send_some(1);
	k.now += TAIL;
	zcxsk_tx_reap(s);
	cr_expect_eq(k.kicks, 1);
}

/* ---- the watchdog ---------------------------------------------------------- */

WAKE(watchdog, a_forced_kick_ends_a_silence)
{
	open_plain();
	send_some(1);
	k.tx.flags = 0; /* a forced kick ignores the flag */
	cr_assert_eq(serve(), 0);
	k.now += FIRST - 1;
	cr_assert_eq(serve(), 0);
	cr_assert_eq(stats().tx_kicks_forced, 0);
	k.now += 1;
	k.completes = RING;
	cr_assert_eq(serve(), 0);
	cr_assert_eq(stats().tx_kicks_forced, 1);
	cr_assert_eq(stats().tx_recovered, 1);
	cr_assert_eq(stats().tx_silence_max_ns, FIRST);
	cr_assert_eq(zcxsk_tx_outstanding(s), 0);
}

WAKE(watchdog, it_reaps_before_it_forces_a_kick)
{
	open_plain();
	send_some(1);
	cr_assert_eq(serve(), 0);
	k.now += FIRST;
	complete_next(1);
	cr_assert_eq(serve(), 0);
	cr_assert_eq(stats().tx_kicks_forced, 0);
}

/* No kick is forced before `expected` has passed, and one is then. */
static void expect_kick_after(uint64_t expected, uint32_t stalls)
{
	uint64_t kicks = stats().tx_kicks_forced;

	k.now += expected - 1;
	cr_assert_eq(serve(), 0);
	cr_assert_eq(stats().tx_kicks_forced, kicks);
	k.now += 1;
	cr_assert_eq(serve(), stalls);
	cr_assert_eq(stats().tx_kicks_forced, kicks + 1, "after %lu ns", (unsigned long)expected);
}

WAKE(watchdog, kicks_that_bring_nothing_become_rare)
{
	open_plain();
	send_some(3);
	cr_assert_eq(serve(), 0);
	expect_kick_after(FIRST, 0);
	expect_kick_after(99 * FIRST, 0);
	expect_kick_after(STALL - 100 * FIRST, 1);
	for (unsigned i = 0; i < 10; i++)
		expect_kick_after(STALL, 0);
}

/* However late a stall is declared: nothing else may end the silence of a slow device. */
WAKE(watchdog, a_late_stall_does_not_delay_kicks)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.stall_ns = 60 * STALL;
	open_with(&o);
	send_some(3);
	cr_assert_eq(serve(), 0);
	expect_kick_after(FIRST, 0);
	expect_kick_after(99 * FIRST, 0);
	for (unsigned i = 0; i < 10; i++)
		expect_kick_after(STALL - (i ? 0 : 100 * FIRST), 0);
}

/* Interrupts were lost before: the interval doubles up to a maximum, until a stall. */
WAKE(watchdog, kicks_after_a_lost_interrupt_come_more_often)
{
	uint64_t expected = FIRST, last;

	open_plain();
	send_some(3);
	cr_assert_eq(serve(), 0);
	k.completes = RING;
	expect_kick_after(FIRST, 0);
	cr_assert_eq(stats().tx_recovered, 1);
	k.completes = 0;
	send_some(3);
	cr_assert_eq(serve(), 0);
	for (unsigned i = 1; i < 12; i++) {
		expect_kick_after(expected, 0);
		last = expected * 2;
		expected = last < LAST ? last : LAST;
	}
}

/* The device was slow before; a kick that helps shows that the first one may come earlier. */
WAKE(watchdog, a_kick_that_helps_makes_the_next_come_earlier)
{
	open_plain();
	send_some(3);
	cr_assert_eq(serve(), 0);
	expect_kick_after(FIRST, 0);
	complete_next(3);
	cr_assert_eq(serve(), 0);
	send_some(3);
	cr_assert_eq(serve(), 0);
	k.completes = RING;
	expect_kick_after(4 * FIRST, 0);
	cr_assert_eq(stats().tx_recovered, 1);
	k.completes = 0;
	send_some(3);
	cr_assert_eq(serve(), 0);
	expect_kick_after(2 * FIRST, 0);
}

/* The kick with which a stall is declared came late enough: no other one is needed. */
WAKE(watchdog, a_lone_packet_is_given_up_after_three_kicks)
{
	open_plain();
	send_some(1);
	cr_assert_eq(serve(), 0);
	cr_assert_eq(watchdog_due(s), k.now + FIRST);
	expect_kick_after(FIRST, 0);
	expect_kick_after(99 * FIRST, 0);
	expect_kick_after(STALL - 100 * FIRST, 1);
	cr_assert_eq(watchdog_due(s), k.now + STALL);
	k.now += STALL;
	cr_assert_eq(serve(), 0);
	cr_assert_eq(stats().tx_lost, 1);
	cr_assert_eq(stats().tx_kicks_forced, 3);
}

/* Completions show that device and link are up: nobody has to ask. */
WAKE(watchdog, completions_found_after_a_sleep_need_no_question)
{
	uint32_t receives;

	open_plain();
	send_some(3);
	receives = k.receives;
	k.meanwhile = 1;
	cr_assert_eq(zcxsk_tx_drain(s, STALL), 0);
	cr_assert_geq(k.waits, 3);
	cr_assert_eq(k.receives, receives);
}

/* A check that is due at this very time comes after the sleep. */
WAKE(watchdog, no_sleep_is_for_no_time)
{
	struct zcxsk_packet packet;
	uint32_t n;

	open_plain();
	send_some(1);
	cr_assert_eq(serve(), 0);
	k.now += FIRST;
	cr_assert_eq(zcxsk_rx_wait(s, &packet, 1, 1, &n), -ETIMEDOUT);
	cr_assert_eq(stats().waits, 1);
	cr_assert_eq(stats().tx_kicks_forced, 1);
}

WAKE(watchdog, it_reads_no_clock_while_completions_arrive)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.kick_policy = ZCXSK_KICK_BURST;
	open_with(&o);
	k.completes = RING;
	for (unsigned i = 0; i < 1000; i++)
		cr_assert_eq(send_some(16), 16);
	cr_assert_eq(k.clock_reads, 0);
	cr_assert_eq(stats().tx_kicks_forced, 0);
}

WAKE(watchdog, a_sender_short_of_room_runs_it)
{
	open_plain();
	while (send_some(8))
		;
	k.now += FIRST;
	k.completes = RING;
	cr_assert_eq(send_some(8), 8);
	cr_assert_eq(stats().tx_recovered, 1);
}

WAKE(watchdog, it_ignores_packets_that_are_not_yet_kicked)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.kick_policy = ZCXSK_KICK_BATCH;
	o.kick_tail_ns = 5 * MS;
	open_with(&o);
	send_some(1);
	for (unsigned i = 0; i < 49; i++) {
		cr_assert_eq(serve(), 0);
		k.now += FIRST;
	}
	cr_assert_eq(k.kicks, 0);
	k.now += FIRST;
	cr_assert_eq(serve(), 0);
	cr_assert_eq(stats().tx_kicks_tail, 1);
	cr_assert_eq(stats().tx_kicks_forced, 0);
}

WAKE(watchdog, it_does_nothing_when_disabled)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.watchdog_first_ns = UINT64_MAX;
	open_with(&o);
	while (send_some(8))
		;
	k.completes = RING;
	for (unsigned i = 0; i < 100; i++) {
		k.now += 100 * MS;
		k.clock_reads = 0;
		cr_assert_eq(send_some(1), 0);
		cr_assert_eq(k.clock_reads, 0);
		cr_assert_eq(serve(), 0);
	}
	cr_assert_eq(stats().tx_kicks_forced, 0);
	complete_next(RING);
}

WAKE(watchdog, a_slow_device_is_given_more_time)
{
	open_plain();
	for (unsigned i = 0; i < 20; i++) {
		send_some(1);
		cr_assert_eq(serve(), 0);
		k.now += 3 * MS; /* longer than three checks in a row take */
		cr_assert_eq(serve(), 0);
		complete_next(1);
		cr_assert_eq(serve(), 0);
	}
	cr_assert_leq(stats().tx_kicks_forced, 5);
}

WAKE(watchdog, in_copy_mode_it_kicks_only_for_packets_not_yet_taken)
{
	mode = ZCXSK_MODE_NATIVE_COPY;
	open_plain();
	send_some(1);
	cr_assert_eq(serve(), 0);
	k.now += FIRST;
	cr_assert_eq(serve(), 0);
	cr_assert_eq(stats().tx_kicks_forced, 0);
	k.answer = -ENOBUFS;
	send_some(1);
	k.now += LAST;
	cr_assert_eq(serve(), 0);
	cr_assert_eq(stats().tx_kicks_forced, 1);
}

WAKE(watchdog, a_stall_is_reported_while_it_lasts_with_its_age_and_frames)
{
	struct zcxsk_stall stall;

	open_plain();
	send_some(3);
	zcxsk_stall_init(&stall);
	cr_assert_eq(serve(), 0);
	cr_assert_eq(zcxsk_watchdog_read_stall(s, &stall), -EAGAIN);
	k.now += STALL;
	cr_assert_eq(serve(), 1);
	cr_assert_eq(serve(), 0);
	cr_assert_eq(zcxsk_socket_status(s), -ETIME);
	cr_assert_eq(zcxsk_watchdog_read_stall(s, &stall), 0);
	cr_assert_eq(stall.age_ns, STALL);
	cr_assert_eq(stall.frames, 3);
	cr_assert_eq(stall.untaken, 0);
	cr_assert_eq(stall.count, 1);
	cr_assert_eq(stall.oldest_addr, k.tx.entries[START % RING].addr);
	complete_next(1);
	cr_assert_eq(zcxsk_tx_reap(s), 1);
	cr_assert_eq(zcxsk_watchdog_read_stall(s, &stall), -EAGAIN, "a completion ends the stall");
	cr_assert_eq(zcxsk_socket_status(s), 0);
}

WAKE(watchdog, a_stall_seen_by_another_call_is_reported_by_the_next_wait)
{
	struct zcxsk_packet p[RING];
	uint32_t n;

	open_plain();
	while (send_some(8))
		;
	k.now += STALL;
	cr_assert_eq(send_some(8), 0, "this call detects the stall but cannot report it");
	n = zcxsk_tx_alloc(s, p, 1, 0);
	p[0].len = 60;
	cr_assert_eq(zcxsk_tx_wait(s, p, n, STALL, &n), -ETIME);
	zcxsk_packet_release(s, p, 1);
}

WAKE(watchdog, a_drain_continues_through_a_stall_until_its_deadline)
{
	uint64_t start;

	open_plain();
	send_some(5);
	start = k.now;
	cr_assert_eq(zcxsk_tx_drain(s, 3 * STALL), 5);
	cr_assert_eq(k.now - start, 3 * STALL);
	cr_assert_eq(stats().tx_stalls, 1);
}

/* ---- completions ----------------------------------------------------------- */

static uint64_t sent(uint32_t index)
{
	return k.tx.entries[(START + index) % RING].addr;
}

WAKE(completions, may_arrive_in_any_order)
{
	open_plain();
	send_some(4);
	complete(sent(2));
	complete(sent(0));
	complete(sent(3));
	cr_assert_eq(zcxsk_tx_reap(s), 3);
	cr_assert_eq(zcxsk_tx_outstanding(s), 1);
	check_places();
	complete(sent(1));
	cr_assert_eq(zcxsk_tx_reap(s), 1);
	cr_assert_eq(zcxsk_tx_outstanding(s), 0);
	cr_assert_eq(stats().completion_early, 2);
}

WAKE(completions, of_foreign_frames_are_counted_and_ignored)
{
	open_plain();
	send_some(4);
	complete(sent(0));
	complete(sent(0));
	cr_assert_eq(zcxsk_tx_reap(s), 1);
	cr_assert_eq(stats().completion_doubled, 1);
	complete(1ull << 40);
	complete((FRAMES - 1) * FRAME_SIZE);
	cr_assert_eq(zcxsk_tx_reap(s), 0);
	cr_assert_eq(stats().completion_foreign, 1);
	cr_assert_eq(stats().completion_unknown, 1);
	complete(sent(2));
	complete(sent(2));
	cr_assert_eq(zcxsk_tx_reap(s), 1);
	cr_assert_eq(stats().completion_doubled, 2);
	complete(sent(1));
	complete(sent(3));
	cr_assert_eq(zcxsk_tx_reap(s), 2);
	cr_assert_eq(zcxsk_tx_outstanding(s), 0);
}

WAKE(completions, a_missing_one_costs_one_frame_and_not_the_queue)
{
	uint32_t lost;

	open_plain();
	send_some(1);
	lost = k.done++;
	for (unsigned i = 0; i < 10 * RING; i++) {
		cr_assert_eq(send_some(1), 1, "packet %u", i);
		zcxsk_tx_flush(s);
		complete_next(1);
		zcxsk_tx_reap(s);
	}
	cr_assert_eq(zcxsk_tx_outstanding(s), 1);
	complete(k.tx.entries[lost % RING].addr);
	zcxsk_tx_reap(s);
	check_places();
}

/* ---- tokens ---------------------------------------------------------------- */

static uint32_t send_tokens(uint64_t first, uint32_t n)
{
	struct zcxsk_packet p[RING];
	uint64_t tokens[RING];

	n = zcxsk_tx_alloc(s, p, n, 0);
	for (uint32_t i = 0; i < n; i++) {
		p[i].len = 60;
		tokens[i] = first + i;
	}
	return zcxsk_tx_burst_tokens(s, p, tokens, n);
}

static void open_tokens(enum zcxsk_tokens order)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.tokens = order;
	open_with(&o);
}

WAKE(tokens, in_order_are_reported_after_all_earlier_ones)
{
	uint64_t reported[8];

	open_tokens(ZCXSK_TOKENS_IN_ORDER);
	send_tokens(100, 4);
	complete(sent(1));
	complete(sent(2));
	cr_assert_eq(zcxsk_tx_done(s, reported, 8), 0);
	complete(sent(0));
	cr_assert_eq(zcxsk_tx_done(s, reported, 2), 2);
	cr_assert_eq(reported[0], 100);
	cr_assert_eq(reported[1], 101);
	complete(sent(3));
	cr_assert_eq(zcxsk_tx_done(s, reported, 8), 2);
	cr_assert_eq(reported[0], 102);
	cr_assert_eq(reported[1], 103);
}

WAKE(tokens, as_done_are_reported_as_they_complete)
{
	uint64_t reported[8];

	open_tokens(ZCXSK_TOKENS_AS_DONE);
	send_tokens(100, 3);
	complete(sent(2));
	complete(sent(0));
	cr_assert_eq(zcxsk_tx_done(s, reported, 8), 2);
	cr_assert_eq(reported[0], 102);
	cr_assert_eq(reported[1], 100);
	complete(sent(1));
	cr_assert_eq(zcxsk_tx_done(s, reported, 8), 1);
	cr_assert_eq(reported[0], 101);
}

WAKE(tokens, that_are_not_collected_stop_the_sender_and_none_is_lost)
{
	uint64_t reported[RING], next = 0;
	uint32_t n, sent_ones = 0;

	open_tokens(ZCXSK_TOKENS_IN_ORDER);
	k.completes = RING;
	while ((n = send_tokens(sent_ones, 8))) {
		sent_ones += n;
		zcxsk_tx_flush(s);
		cr_assert_leq(sent_ones, RING);
	}
	n = zcxsk_tx_done(s, reported, RING);
	cr_assert_eq(n, sent_ones);
	for (uint32_t i = 0; i < n; i++)
		cr_assert_eq(reported[i], next++);
	cr_assert_eq(send_tokens(0, 8), 8);
}

WAKE(tokens, packets_without_one_are_not_reported)
{
	uint64_t reported[4];

	open_tokens(ZCXSK_TOKENS_AS_DONE);
	k.completes = RING;
	send_some(3);
	cr_assert_eq(zcxsk_tx_done(s, reported, 4), 0);
	cr_assert_eq(zcxsk_tx_outstanding(s), 0);
}

WAKE(tokens, are_refused_unless_enabled)
{
	struct zcxsk_packet p;
	uint64_t token = 1;

	open_plain();
	cr_assert_eq(zcxsk_tx_alloc(s, &p, 1, 0), 1);
	p.len = 60;
	cr_assert_eq(zcxsk_tx_burst_tokens(s, &p, &token, 1), 0);
	cr_assert_eq(zcxsk_socket_status(s), -EINVAL);
	zcxsk_packet_release(s, &p, 1);
}

/* ---- zcxsk_tx_send ----------------------------------------------------------- */

WAKE(send, short_packets_are_copied_and_long_ones_in_frames_are_sent_in_place)
{
	struct zcxsk_packet p;
	unsigned char outside[1000] = {0}, *inside;

	open_plain();
	k.completes = RING;
	cr_assert_eq(zcxsk_tx_alloc(s, &p, 1, 0), 1);
	inside = zcxsk_packet_data(zcxsk_socket_base(s), &p);
	cr_assert_eq(zcxsk_tx_send(s, outside, sizeof(outside)), 0);
	cr_assert_eq(zcxsk_tx_send(s, inside, 256), 0);
	cr_assert_eq(stats().in_application, 1, "the application still owns the frame");
	cr_assert_eq(zcxsk_tx_send(s, inside + 1000, FRAME_SIZE - 999), -EMSGSIZE);
	cr_assert_eq(zcxsk_tx_send(s, inside, 257), 1);
	cr_assert_eq(stats().in_application, 0, "the kernel owns the frame");
	cr_assert_eq(stats().tx_copies, 2);
}

/* ---- a new queue ------------------------------------------------------------ */

/* The ledger still records the frames as owned by the kernel. */
WAKE(rebuild, frames_returned_in_invalid_descriptors_are_recovered)
{
	struct zcxsk_packet p[RING];

	pool_flags = ZCXSK_POOL_CHECK;
	open_plain();
	for (uint32_t i = 0; i < RING; i++)
		k.rx.entries[k.rx.producer++ % RING] =
			(struct xdp_desc){.addr = 1ull << 40, .len = 60};
	k.fill.consumer = k.fill.producer;
	/* A call stops at the floor and posts other frames. */
	for (uint32_t i = 0; i < RING && stats().rx_invalid < RING; i++)
		cr_assert_eq(zcxsk_rx_burst(s, p, RING), 0);
	cr_assert_eq(stats().rx_invalid, RING);
	cr_assert_eq(zcxsk_socket_rebuild(s, NULL), 0);
	cr_assert_eq(stats().rx_invalid, RING);
}

WAKE(rebuild, frames_held_by_the_application_are_kept)
{
	struct zcxsk_packet p;

	open_plain();
	cr_assert_eq(zcxsk_tx_alloc(s, &p, 1, 0), 1);
	cr_assert_eq(zcxsk_socket_rebuild(s, NULL), -EBUSY);
	cr_assert_eq(zcxsk_packet_release(s, &p, 1), 1);
	send_some(3);
	cr_assert_eq(zcxsk_socket_rebuild(s, NULL), 0);
	cr_assert_eq(stats().tx_abandoned, 3);
	cr_assert_eq(zcxsk_tx_outstanding(s), 0);
}
