/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kicks.c - the kick policies on real interfaces: small bursts are batched while the driver
 * is running, a lone packet leaves when its tail time is over, a flush sends at once, and
 * a healthy sender gets no forced kicks.
 *
 * Rates and delays are only printed. Counts are asserted; other load may spoil the counts
 * of a round, so they are taken from the best of several.
 */
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include "check.h"
#include "rig.h"
#include "traffic.h"

#define SMALL 16u /* packets per burst */
#define RUN_NS 300000000ull
#define ROUNDS 4u
#define SECOND_NS 1000000000.0
#define PATIENCE_NS 20000000000ull
#define LONE 200u		 /* packets sent one by one */
#define LONE_PAUSE_NS 1000000ull /* a thousand per second */
#define TAIL_NS 200000ull
#define FIRST_FORCED 5u /* forced kicks until the watchdog knows the device, and at the drain */
#define FILES 100	/* descriptors are below it */
#define GATHERED 48u	/* packets per kick at least; the watermark is 128 */

struct figures {
	double pps;
	struct zcxsk_stats st;
};

static struct zcxsk_socket *open_with(enum zcxsk_mode mode, enum zcxsk_kick_policy policy)
{
	struct rig_opts o;

	rig_opts(&o, mode);
	o.pool.flags = 0; /* so that the rates are those of a user's program */
	o.socket.kick_policy = policy;
	o.socket.kick_tail_ns = policy == ZCXSK_KICK_BATCH ? TAIL_NS : 0;
	return rig_open(rig_left(0), 0, &o.socket);
}

/* Sends bursts of SMALL packets as fast as possible. */
static struct figures send_small(struct zcxsk_socket *s)
{
	uint64_t start = rig_now(), end = start + RUN_NS;
	struct zcxsk_packet p[SMALL];
	struct figures f;
	uint32_t taken;

	while (rig_now() < end) {
		uint32_t n = zcxsk_tx_alloc(s, p, SMALL, 0);

		for (uint32_t i = 0; i < n; i++)
			p[i].len = traffic_length(0);
		CHECK_EQ("a small burst is sent", zcxsk_tx_wait(s, p, n, PATIENCE_NS, &taken), 0);
	}
	CHECK_EQ("all packets are completed", zcxsk_tx_drain(s, PATIENCE_NS), 0);
	f.st = rig_stats(s);
	f.pps = (double)f.st.tx_packets * SECOND_NS / (double)(rig_now() - start);
	return f;
}

static struct figures run(enum zcxsk_mode mode, enum zcxsk_kick_policy policy, bool timer)
{
	struct zcxsk_socket *s = open_with(mode, policy);
	struct figures f;

	if (timer)
		CHECK("a timer", zcxsk_socket_service_fd(s) >= 0);
	f = send_small(s);
	zcxsk_socket_close(s);
	printf("  bursts of %u, %s%s: %.0f packets/s, %.1f packets per kick; kicks by flag %llu, "
	       "watermark %llu, tail %llu, flush %llu, budget %llu, forced %llu\n",
	       SMALL, zcxsk_kick_policy_name(policy), timer ? " with timer" : "", f.pps,
	       (double)f.st.tx_packets / (double)f.st.tx_kicks,
	       (unsigned long long)f.st.tx_kicks_flag, (unsigned long long)f.st.tx_kicks_watermark,
	       (unsigned long long)f.st.tx_kicks_tail, (unsigned long long)f.st.tx_kicks_flush,
	       (unsigned long long)f.st.tx_kicks_budget, (unsigned long long)f.st.tx_kicks_forced);
	return f;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static bool is_left_alone(enum zcxsk_mode mode, const struct zcxsk_stats *st)
{
	return st->tx_kicks_forced <=
	       (mode == ZCXSK_MODE_ZERO_COPY ? st->tx_packets / 10000 + FIRST_FORCED : 0);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof(values[0]), by_size);
	return values[ROUNDS / 2];
}

/*
 * On a busy machine a healthy device may look silent, and bursts may be late. So it is
 * enough that one of several rounds meets the limits.
 */
static void small_bursts(enum zcxsk_mode mode)
{
	double plain[ROUNDS], timed[ROUNDS];
	bool left_alone = false, gathered = false;

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct figures each = run(mode, ZCXSK_KICK_BURST, false);
		struct figures adaptive = run(mode, ZCXSK_KICK_ADAPTIVE, false);
		struct figures with_timer = run(mode, ZCXSK_KICK_ADAPTIVE, true);

		plain[i] = adaptive.pps / each.pps;
		timed[i] = with_timer.pps / each.pps;
		CHECK_EQ("the burst policy batches nothing", each.st.tx_kicks_watermark, 0);
		if (mode != ZCXSK_MODE_ZERO_COPY)
			CHECK_EQ("nothing is batched in copy mode", adaptive.st.tx_kicks_watermark,
				 0);
		left_alone |=
			is_left_alone(mode, &adaptive.st) && is_left_alone(mode, &with_timer.st);
		gathered |= with_timer.st.tx_packets > GATHERED * with_timer.st.tx_kicks;
	}
	printf("  relative to a kick per burst: adaptive %.2f, with timer %.2f\n", median(plain),
	       median(timed));
	CHECK("a healthy sender gets hardly any forced kicks, and none in copy mode", left_alone);
	if (mode == ZCXSK_MODE_ZERO_COPY)
		CHECK("small bursts share a kick", gathered);
}

/* Time until the first of this process's timers expires, 0 if it has. */
static uint64_t timer_left(void)
{
	uint64_t first = UINT64_MAX;

	for (int fd = 0; fd < FILES; fd++) {
		struct itimerspec left;
		uint64_t ns;

		if (timerfd_gettime(fd, &left))
			continue;
		ns = (uint64_t)left.it_value.tv_sec * (uint64_t)SECOND_NS +
		     (uint64_t)left.it_value.tv_nsec;
		first = ns < first ? ns : first;
	}
	return first;
}

/* Returns the time from the burst to the return of the kick that took the packet. */
static uint64_t lone_packet(struct zcxsk_socket *s, int epoll)
{
	uint64_t start = rig_now(), kicks = rig_stats(s).tx_kicks;
	struct epoll_event event;

	CHECK_EQ("a packet is accepted", traffic_send(s, 0, 1), 1);
	CHECK_EQ("it is not kicked at once", rig_stats(s).tx_kicks, kicks);
	CHECK("the timer expires in time", timer_left() <= TAIL_NS);
	while (rig_stats(s).tx_kicks == kicks) {
		CHECK("the timer wakes an idle owner",
		      epoll_wait(epoll, &event, 1, (int)(PATIENCE_NS / 1000000)) == 1);
		CHECK_EQ("the service reports no fault", rig_serve(s), 0);
	}
	return rig_now() - start;
}

/* Spends the rest of the pause; the timer keeps waking until the frame is completed. */
static void pause_until(struct zcxsk_socket *s, int epoll, uint64_t end)
{
	struct epoll_event event;

	while (rig_now() < end || zcxsk_tx_outstanding(s))
		if (epoll_wait(epoll, &event, 1, 1) == 1)
			CHECK_EQ("the service reports no fault", rig_serve(s), 0);
}

static void lone_packets(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s = open_with(mode, ZCXSK_KICK_BATCH);
	struct epoll_event event = {.events = EPOLLIN};
	int epoll = epoll_create1(EPOLL_CLOEXEC), fd = zcxsk_socket_service_fd(s);
	double delays[LONE];
	struct zcxsk_stats st;

	CHECK("epoll", epoll >= 0 && fd >= 0 && !epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	CHECK_EQ("the self-test's frame is completed", zcxsk_tx_drain(s, PATIENCE_NS), 0);
	st = rig_stats(s);
	for (unsigned i = 0; i < LONE; i++) {
		uint64_t start = rig_now();

		delays[i] = (double)lone_packet(s, epoll);
		pause_until(s, epoll, start + LONE_PAUSE_NS);
	}
	qsort(delays, LONE, sizeof(delays[0]), by_size);
	printf("  lone packets, tail time %.0f us: kicked after %.0f us (median), %.0f us (99 "
	       "%%)\n",
	       TAIL_NS / 1e3, delays[LONE / 2] / 1e3, delays[LONE * 99 / 100] / 1e3);
	CHECK_EQ("each packet leaves when its tail time is over",
		 rig_stats(s).tx_kicks_tail - st.tx_kicks_tail, LONE);
	CHECK("no packet leaves earlier", delays[0] >= (double)TAIL_NS);
	zcxsk_socket_close(s);
}

static void by_hand(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s = open_with(mode, ZCXSK_KICK_MANUAL);
	struct zcxsk_stats st = rig_stats(s);

	CHECK_EQ("packets are accepted", traffic_send(s, 0, SMALL), SMALL);
	CHECK_EQ("the manual policy kicks nothing by itself", rig_stats(s).tx_kicks, st.tx_kicks);
	CHECK_EQ("a flush sends all packets", zcxsk_tx_flush(s), 0);
	CHECK_EQ("a flush makes one kick", rig_stats(s).tx_kicks_flush, st.tx_kicks_flush + 1);
	CHECK_EQ("a second flush succeeds", zcxsk_tx_flush(s), 0);
	CHECK_EQ("a second flush makes no kick", rig_stats(s).tx_kicks_flush,
		 st.tx_kicks_flush + 1);
	CHECK_EQ("all packets are completed", zcxsk_tx_drain(s, PATIENCE_NS), 0);
	zcxsk_socket_close(s);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(small_bursts);
	rig_each_mode(lone_packets);
	rig_each_mode(by_hand);
	return 0;
}
