/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * silent.c - a device that takes packets and never completes them: the stall is reported to
 * the sender in time, once, and exactly; every wait ends at its deadline; a rebuild recovers
 * the frames, and the sender continues; a close leaves nothing behind. For the guest: a
 * card alone on its hub, named by ZCXSK_TEST_IFACES.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "check.h"
#include "prompt.h"
#include "resources.h"
#include "rig.h"
#include "traffic.h"

#define STALL_NS 1000000000ull	/* the library's default */
#define REPORT_NS 1200000000ull /* from the last progress to the report */
#define DRAIN_NS 3000000000ull	/* a drain long enough to detect a stall */
#define SHORT_NS 100000000ull
#define LATE_NS 10000000000ull /* on a busy machine; an endless wait exceeds it */
#define PATIENCE_NS 30000000000ull
#define FULL 256u /* the device's own ring, which is filled at least */
#define RUNS 20u  /* of the watchdog, after the stall was reported */

static struct prompt report = {.what = "a stall is reported"};

/* A sender and its last progress. */
struct sender {
	struct zcxsk_socket *s;
	int epoll;
	uint64_t completed;   /* as last seen */
	uint64_t progress_ns; /* time of that, or of the first packet */
};

static void note_progress(struct sender *x)
{
	uint64_t completed = rig_stats(x->s).tx_completed;

	if (completed == x->completed && x->progress_ns)
		return;
	x->completed = completed;
	x->progress_ns = rig_now();
}

/* ---- the stall, reported in two ways ---------------------------------------- */

/* Sends one burst. *taken is the number sent. */
static int send_waiting(struct sender *x, uint64_t timeout_ns, uint32_t *taken)
{
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint32_t n = zcxsk_tx_alloc(x->s, p, TRAFFIC_BURST, 0);
	int ret;

	CHECK_EQ("enough frames are free", n, TRAFFIC_BURST);
	for (uint32_t i = 0; i < n; i++)
		p[i].len = traffic_length(i);
	ret = zcxsk_tx_wait(x->s, p, n, timeout_ns, taken);
	CHECK_EQ("frames not sent can be released",
		 zcxsk_packet_release(x->s, p + *taken, n - *taken), n - *taken);
	return ret;
}

static void reported_while_waiting(struct sender *x)
{
	uint32_t taken;
	int ret;

	do {
		ret = send_waiting(x, PATIENCE_NS, &taken);
		if (taken)
			note_progress(x);
	} while (!ret);
	CHECK_EQ("the stall is reported to a waiting sender", ret, -ETIME);
}

/* A sender with a full ring that sleeps in its own epoll loop. */
static void reported_in_epoll(struct sender *x)
{
	uint64_t deadline = rig_now() + PATIENCE_NS;
	struct epoll_event event;
	uint32_t sent = 0, n;
	int ret = 0;

	while ((n = traffic_send(x->s, sent, TRAFFIC_BURST))) {
		note_progress(x);
		sent += n;
	}
	CHECK("the sender's ring fills up", sent >= FULL);
	while (!ret) {
		CHECK("the service descriptor wakes its owner", rig_now() < deadline);
		if (epoll_wait(x->epoll, &event, 1, (int)(PATIENCE_NS / 1000000)) == 1)
			ret = rig_serve(x->s);
		note_progress(x);
	}
	CHECK_EQ("the stall is reported to a sender in its own loop", ret, -ETIME);
}

/* ---- the contents of the report ---------------------------------------------- */

static struct zcxsk_stall check_stall(struct sender *x, uint64_t count)
{
	uint64_t took = rig_now() - x->progress_ns;
	struct zcxsk_stats st = rig_stats(x->s);
	struct zcxsk_stall stall;

	prompt_note(&report, took);
	printf("  stall %llu, after %llu forced kicks\n", (unsigned long long)count,
	       (unsigned long long)st.tx_kicks_forced);
	zcxsk_stall_init(&stall);
	CHECK_EQ("the stall can be read", zcxsk_watchdog_read_stall(x->s, &stall), 0);
	CHECK_EQ("the status is -ETIME", zcxsk_socket_status(x->s), -ETIME);
	CHECK_EQ("its frames are those in flight", stall.frames, zcxsk_tx_outstanding(x->s));
	CHECK_EQ("its untaken frames are those in the ring", stall.untaken, st.in_tx_ring);
	CHECK_EQ("missing frames are distinguished from those in the ring",
		 stall.frames - stall.untaken, st.in_kernel_tx);
	CHECK("its age is the silence", stall.age_ns >= STALL_NS);
	CHECK_EQ("stalls are numbered", stall.count, count);
	CHECK_EQ("stalls are counted", st.tx_stalls, count);
	CHECK("kicks were forced before the stall", st.tx_kicks_forced > 0);
	CHECK("the silence is counted", st.tx_silence_max_ns >= STALL_NS);
	return stall;
}

/* Each call that waits for frames reports the stall after trying; a loop gets one event. */
static void check_reported_while_it_lasts(struct sender *x, uint64_t count, bool event_pending)
{
	struct zcxsk_stall stall;
	uint32_t taken;

	for (unsigned i = 0; i < RUNS; i++) {
		uint64_t start = rig_now();

		CHECK_EQ("a stall is reported to each waiting sender",
			 send_waiting(x, PATIENCE_NS, &taken), -ETIME);
		CHECK("a waiting sender does not wait for the stall to end",
		      rig_now() - start < SHORT_NS + LATE_NS);
	}
	if (event_pending)
		CHECK_EQ("the event is still there for a loop", rig_serve(x->s), -ETIME);
	for (unsigned i = 0; i < RUNS; i++)
		CHECK_EQ("a stall is reported to a loop once", rig_serve(x->s), 0);
	zcxsk_stall_init(&stall);
	CHECK_EQ("the stall continues", zcxsk_watchdog_read_stall(x->s, &stall), 0);
	CHECK_EQ("the status is still -ETIME", zcxsk_socket_status(x->s), -ETIME);
	CHECK_EQ("it is one stall", rig_stats(x->s).tx_stalls, count);
}

static void check_drain(struct sender *x)
{
	uint32_t out = zcxsk_tx_outstanding(x->s);
	uint64_t start = rig_now();

	CHECK("a device that never completes keeps frames", out >= FULL);
	CHECK_EQ("a drain returns the number in flight", zcxsk_tx_drain(x->s, SHORT_NS), out);
	CHECK("a drain lasts to its deadline", rig_now() - start >= SHORT_NS);
	CHECK("a drain ends at its deadline", rig_now() - start < SHORT_NS + LATE_NS);
	rig_check_places("missing frames balance", x->s);
}

/* ---- the rebuild -------------------------------------------------------------- */

static void rebuild(struct sender *x)
{
	uint32_t out = zcxsk_tx_outstanding(x->s);
	struct zcxsk_stats before = rig_stats(x->s), after;
	struct zcxsk_stall stall;
	uint64_t start = rig_now();

	CHECK_EQ("a dead queue is rebuilt", zcxsk_socket_rebuild(x->s, NULL), 0);
	after = rig_stats(x->s);
	printf("  rebuilt in %.0f ms\n", (double)(rig_now() - start) / 1e6);
	CHECK_EQ("packets in flight are abandoned", after.tx_abandoned - before.tx_abandoned, out);
	CHECK_EQ("posted frames are abandoned", after.rx_abandoned - before.rx_abandoned,
		 before.in_fill_ring + before.in_kernel_rx);
	CHECK_EQ("no other packet is completed", after.tx_completed, before.tx_completed);
	CHECK("at most the new self-test's frame is in flight",
	      zcxsk_tx_outstanding(x->s) <= after.self_test_packets - before.self_test_packets);
	CHECK_EQ("counters continue", after.tx_packets, before.tx_packets);
	rig_check_places("every frame is accounted for after a rebuild", x->s);
	zcxsk_stall_init(&stall);
	CHECK_EQ("the stall is over", zcxsk_watchdog_read_stall(x->s, &stall), -EAGAIN);
	CHECK_EQ("the status is 0 again", zcxsk_socket_status(x->s), 0);
	x->progress_ns = 0;
}

static void close_stalled(struct sender *x)
{
	uint32_t out = zcxsk_tx_outstanding(x->s);
	uint64_t start = rig_now();

	CHECK_EQ("a close returns the number in flight", zcxsk_socket_close(x->s), out);
	CHECK("a close ends in time", rig_now() - start < 2 * LATE_NS);
	CHECK_EQ("a close detaches the program", rig_program(rig_left(0)), 0);
	close(x->epoll);
}

static void open_sender(struct sender *x, enum zcxsk_mode mode, uint32_t pool_flags)
{
	struct epoll_event event = {.events = EPOLLIN};
	struct rig_opts o;
	int fd;

	rig_opts(&o, mode);
	o.pool.flags = pool_flags;
	*x = (struct sender){.s = rig_open(rig_left(0), 0, &o.socket)};
	fd = zcxsk_socket_service_fd(x->s);
	x->epoll = epoll_create1(EPOLL_CLOEXEC);
	CHECK("the service descriptor is available", fd >= 0 && x->epoll >= 0);
	CHECK_EQ("epoll watches the descriptor", epoll_ctl(x->epoll, EPOLL_CTL_ADD, fd, &event), 0);
}

static void never_completes(enum zcxsk_mode mode, uint32_t pool_flags)
{
	struct zcxsk_stall stall;
	struct sender x;

	open_sender(&x, mode, pool_flags);
	reported_while_waiting(&x);
	stall = check_stall(&x, 1);
	CHECK("the sender's ring fills up", stall.frames >= FULL);
	CHECK("a full ring is counted", rig_stats(x.s).tx_ring_full > 0);
	check_reported_while_it_lasts(&x, 1, true);
	check_drain(&x);
	rebuild(&x);
	reported_in_epoll(&x);
	check_stall(&x, 2);
	check_reported_while_it_lasts(&x, 2, false);
	rebuild(&x);
	CHECK("a rebuilt queue accepts packets again", traffic_send(x.s, 0, TRAFFIC_BURST) > 0);
	close_stalled(&x);
}

static void with_and_without_the_check(enum zcxsk_mode mode)
{
	unsigned files, maps;

	/* Runs once before counting, because files that libraries open once are no leak. */
	never_completes(mode, ZCXSK_POOL_CHECK);
	files = resources_files();
	maps = resources_mappings();
	never_completes(mode, 0);
	CHECK_EQ("no file stays open", resources_files(), files);
	/* Fewer than four rings, the mappings of one of the three queues. */
	CHECK("no mapping stays", resources_mappings() < maps + 4);
}

/* A stall that begins during a drain neither ends it nor gets lost. */
static void usable_again(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s = rig_open_plain(rig_left(0), mode);
	uint64_t start = rig_now();
	uint32_t out;

	CHECK("the interface accepts packets again", traffic_send(s, 0, TRAFFIC_BURST) > 0);
	out = zcxsk_tx_outstanding(s);
	CHECK_EQ("a drain returns the number in flight", zcxsk_tx_drain(s, DRAIN_NS), out);
	CHECK("a drain lasts to its deadline", rig_now() - start >= DRAIN_NS);
	CHECK_EQ("the status reports the stall", zcxsk_socket_status(s), -ETIME);
	CHECK_EQ("the stall is counted", rig_stats(s).tx_stalls, 1);
	zcxsk_socket_close(s);
}

int main(void)
{
	rig_setup(0);
	rig_each_mode(with_and_without_the_check);
	prompt_check(&report, REPORT_NS);
	rig_each_mode(usable_again);
	return 0;
}
