/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unplug.c - the interface of a socket is removed, when idle and during traffic: waiting
 * calls report it within a second, other calls accept no packets, the close works, and an
 * interface that is added again can be used. Runs last in the guest, whose interfaces it
 * removes.
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
#define REPORT_NS 1000000000ull /* from the removal to the report */
#define LATE_NS 10000000000ull	/* limit for a call that does not wait, on a busy machine */
#define INTO_WAIT_MS 50		/* for the other thread to be asleep */
#define TIMES 2u

static struct prompt receiver_report = {.what = "the removal is reported to a waiting receiver"};
static struct prompt sender_report = {.what = "the removal is reported to a sender"};
static struct prompt stream_report = {.what = "the removal is reported to a sender during traffic"};

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

/* The interface is removed while a call sleeps. */
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
	CHECK("a waiting receiver gets the error", says_gone(ret));
	/* The report may precede the end of the removal. */
	prompt_note(&receiver_report, woken > r.done_ns ? woken - r.done_ns : 0);
}

/* Without a wait, the next call reports the removal. */
static void gone_before_the_call(struct zcxsk_socket *s)
{
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint64_t start = rig_now();
	uint32_t n = zcxsk_tx_alloc(s, p, TRAFFIC_BURST, 0), taken;
	int ret = 0;

	for (uint32_t i = 0; i < n; i++)
		p[i].len = traffic_length(i);
	/* The ring accepts some packets first. */
	for (int i = 0; i < 100 && !ret; i++) {
		ret = zcxsk_tx_wait(s, p, n, TRAFFIC_PATIENCE_NS, &taken);
		zcxsk_packet_release(s, p + taken, n - taken);
		n = zcxsk_tx_alloc(s, p, TRAFFIC_BURST, 0);
		for (uint32_t j = 0; j < n; j++)
			p[j].len = traffic_length(j);
	}
	CHECK("a sender gets the error", says_gone(ret));
	prompt_note(&sender_report, rig_now() - start);
	ret = zcxsk_rx_wait(s, p, 1, TRAFFIC_PATIENCE_NS, &taken);
	CHECK("the next call of a receiver gets the error", says_gone(ret));
	CHECK("the status is the error", says_gone(zcxsk_socket_status(s)));
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
	CHECK("a close without a device returns soon", rig_now() - start < LATE_NS);
	zcxsk_socket_close(tx);

	rig_replug(rig_right(0));
	rx = rig_open_plain(rig_right(0), mode);
	tx = rig_open_plain(rig_left(0), mode);
	traffic_run(tx, rx, PACKETS);
	zcxsk_socket_close(tx);
	zcxsk_socket_close(rx);
}

/* Removes the interface of a busy sender, in the library's waits or in its own loop. */
static void removed_during_traffic(enum zcxsk_mode mode, bool in_epoll)
{
	struct flow f;
	uint64_t gone;

	flow_start(&f, rig_open_plain(rig_left(0), mode), rig_open_plain(rig_right(0), mode),
		   in_epoll);
	rig_unplug(rig_left(0));
	gone = rig_now();
	while (!flow_gone(&f.tx)) {
		CHECK(stream_report.what, rig_now() < gone + TRAFFIC_PATIENCE_NS);
		poll(NULL, 0, 1);
	}
	prompt_note(&stream_report, rig_now() - gone);
	flow_stop(&f);
	rig_check_places("frames of a removed device balance", f.tx.s);
	gone = rig_now();
	zcxsk_socket_close(f.tx.s);
	zcxsk_socket_close(f.rx.s);
	CHECK("a close without a device returns soon", rig_now() - gone < LATE_NS);
	rig_replug(rig_left(0));
}

static void in_mid_stream(enum zcxsk_mode mode)
{
	removed_during_traffic(mode, false);
	removed_during_traffic(mode, true);
}

int main(void)
{
	rig_setup(1);
	for (unsigned i = 0; i < TIMES; i++)
		rig_each_mode(taken_away);
	rig_each_mode(in_mid_stream);
	prompt_check(&receiver_report, REPORT_NS);
	prompt_check(&sender_report, REPORT_NS);
	prompt_check(&stream_report, REPORT_NS);
	return 0;
}
