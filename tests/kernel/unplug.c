/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unplug.c - the interface is taken away under a socket, at rest and in
 * mid-stream: calls that wait say so within a second, others take nothing, the
 * close works, and an interface that comes back can be used. Runs last where
 * interfaces are not its own.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>

#include "check.h"
#include "flow.h"
#include "prompt.h"
#include "rig.h"
#include "traffic.h"

#define PACKETS 1000u
#define TOLD_NS 1000000000ull  /* from the removal to the word of it */
#define LATE_NS 10000000000ull /* a call that does not wait, on a busy machine */
#define INTO_WAIT_MS 50	       /* for the other thread to be asleep */
#define TIMES 2u

static struct prompt receiver_told = {.what = "a waiting receiver is told"};
static struct prompt sender_told = {.what = "a sender is told"};
static struct prompt stream_told = {.what = "a sender in mid-stream is told"};

struct removal {
	const char *ifname;
	uint64_t done_ns;
};

static void *take_away(void *argument)
{
	struct removal *r = argument;

	poll(NULL, 0, INTO_WAIT_MS);
	rig_unplug(r->ifname);
	r->done_ns = rig_now();
	return NULL;
}

static bool says_gone(int ret)
{
	return ret == -ENXIO || ret == -ENETDOWN;
}

/* A call that sleeps when the interface goes. */
static void gone_while_waiting(struct zcxsk_socket *s, const char *ifname)
{
	struct removal r = {.ifname = ifname};
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint32_t n;
	pthread_t thread;
	uint64_t woken;
	int ret;

	CHECK_EQ("thread", pthread_create(&thread, NULL, take_away, &r), 0);
	ret = zcxsk_rx_wait(s, p, TRAFFIC_BURST, TRAFFIC_PATIENCE_NS, &n);
	woken = rig_now();
	pthread_join(thread, NULL);
	CHECK("a waiting receiver is told that the device is gone", says_gone(ret));
	/* It may be told before the removal is done. */
	prompt_note(&receiver_told, woken > r.done_ns ? woken - r.done_ns : 0);
}

/* What is not waiting learns of it by its next call. */
static void gone_before_the_call(struct zcxsk_socket *s)
{
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint64_t start = rig_now();
	uint32_t n = zcxsk_tx_alloc(s, p, TRAFFIC_BURST, 0), taken;
	int ret = 0;

	for (uint32_t i = 0; i < n; i++)
		p[i].len = traffic_length(i);
	/* The ring takes some first. */
	for (int i = 0; i < 100 && !ret; i++) {
		ret = zcxsk_tx_wait(s, p, n, TRAFFIC_PATIENCE_NS, &taken);
		zcxsk_packet_release(s, p + taken, n - taken);
		n = zcxsk_tx_alloc(s, p, TRAFFIC_BURST, 0);
		for (uint32_t j = 0; j < n; j++)
			p[j].len = traffic_length(j);
	}
	CHECK("a sender is told that the device is gone", says_gone(ret));
	prompt_note(&sender_told, rig_now() - start);
	ret = zcxsk_rx_wait(s, p, 1, TRAFFIC_PATIENCE_NS, &taken);
	CHECK("a receiver is told by its next call", says_gone(ret));
	CHECK("the status says so", says_gone(zcxsk_socket_status(s)));
}

static void taken_away(enum zcxsk_mode mode)
{
	struct zcxsk_socket *rx = rig_open_plain(rig_right(0), mode);
	struct zcxsk_socket *tx = rig_open_plain(rig_left(0), mode);
	uint64_t start;

	traffic_run(tx, rx, PACKETS);
	gone_while_waiting(rx, rig_right(0));
	gone_before_the_call(rx);
	start = rig_now();
	zcxsk_socket_close(rx);
	CHECK("a close without a device does not wait long", rig_now() - start < LATE_NS);
	zcxsk_socket_close(tx);

	rig_replug(rig_right(0));
	rx = rig_open_plain(rig_right(0), mode);
	tx = rig_open_plain(rig_left(0), mode);
	traffic_run(tx, rx, PACKETS);
	zcxsk_socket_close(tx);
	zcxsk_socket_close(rx);
}

/* A sender that is busy, in the library's waits or in a loop of its own. */
static void taken_in_mid_stream(enum zcxsk_mode mode, bool in_epoll)
{
	struct flow f;
	uint64_t gone;

	flow_start(&f, rig_open_plain(rig_left(0), mode), rig_open_plain(rig_right(0), mode),
		   in_epoll);
	rig_unplug(rig_left(0));
	gone = rig_now();
	while (!flow_gone(&f.tx)) {
		CHECK(stream_told.what, rig_now() < gone + TRAFFIC_PATIENCE_NS);
		poll(NULL, 0, 1);
	}
	prompt_note(&stream_told, rig_now() - gone);
	flow_stop(&f);
	rig_check_places("frames of a device that is gone balance", f.tx.s);
	gone = rig_now();
	zcxsk_socket_close(f.tx.s);
	zcxsk_socket_close(f.rx.s);
	CHECK("a close without a device does not wait long", rig_now() - gone < LATE_NS);
	rig_replug(rig_left(0));
}

static void in_mid_stream(enum zcxsk_mode mode)
{
	taken_in_mid_stream(mode, false);
	taken_in_mid_stream(mode, true);
}

int main(void)
{
	rig_setup(1);
	for (unsigned i = 0; i < TIMES; i++)
		rig_each_mode(taken_away);
	rig_each_mode(in_mid_stream);
	prompt_check(&receiver_told, TOLD_NS);
	prompt_check(&sender_told, TOLD_NS);
	prompt_check(&stream_told, TOLD_NS);
	return 0;
}
