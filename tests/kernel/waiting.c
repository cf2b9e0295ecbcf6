/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * waiting.c - calls that wait keep their deadline and end on a signal, other calls never
 * wait; an idle receiver stays asleep; sending by copy.
 */
#include <errno.h>
#include <signal.h>
#include <sys/time.h>

#include "check.h"
#include "rig.h"
#include "traffic.h"

#define SHORT_NS 50000000ull   /* a deadline that passes */
#define LATE_NS 10000000000ull /* allowed delay after a deadline, on a busy machine */
#define LONG_NS 40000000000ull /* a deadline that must not pass */
#define IDLE_NS 2000000000ull
#define IDLE_WAITS 10ull /* 7 short ones, a long one, and one or two link changes */
#define TRIES 3u
#define SIGNAL_US 50000 /* time until a signal, and the next */
#define CALLS 1000u	/* calls that must not wait */
#define COPIES 1000u

static void on_alarm(int number)
{
	(void)number;
}

/* Sends interrupting signals repeatedly, since one may arrive before the wait begins. */
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

	CHECK("a wait lasts as long as requested", elapsed >= SHORT_NS);
	CHECK("a wait ends at its deadline", elapsed < SHORT_NS + LATE_NS);
}

static void receiving(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s = rig_open_plain(rig_left(0), mode);
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint32_t n = 1;
	uint64_t start = rig_now();

	CHECK_EQ("a wait without packets times out",
		 zcxsk_rx_wait(s, p, TRAFFIC_BURST, SHORT_NS, &n), -ETIMEDOUT);
	CHECK_EQ("no packet is received", n, 0);
	check_deadline_kept(start);
	start = rig_now();
	CHECK_EQ("a wait of 0 times out", zcxsk_rx_wait(s, p, TRAFFIC_BURST, 0, &n), -ETIMEDOUT);
	for (uint32_t i = 0; i < CALLS; i++)
		CHECK_EQ("no packet is available", zcxsk_rx_burst(s, p, TRAFFIC_BURST), 0);
	CHECK("a burst never waits", rig_now() - start < LATE_NS);
	start = rig_now();
	send_signals();
	CHECK_EQ("a signal ends the wait", zcxsk_rx_wait(s, p, TRAFFIC_BURST, LONG_NS, &n), -EINTR);
	CHECK("the wait ends before its deadline", rig_now() - start < LONG_NS);
	stop_signals();
	zcxsk_socket_close(s);
}

/* Counts how often a receiver sleeps in IDLE_NS. */
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
 * An idle receiver polls the driver's flag at intervals that double up to 64 ms, then
 * stops. Each interface event from the kernel causes one more wake-up, and the last events
 * of the set-up may arrive during the test.
 */
static void receiving_nothing(enum zcxsk_mode mode)
{
	struct zcxsk_socket *s = rig_open_plain(rig_left(0), mode);
	uint64_t waits = waits_when_idle(s);

	for (unsigned i = 1; i < TRIES && waits > IDLE_WAITS; i++)
		waits = waits_when_idle(s);
	CHECK("an idle receiver stays asleep", waits <= IDLE_WAITS);
	zcxsk_socket_close(s);
}

/* Allocates all frames that the socket can provide. */
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
	static struct zcxsk_packet held[8193]; /* more frames than the UMEM has */
	struct zcxsk_socket *s = rig_open_plain(rig_left(0), mode);
	unsigned char data[64] = {0};
	uint64_t start;
	uint32_t n;

	CHECK_EQ("the self-test's frame is completed", zcxsk_tx_drain(s, TRAFFIC_PATIENCE_NS), 0);
	n = take_all(s, held, sizeof(held) / sizeof(held[0]));
	start = rig_now();
	CHECK_EQ("no frame is free", zcxsk_tx_send(s, data, sizeof(data)), -EAGAIN);
	for (uint32_t i = 0; i < CALLS; i++)
		CHECK_EQ("no frame is free", zcxsk_tx_send(s, data, sizeof(data)), -EAGAIN);
	CHECK("a copy never waits", rig_now() - start < LATE_NS);
	start = rig_now();
	CHECK_EQ("a wait without a free frame times out",
		 zcxsk_tx_send_wait(s, data, sizeof(data), SHORT_NS), -ETIMEDOUT);
	check_deadline_kept(start);
	send_signals();
	CHECK_EQ("a signal ends the wait", zcxsk_tx_send_wait(s, data, sizeof(data), LONG_NS),
		 -EINTR);
	stop_signals();
	CHECK_EQ("held frames are counted", rig_stats(s).in_application, n);
	CHECK_EQ("held frames can be released", zcxsk_packet_release(s, held, n), n);
	rig_check_places("allocated and released frames balance", s);
	zcxsk_socket_close(s);
}

static void copying(enum zcxsk_mode mode)
{
	struct zcxsk_socket *rx = rig_open_plain(rig_right(0), mode);
	struct zcxsk_socket *tx = rig_open_plain(rig_left(0), mode);
	unsigned char data[4097];
	uint32_t got = 0;

	for (uint32_t i = 0; i < COPIES; i++) {
		traffic_write(data, traffic_length(i), i);
		CHECK_EQ("a packet is copied in",
			 zcxsk_tx_send_wait(tx, data, traffic_length(i), TRAFFIC_PATIENCE_NS), 0);
		memset(data, 0, sizeof(data)); /* the caller may overwrite it */
		while (i + 1 - got > TRAFFIC_WINDOW / 2)
			got += traffic_receive(rx, got);
	}
	traffic_receive_all(rx, got, COPIES - got);
	CHECK_EQ("copies are counted", rig_stats(tx).tx_copies, COPIES);
	CHECK_EQ("a length of 0 is refused", zcxsk_tx_send(tx, data, 0), -EINVAL);
	CHECK_EQ("more than a frame is refused", zcxsk_tx_send(tx, data, rig_frame_size() + 1),
		 -EMSGSIZE);
	CHECK_EQ("NULL data is refused", zcxsk_tx_send(tx, NULL, 60), -EINVAL);
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
