/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * waiting.c - calls that wait keep their deadline, end by a signal, and the
 * others never wait; a receiver with nothing to receive is left asleep; sending
 * by copy.
 */
#include <errno.h>
#include <signal.h>
#include <sys/time.h>

#include "check.h"
#include "rig.h"
#include "traffic.h"

#define SHORT_NS 50000000ull   /* a deadline that is to pass */
#define LATE_NS 10000000000ull /* by so much a deadline may be missed on a busy machine */
#define LONG_NS 40000000000ull /* a deadline that is not to pass */
#define IDLE_NS 2000000000ull
#define IDLE_WAITS 10ull /* 7 short ones, a long one, and a change of the link or two */
#define TRIES 3u
#define SIGNAL_US 50000 /* time until a signal, and the next */
#define CALLS 1000u	/* calls that must not wait */
#define COPIES 1000u

static void on_alarm(int number)
{
	(void)number;
}

/* Signals that end system calls, again and again: one may come before the wait does. */
static void send_signals(void)
{
	struct sigaction action = {.sa_handler = on_alarm};
	struct itimerval often = {{.tv_usec = SIGNAL_US}, {.tv_usec = SIGNAL_US}};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
}

static void stop_signals(void)
{
	struct itimerval never = {0};

	setitimer(ITIMER_REAL, &never, NULL);
}

static void check_deadline_kept(uint64_t start)
{
	uint64_t elapsed = rig_now() - start;

	CHECK("a wait lasts as long as asked for", elapsed >= SHORT_NS);
	CHECK("a wait ends at its deadline", elapsed < SHORT_NS + LATE_NS);
}

static void receiving(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s = rig_open_plain(rig_left(0), mode);
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint32_t n = 1;
	uint64_t start = rig_now();

	CHECK_EQ("nothing in time", zcxsk_rx_wait(s, p, TRAFFIC_BURST, SHORT_NS, &n), -ETIMEDOUT);
	CHECK_EQ("nothing in time", n, 0);
	check_deadline_kept(start);
	start = rig_now();
	CHECK_EQ("no time at all", zcxsk_rx_wait(s, p, TRAFFIC_BURST, 0, &n), -ETIMEDOUT);
	for (uint32_t i = 0; i < CALLS; i++)
		CHECK_EQ("nothing is there", zcxsk_rx_burst(s, p, TRAFFIC_BURST), 0);
	CHECK("a burst never waits", rig_now() - start < LATE_NS);
	start = rig_now();
	send_signals();
	CHECK_EQ("a signal ends the wait", zcxsk_rx_wait(s, p, TRAFFIC_BURST, LONG_NS, &n), -EINTR);
	CHECK("a signal ends the wait", rig_now() - start < LONG_NS);
	stop_signals();
	zcxsk_socket_close(s);
}

/* How often a receiver sleeps in IDLE_NS. */
static uint64_t waits_when_idle(struct zcxsk_socket *s)
{
	uint64_t waits = rig_stats(s).waits;
	struct zcxsk_packet p;
	uint32_t n;

	CHECK_EQ("nothing comes", zcxsk_rx_wait(s, &p, 1, IDLE_NS, &n), -ETIMEDOUT);
	waits = rig_stats(s).waits - waits;
	printf("  an idle receiver slept %llu times in %llu ms\n", (unsigned long long)waits,
	       IDLE_NS / 1000000);
	return waits;
}

/*
 * Looks for what the driver may still want, doubling to 64 ms, and then none.
 * Each change of the interface that the kernel tells of is one more: its last
 * ones may come while the test has begun.
 */
static void receiving_nothing(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s = rig_open_plain(rig_left(0), mode);
	uint64_t waits = waits_when_idle(s);

	for (unsigned i = 1; i < TRIES && waits > IDLE_WAITS; i++)
		waits = waits_when_idle(s);
	CHECK("an idle receiver sleeps through", waits <= IDLE_WAITS);
	zcxsk_socket_close(s);
}

/* All frames that the socket can give out, in the hands of the test. */
static uint32_t take_all(struct zcxsk_socket *s, struct zcxsk_packet *p, uint32_t max)
{
	uint32_t n = 0, more;

	while ((more = zcxsk_tx_alloc(s, p + n, max - n, 0)))
		n += more;
	CHECK("the array holds all frames", n < max);
	return n;
}

static void sending(enum zcxsk_mode mode)
{
	static struct zcxsk_packet held[8193]; /* more than the UMEM has */
	struct zcxsk_socket *s = rig_open_plain(rig_left(0), mode);
	unsigned char data[64] = {0};
	uint64_t start;
	uint32_t n;

	CHECK_EQ("the self-test's frame comes home", zcxsk_tx_drain(s, TRAFFIC_PATIENCE_NS), 0);
	n = take_all(s, held, sizeof(held) / sizeof(held[0]));
	start = rig_now();
	CHECK_EQ("no frame is free", zcxsk_tx_send(s, data, sizeof(data)), -EAGAIN);
	for (uint32_t i = 0; i < CALLS; i++)
		CHECK_EQ("no frame is free", zcxsk_tx_send(s, data, sizeof(data)), -EAGAIN);
	CHECK("a copy never waits", rig_now() - start < LATE_NS);
	start = rig_now();
	CHECK_EQ("no frame in time", zcxsk_tx_send_wait(s, data, sizeof(data), SHORT_NS),
		 -ETIMEDOUT);
	check_deadline_kept(start);
	send_signals();
	CHECK_EQ("a signal ends the wait", zcxsk_tx_send_wait(s, data, sizeof(data), LONG_NS),
		 -EINTR);
	stop_signals();
	CHECK_EQ("held frames are counted", rig_stats(s).in_application, n);
	CHECK_EQ("held frames can be released", zcxsk_packet_release(s, held, n), n);
	rig_check_places("frames taken and given back balance", s);
	zcxsk_socket_close(s);
}

static void copying(enum zcxsk_mode mode)
{
	struct zcxsk_socket *rx = rig_open_plain(rig_right(0), mode);
	struct zcxsk_socket *tx = rig_open_plain(rig_left(0), mode);
	unsigned char data[2048];
	uint32_t got = 0;

	for (uint32_t i = 0; i < COPIES; i++) {
		traffic_write(data, traffic_length(i), i);
		CHECK_EQ("a packet is copied in",
			 zcxsk_tx_send_wait(tx, data, traffic_length(i), TRAFFIC_PATIENCE_NS), 0);
		memset(data, 0, sizeof(data)); /* it is ours again */
		while (i + 1 - got > TRAFFIC_WINDOW / 2)
			got += traffic_receive(rx, got);
	}
	traffic_receive_all(rx, got, COPIES - got);
	CHECK_EQ("copies are counted", rig_stats(tx).tx_copies, COPIES);
	CHECK_EQ("a length of 0 is refused", zcxsk_tx_send(tx, data, 0), -EINVAL);
	CHECK_EQ("more than a frame is refused", zcxsk_tx_send(tx, data, 2049), -EMSGSIZE);
	CHECK_EQ("no data is refused", zcxsk_tx_send(tx, NULL, 60), -EINVAL);
	rig_check_quiet("copied frames come back", tx);
	rig_check_places("copied frames balance", tx);
	zcxsk_socket_close(tx);
	zcxsk_socket_close(rx);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(receiving);
	rig_each_mode(receiving_nothing);
	rig_each_mode(sending);
	rig_each_mode(copying);
	return 0;
}
