/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kick.c - when a sender kicks, what the watchdog does and when, and which
 * completions are believed: over rings in plain memory, with a clock and a
 * kernel that do what the test says.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <zcxsk/zcxsk.h>

#define RING 128u
#define FRAMES 512u
#define FRAME_SIZE 2048u
#define START (UINT32_MAX - 5) /* the indices wrap soon */
#define US 1000ull
#define MS 1000000ull
#define TAIL (50 * US) /* the defaults, as socket.h has them */
#define FIRST (100 * US)
#define LAST (10 * MS)
#define STALL (1000 * MS)

struct ring {
	uint32_t producer, consumer, flags;
	struct xdp_desc entries[RING];
};

/* The kernel's side. A kick takes everything and completes what it may. */
static struct {
	struct ring fill, rx, tx, comp;
	uint64_t now;
	uint32_t kicks, waits, looks_at_clock;
	uint32_t completes; /* of those taken, how many a kick completes at most */
	uint32_t done;	    /* TX index up to which all is completed */
	uint32_t meanwhile; /* so many are completed while somebody sleeps */
	uint64_t slept;	    /* the last time */
	int answer;	    /* of a kick */
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

/* Of what was taken, in order. */
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
	k.tx.consumer = k.tx.producer;
	complete_next(k.completes);
	return 0;
}

static int receive(void *context)
{
	(void)context;
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
	k.looks_at_clock++;
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

/* In zero-copy, asking for kicks, with everything out until told otherwise. */
static void open_with(struct zcxsk_socket_opts *o)
{
	struct zcxsk_kernel kernel;
	struct zcxsk_umem_opts u;
	struct zcxsk_pool_opts p;

	memset(&k, 0, sizeof(k));
	k.now = 77 * MS;
	k.done = START;
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

static struct zcxsk_stats stats(void)
{
	struct zcxsk_stats st;

	zcxsk_stats_init(&st);
	cr_assert_eq(zcxsk_socket_read_stats(s, &st), 0);
	return st;
}

/* Each frame in one place, and no more of them than there are. */
static void check_places(void)
{
	struct zcxsk_stats st = stats();

	cr_assert_eq(st.in_fill_ring + st.in_kernel_rx + st.in_rx_ring + st.in_tx_ring +
			     st.in_kernel_tx + st.in_completion_ring + (uint64_t)st.in_application +
			     st.in_cache + st.in_pool,
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

/* A test between the two; Criterion counts no failure after a test's own end. */
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

WAKE(kick, packets_behind_others_gather_up_to_the_watermark)
{
	uint32_t watermark;
	struct zcxsk_socket_info info;

	open_plain();
	zcxsk_socket_info_init(&info);
	cr_assert_eq(zcxsk_socket_read_info(s, &info), 0);
	watermark = info.kick_watermark;
	cr_assert_eq(info.tx_limit, RING * 80 / 100);
	cr_assert_eq(watermark, info.tx_limit / 2, "reached before the limit is");
	send_some(1);
	for (uint32_t i = 1; i < watermark; i++)
		send_some(1);
	cr_assert_eq(k.kicks, 1);
	send_some(1);
	cr_assert_eq(k.kicks, 2);
	cr_assert_eq(stats().tx_kicks_watermark, 1);
}

WAKE(kick, what_the_driver_takes_by_itself_needs_no_kick)
{
	struct zcxsk_socket_info info;

	open_plain();
	zcxsk_socket_info_init(&info);
	cr_assert_eq(zcxsk_socket_read_info(s, &info), 0);
	send_some(1);
	send_some(info.kick_watermark - 1);
	k.tx.consumer = k.tx.producer; /* a completion made it look */
	send_some(2);
	cr_assert_eq(k.kicks, 1, "fewer than the watermark are left");
	send_some(info.kick_watermark - 2);
	cr_assert_eq(k.kicks, 2);
	cr_assert_eq(stats().tx_kicks_watermark, 1);
}

WAKE(kick, the_tail_time_of_what_the_driver_left_begins_anew)
{
	open_plain();
	send_some(1);
	send_some(1);
	k.tx.consumer = k.tx.producer;
	send_some(1);
	k.now += TAIL;
	zcxsk_tx_reap(s);
	cr_assert_eq(k.kicks, 1, "the driver is at work");
	k.now += TAIL - 1;
	zcxsk_tx_reap(s);
	cr_assert_eq(k.kicks, 1);
	k.now += 1;
	zcxsk_tx_reap(s);
	cr_assert_eq(stats().tx_kicks_tail, 1);
}

WAKE(kick, nothing_is_kicked_that_the_driver_has_taken)
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
	cr_assert_eq(zcxsk_watchdog_run(s), 0);
	k.now += FIRST;
	cr_assert_eq(zcxsk_watchdog_run(s), 0);
	cr_assert_eq(stats().tx_kicks_forced, 1, "but it is looked after");
}

WAKE(kick, what_has_gathered_waits_no_longer_than_the_tail_time)
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

WAKE(kick, nothing_stays_behind_where_nobody_may_come_by)
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

/* Sends until nothing more may be out, then waits for one frame. How long it slept at last. */
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

WAKE(kick, a_wait_for_frames_sleeps_shorter_where_the_device_stood_idle)
{
	open_plain();
	cr_assert_eq(sleep_for_a_frame(RING), FIRST);
	cr_assert_eq(sleep_for_a_frame(RING), FIRST / 2);
	cr_assert_eq(sleep_for_a_frame(RING), FIRST / 4);
	cr_assert_eq(sleep_for_a_frame(1), 20 * US, "it was busy all the time");
	cr_assert_eq(sleep_for_a_frame(1), 20 * US);
	for (uint32_t i = 0; i < 1000; i++)
		cr_assert_eq(sleep_for_a_frame(RING), 20 * US, "and no shorter than that");
}

WAKE(kick, a_wait_for_frames_sleeps_longer_where_none_came)
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

WAKE(kick, each_burst_is_kicked_where_the_policy_says_so)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.kick_policy = ZCXSK_KICK_BURST;
	open_with(&o);
	for (uint32_t i = 1; i < 10; i++) {
		send_some(1);
		cr_assert_eq(k.kicks, i);
	}
	cr_assert_eq(k.looks_at_clock, 0);
}

WAKE(kick, a_batch_waits_for_its_tail_even_alone)
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

WAKE(kick, by_hand_nothing_is_kicked_until_the_flush)
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
	cr_assert_eq(k.kicks, 1, "there is nothing left to kick for");
}

WAKE(kick, a_driver_that_does_not_ask_is_not_kicked)
{
	open_plain();
	k.tx.flags = 0;
	send_some(1);
	cr_assert_eq(k.kicks, 0);
	cr_assert_eq(stats().tx_kicks_saved, 1);
}

/* A look at the clock costs more than all the rest of a burst. */
WAKE(kick, a_driver_that_does_not_ask_costs_no_look_at_the_clock)
{
	uint32_t looks;

	open_plain();
	k.tx.flags = 0;
	send_some(1);
	looks = k.looks_at_clock;
	for (uint32_t i = 0; i < 40; i++)
		send_some(1 + i % 2);
	cr_assert_eq(k.looks_at_clock, looks);
	cr_assert_eq(stats().tx_kicks_saved, 41);
}

/* Bursts that look at nothing else leave the tail of those before them behind. */
WAKE(kick, what_gathers_after_a_driver_was_awake_has_a_tail_of_its_own)
{
	open_plain();
	send_some(1); /* kicked at once */
	send_some(1); /* gathers */
	k.tx.flags = 0;
	send_some(1); /* is seen by itself, and so is the one before */
	k.now += MS;
	k.tx.flags = XDP_RING_NEED_WAKEUP;
	send_some(1); /* gathers anew */
	cr_assert_eq(k.kicks, 1);
	k.now += MS;
	zcxsk_rx_burst(s, NULL, 0);
	zcxsk_tx_reap(s);
	cr_assert_eq(k.kicks, 2);
}

WAKE(kick, a_sender_has_nothing_to_look_at)
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

/* What it took is no longer waiting, and must not be taken for something on its way. */
WAKE(kick, after_a_driver_took_all_by_itself_the_next_is_kicked_at_once)
{
	open_plain();
	send_some(1); /* kicked at once */
	send_some(4); /* gathers */
	cr_assert_eq(k.kicks, 1);
	k.tx.consumer = k.tx.producer;
	complete_next(5);
	cr_assert_eq(zcxsk_tx_reap(s), 5);
	send_some(1);
	cr_assert_eq(k.kicks, 2);
	send_some(1); /* gathers, and is all that is out but one */
	k.tx.consumer = k.tx.producer;
	complete_next(2);
	send_some(3);
	cr_assert_eq(k.kicks, 3);
}

/* The watermark counts what it took; that some was taken does not mean that it goes on. */
WAKE(kick, what_is_left_at_the_watermark_is_kicked_where_nothing_is_on_its_way)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.kick_watermark = 32;
	open_with(&o);
	send_some(1);  /* kicked at once */
	send_some(16); /* gathers */
	k.tx.consumer = k.tx.producer;
	complete_next(17);
	cr_assert_eq(k.kicks, 1);
	send_some(16); /* as many as come home have the frames taken in first */
	cr_assert_eq(k.kicks, 2);
}

/* A receiver that finds packets each time would else never look at the tail. */
WAKE(kick, what_gathers_is_kicked_by_calls_that_receive)
{
	const struct zcxsk_packet *view;

	open_plain();
	k.rx.entries[k.rx.producer++ % RING] = (struct xdp_desc){.addr = 256, .len = 60};
	k.rx.entries[k.rx.producer++ % RING] = (struct xdp_desc){.addr = 256, .len = 60};
	k.rx.entries[k.rx.producer++ % RING] = (struct xdp_desc){.addr = 256, .len = 60};
	zcxsk_rx_view(s, &view, 1);
	send_some(1);
	send_some(1);
	zcxsk_rx_view(s, &view, 1); /* sees the tail begin, at the latest */
	k.now += MS;
	cr_assert_eq(k.kicks, 1);
	cr_assert_eq(zcxsk_rx_view(s, &view, 1), 1);
	cr_assert_eq(k.kicks, 2);
}

WAKE(kick, what_a_refused_kick_left_is_kicked_again)
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

/* ---- the watchdog ---------------------------------------------------------- */

WAKE(watchdog, a_silence_is_ended_by_a_forced_kick)
{
	open_plain();
	send_some(1);
	k.tx.flags = 0; /* whatever the flag says */
	cr_assert_eq(zcxsk_watchdog_run(s), 0);
	k.now += FIRST - 1;
	cr_assert_eq(zcxsk_watchdog_run(s), 0);
	cr_assert_eq(stats().tx_kicks_forced, 0);
	k.now += 1;
	k.completes = RING;
	cr_assert_eq(zcxsk_watchdog_run(s), 0);
	cr_assert_eq(stats().tx_kicks_forced, 1);
	cr_assert_eq(stats().tx_recovered, 1);
	cr_assert_eq(stats().tx_silence_max_ns, FIRST);
	cr_assert_eq(zcxsk_tx_outstanding(s), 0);
}

WAKE(watchdog, it_reaps_before_it_forces)
{
	open_plain();
	send_some(1);
	cr_assert_eq(zcxsk_watchdog_run(s), 0);
	k.now += FIRST;
	complete_next(1);
	cr_assert_eq(zcxsk_watchdog_run(s), 0);
	cr_assert_eq(stats().tx_kicks_forced, 0);
}

WAKE(watchdog, it_looks_half_as_often_each_time_up_to_a_longest_interval)
{
	uint64_t expected = FIRST, last;

	open_plain();
	send_some(1);
	cr_assert_eq(zcxsk_watchdog_run(s), 0);
	for (unsigned i = 1; i < 12; i++) {
		k.now += expected - 1;
		cr_assert_eq(zcxsk_watchdog_run(s), 0);
		cr_assert_eq(stats().tx_kicks_forced, i - 1);
		k.now += 1;
		cr_assert_eq(zcxsk_watchdog_run(s), 0);
		cr_assert_eq(stats().tx_kicks_forced, i);
		last = expected * 2;
		expected = last < LAST ? last : LAST;
	}
}

WAKE(watchdog, it_costs_no_look_at_the_clock_while_completions_flow)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.kick_policy = ZCXSK_KICK_BURST;
	open_with(&o);
	k.completes = RING;
	for (unsigned i = 0; i < 1000; i++)
		cr_assert_eq(send_some(16), 16);
	cr_assert_eq(k.looks_at_clock, 0);
	cr_assert_eq(stats().tx_kicks_forced, 0);
}

WAKE(watchdog, a_sender_short_of_room_has_it_look)
{
	open_plain();
	while (send_some(8))
		;
	k.now += FIRST;
	k.completes = RING;
	cr_assert_eq(send_some(8), 8);
	cr_assert_eq(stats().tx_recovered, 1);
}

WAKE(watchdog, what_is_gathering_is_not_its_business)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.kick_policy = ZCXSK_KICK_BATCH;
	o.kick_tail_ns = 5 * MS;
	open_with(&o);
	send_some(1);
	for (unsigned i = 0; i < 49; i++) {
		cr_assert_eq(zcxsk_watchdog_run(s), 0);
		k.now += FIRST;
	}
	cr_assert_eq(k.kicks, 0);
	k.now += FIRST;
	cr_assert_eq(zcxsk_watchdog_run(s), 0);
	cr_assert_eq(stats().tx_kicks_tail, 1);
	cr_assert_eq(stats().tx_kicks_forced, 0);
}

WAKE(watchdog, off_it_does_nothing)
{
	struct zcxsk_socket_opts o;

	zcxsk_socket_opts_init(&o);
	o.watchdog_first_ns = UINT64_MAX;
	open_with(&o);
	while (send_some(8))
		;
	k.completes = RING;
	k.looks_at_clock = 0;
	for (unsigned i = 0; i < 100; i++) {
		k.now += 100 * MS;
		cr_assert_eq(send_some(1), 0);
		cr_assert_eq(zcxsk_watchdog_run(s), 0);
	}
	cr_assert_eq(stats().tx_kicks_forced, 0);
	cr_assert_eq(k.looks_at_clock, 0);
	complete_next(RING);
}

WAKE(watchdog, a_slow_device_is_given_more_time)
{
	open_plain();
	for (unsigned i = 0; i < 20; i++) {
		send_some(1);
		cr_assert_eq(zcxsk_watchdog_run(s), 0);
		k.now += 3 * MS; /* longer than three looks in a row take */
		cr_assert_eq(zcxsk_watchdog_run(s), 0);
		complete_next(1);
		cr_assert_eq(zcxsk_watchdog_run(s), 0);
	}
	cr_assert_leq(stats().tx_kicks_forced, 5);
}

WAKE(watchdog, copying_it_kicks_only_for_what_the_kernel_has_not_taken)
{
	mode = ZCXSK_MODE_NATIVE_COPY;
	open_plain();
	send_some(1);
	cr_assert_eq(zcxsk_watchdog_run(s), 0);
	k.now += FIRST;
	cr_assert_eq(zcxsk_watchdog_run(s), 0);
	cr_assert_eq(stats().tx_kicks_forced, 0);
	k.answer = -ENOBUFS;
	send_some(1);
	k.now += LAST;
	cr_assert_eq(zcxsk_watchdog_run(s), 0);
	cr_assert_eq(stats().tx_kicks_forced, 1);
}

WAKE(watchdog, a_stall_is_told_once_with_its_age_and_frames)
{
	struct zcxsk_stall stall;

	open_plain();
	send_some(3);
	zcxsk_stall_init(&stall);
	cr_assert_eq(zcxsk_watchdog_run(s), 0);
	cr_assert_eq(zcxsk_watchdog_read_stall(s, &stall), -EAGAIN);
	k.now += STALL;
	cr_assert_eq(zcxsk_watchdog_run(s), -ETIME);
	cr_assert_eq(zcxsk_watchdog_run(s), 0);
	cr_assert_eq(zcxsk_socket_status(s), -ETIME);
	cr_assert_eq(zcxsk_watchdog_read_stall(s, &stall), 0);
	cr_assert_eq(stall.age_ns, STALL);
	cr_assert_eq(stall.frames, 3);
	cr_assert_eq(stall.untaken, 0);
	cr_assert_eq(stall.count, 1);
	cr_assert_eq(stall.oldest_addr, k.tx.entries[START % RING].addr);
	complete_next(1);
	cr_assert_eq(zcxsk_tx_reap(s), 1);
	cr_assert_eq(zcxsk_watchdog_read_stall(s, &stall), -EAGAIN, "it ends with a completion");
	cr_assert_eq(zcxsk_socket_status(s), 0);
}

WAKE(watchdog, a_stall_seen_by_another_call_is_told_by_the_next_wait)
{
	struct zcxsk_packet p[RING];
	uint32_t n;

	open_plain();
	while (send_some(8))
		;
	k.now += STALL;
	cr_assert_eq(send_some(8), 0, "this call sees it and cannot tell");
	n = zcxsk_tx_alloc(s, p, 1, 0);
	p[0].len = 60;
	cr_assert_eq(zcxsk_tx_wait(s, p, n, STALL, &n), -ETIME);
	zcxsk_packet_release(s, p, 1);
}

WAKE(watchdog, a_drain_goes_on_through_a_stall_to_its_deadline)
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

WAKE(completions, come_in_any_order)
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

WAKE(completions, that_are_not_ours_are_counted_and_ignored)
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

WAKE(completions, one_that_never_comes_costs_one_frame_and_not_the_queue)
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

WAKE(tokens, in_order_are_told_when_all_before_are_done)
{
	uint64_t told[8];

	open_tokens(ZCXSK_TOKENS_IN_ORDER);
	send_tokens(100, 4);
	complete(sent(1));
	complete(sent(2));
	cr_assert_eq(zcxsk_tx_done(s, told, 8), 0);
	complete(sent(0));
	cr_assert_eq(zcxsk_tx_done(s, told, 2), 2);
	cr_assert_eq(told[0], 100);
	cr_assert_eq(told[1], 101);
	complete(sent(3));
	cr_assert_eq(zcxsk_tx_done(s, told, 8), 2);
	cr_assert_eq(told[0], 102);
	cr_assert_eq(told[1], 103);
}

WAKE(tokens, as_done_are_told_as_they_come)
{
	uint64_t told[8];

	open_tokens(ZCXSK_TOKENS_AS_DONE);
	send_tokens(100, 3);
	complete(sent(2));
	complete(sent(0));
	cr_assert_eq(zcxsk_tx_done(s, told, 8), 2);
	cr_assert_eq(told[0], 102);
	cr_assert_eq(told[1], 100);
	complete(sent(1));
	cr_assert_eq(zcxsk_tx_done(s, told, 8), 1);
	cr_assert_eq(told[0], 101);
}

WAKE(tokens, that_nobody_collects_stop_the_sender_and_none_is_lost)
{
	uint64_t told[RING], next = 0;
	uint32_t n, sent_ones = 0;

	open_tokens(ZCXSK_TOKENS_IN_ORDER);
	k.completes = RING;
	while ((n = send_tokens(sent_ones, 8))) {
		sent_ones += n;
		zcxsk_tx_flush(s);
		cr_assert_leq(sent_ones, RING);
	}
	n = zcxsk_tx_done(s, told, RING);
	cr_assert_eq(n, sent_ones);
	for (uint32_t i = 0; i < n; i++)
		cr_assert_eq(told[i], next++);
	cr_assert_eq(send_tokens(0, 8), 8);
}

WAKE(tokens, packets_without_one_are_not_told)
{
	uint64_t told[4];

	open_tokens(ZCXSK_TOKENS_AS_DONE);
	k.completes = RING;
	send_some(3);
	cr_assert_eq(zcxsk_tx_done(s, told, 4), 0);
	cr_assert_eq(zcxsk_tx_outstanding(s), 0);
}

WAKE(tokens, are_refused_where_none_were_asked_for)
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

/* ---- packets from anywhere -------------------------------------------------- */

WAKE(send, short_packets_are_copied_and_long_ones_in_frames_are_not)
{
	struct zcxsk_packet p;
	unsigned char outside[1000] = {0}, *inside;

	open_plain();
	k.completes = RING;
	cr_assert_eq(zcxsk_tx_alloc(s, &p, 1, 0), 1);
	inside = zcxsk_packet_data(zcxsk_socket_base(s), &p);
	cr_assert_eq(zcxsk_tx_send(s, outside, sizeof(outside)), 0);
	cr_assert_eq(zcxsk_tx_send(s, inside, 256), 0);
	cr_assert_eq(stats().in_application, 1, "the frame is still ours");
	cr_assert_eq(zcxsk_tx_send(s, inside + 1000, FRAME_SIZE - 999), -EMSGSIZE);
	cr_assert_eq(zcxsk_tx_send(s, inside, 257), 1);
	cr_assert_eq(stats().in_application, 0, "the frame is the kernel's");
	cr_assert_eq(stats().tx_copies, 2);
}

/* ---- a new queue ------------------------------------------------------------ */

/* The frames are still with the kernel, for all that the ledger knows. */
WAKE(rebuild, frames_that_came_back_in_wrong_descriptors_are_found_again)
{
	struct zcxsk_packet p[RING];

	pool_flags = ZCXSK_POOL_CHECK;
	open_plain();
	for (uint32_t i = 0; i < RING; i++)
		k.rx.entries[k.rx.producer++ % RING] =
			(struct xdp_desc){.addr = 1ull << 40, .len = 60};
	k.fill.consumer = k.fill.producer;
	cr_assert_eq(zcxsk_rx_burst(s, p, RING), 0);
	cr_assert_eq(stats().rx_invalid, RING);
	cr_assert_eq(zcxsk_socket_rebuild(s, NULL), 0);
	cr_assert_eq(stats().rx_invalid, RING);
}

WAKE(rebuild, frames_that_the_application_holds_are_not_taken_away)
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
