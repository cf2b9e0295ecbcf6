/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * link.c - the interface of a socket goes down, when idle and during traffic: every call
 * reports that in time, a waiting receiver sleeps until the interface is up, and no stall
 * is reported. When the interface is up again, the
 * same sockets continue, with and without a TX interrupt.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>

#include "check.h"
#include "flow.h"
#include "msix.h"
#include "prompt.h"
#include "rig.h"
#include "traffic.h"

#define PACKETS 1000u
#define REPORT_NS 1000000000ull /* by then a waiting call has returned */
#define SHORT_NS 50000000ull
/* Sleeps until the link is up: one, one for each message, and 7 until the carrier follows. */
#define WAITS_MAX 12u
#define LATE_NS 10000000000ull /* the same on a busy machine, for a call that does not wait */
#define PAUSE_MS 5
/* The link is down for longer than the stall limit. */
#define STALL_NS 200000000ull
#define DOWN_MS 250
#define TIMES 3u /* link changes per try; a slow recovery may look like a stall */
#define TRIES 3u /* since a busy machine is slow to recover */
#define NEVER_NS 60000000000ull

static struct prompt report = {.what = "a waiting call reports that the link is down"};

static void *bring_up(void *ifname)
{
	poll(NULL, 0, DOWN_MS);
	rig_link(ifname, "up");
	return NULL;
}

/* Brings the link up while this thread is in a wait. */
static pthread_t up_soon(const char *ifname)
{
	pthread_t thread;

	CHECK_EQ("thread", pthread_create(&thread, NULL, bring_up, (void *)(uintptr_t)ifname), 0);
	return thread;
}

/* A wait for packets sleeps on while the link is down, and ends when it is up. */
static void wait_while_down(struct zcxsk_socket *rx, const char *ifname)
{
	uint64_t start = rig_now(), waits;
	struct zcxsk_packet p[TRAFFIC_BURST];
	pthread_t thread;
	uint32_t n;

	CHECK_EQ("a receiver gets -ENETDOWN at its deadline",
		 zcxsk_rx_wait(rx, p, TRAFFIC_BURST, SHORT_NS, &n), -ENETDOWN);
	CHECK("not before", rig_now() - start >= SHORT_NS);
	CHECK_EQ("the status is -ENETDOWN", zcxsk_socket_status(rx), -ENETDOWN);
	waits = rig_stats(rx).waits;
	thread = up_soon(ifname);
	start = rig_now();
	CHECK_EQ("a wait ends when the link is up",
		 zcxsk_rx_wait(rx, p, TRAFFIC_BURST, TRAFFIC_PATIENCE_NS, &n), 0);
	pthread_join(thread, NULL);
	CHECK("not before", rig_now() - start >= DOWN_MS * 1000000ull);
	CHECK("and not much later", rig_now() - start < TRAFFIC_PATIENCE_NS / 2);
	CHECK_EQ("without a packet", n, 0);
	CHECK("it sleeps without ticks", rig_stats(rx).waits - waits <= WAITS_MAX);
	CHECK_EQ("the status is 0 again", zcxsk_socket_status(rx), 0);
}

static void receiver_down(struct zcxsk_socket *tx, struct zcxsk_socket *rx)
{
	rig_link(rig_right(0), "down");
	wait_while_down(rx, rig_right(0));
	traffic_run(tx, rx, PACKETS);
	CHECK_EQ("the receiver's status is 0 again", zcxsk_socket_status(rx), 0);
}

/* Frames sent meanwhile stay queued. Packets on the wire may get lost. */
static void sender_down(struct zcxsk_socket *tx, struct zcxsk_socket *rx)
{
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint32_t n, taken;
	uint64_t start;

	rig_link(rig_left(0), "down");
	n = zcxsk_tx_alloc(tx, p, TRAFFIC_BURST, 0);
	CHECK_EQ("frames", n, TRAFFIC_BURST);
	for (uint32_t i = 0; i < n; i++) {
		p[i].len = traffic_length(i);
		traffic_write(zcxsk_packet_data(zcxsk_socket_base(tx), &p[i]), p[i].len, i);
	}
	start = rig_now();
	CHECK_EQ("a burst is accepted while the ring has room", zcxsk_tx_burst(tx, p, n), n);
	CHECK_EQ("the status gives the reason", zcxsk_socket_status(tx), -ENETDOWN);
	CHECK_EQ("a drain ends if the link is down", zcxsk_tx_drain(tx, TRAFFIC_PATIENCE_NS), n);
	CHECK_EQ("frames stay in the TX ring", rig_stats(tx).in_tx_ring, n);
	rig_check_places("frames balance while the link is down", tx);
	CHECK("a sender never waits for a link", rig_now() - start < LATE_NS);
	CHECK_EQ("a waiting receiver on the same socket gets -ENETDOWN",
		 zcxsk_rx_wait(tx, p, 1, SHORT_NS, &taken), -ENETDOWN);
	rig_link(rig_left(0), "up");
	/* Without a carrier the kernel drops packets in the copy modes. */
	CHECK_EQ("the link is up", zcxsk_socket_link_wait(tx, TRAFFIC_PATIENCE_NS), 0);
	rig_flush(tx);
	traffic_receive_all(rx, 0, n);
	traffic_run(tx, rx, PACKETS);
	CHECK_EQ("the sender's status is 0 again", zcxsk_socket_status(tx), 0);
}

static void down_and_up(enum zcxsk_mode mode)
{
	struct zcxsk_socket *rx = rig_open_plain(rig_right(0), mode);
	struct zcxsk_socket *tx = rig_open_plain(rig_left(0), mode);

	traffic_run(tx, rx, PACKETS);
	receiver_down(tx, rx);
	sender_down(tx, rx);
	rig_check_quiet("all frames are completed after the link was down", tx);
	zcxsk_socket_close(tx);
	zcxsk_socket_close(rx);
}

/* ---- during traffic ----------------------------------------------------------- */

static void await_report(const struct flow_end *end)
{
	uint64_t start = rig_now();

	while (!flow_reported(end)) {
		CHECK(report.what, rig_now() - start < TRAFFIC_PATIENCE_NS);
		poll(NULL, 0, PAUSE_MS);
	}
	prompt_note(&report, rig_now() - start);
}

static void start(struct flow *f, enum zcxsk_mode mode, uint64_t stall_ns)
{
	struct zcxsk_socket *rx = rig_open_plain(rig_right(0), mode);
	struct rig_opts o;

	rig_opts(&o, mode);
	o.socket.stall_ns = stall_ns;
	flow_start(f, rig_open(rig_left(0), 0, &o.socket), rx, false);
}

/* Ends the flow and returns the number of stalls counted. */
static uint64_t end(struct flow *f)
{
	uint64_t stalls;

	flow_stop(f);
	rig_check_quiet("every frame is completed after the link was down", f->tx.s);
	stalls = rig_stats(f->tx.s).tx_stalls;
	rig_check_places("a sender's frames balance after the link was down", f->tx.s);
	rig_check_places("a receiver's frames balance after the link was down", f->rx.s);
	zcxsk_socket_close(f->tx.s);
	zcxsk_socket_close(f->rx.s);
	return stalls;
}

static uint64_t sender_down_in_stream(enum zcxsk_mode mode)
{
	uint64_t stalls;
	struct flow f;

	start(&f, mode, STALL_NS);
	for (unsigned i = 0; i < TIMES; i++) {
		rig_link(rig_left(0), "down");
		await_report(&f.tx);
		poll(NULL, 0, DOWN_MS);
		rig_link(rig_left(0), "up");
		flow_await_traffic(&f);
		flow_clear_reported(&f.tx);
	}
	stalls = end(&f);
	/* The other end of a veth pair loses its carrier. */
	CHECK_EQ("the receiver's link", flow_reported(&f.rx) > 0, rig_has_driver("veth"));
	return stalls;
}

static void sender_is_not_stalled(enum zcxsk_mode mode)
{
	uint64_t stalls = sender_down_in_stream(mode);

	for (unsigned i = 1; i < TRIES && stalls; i++)
		stalls = sender_down_in_stream(mode);
	CHECK_EQ("the sender's link being down is not a stall", stalls, 0);
}

/* A card whose peer takes no packets may complete none, which would be a real stall. */
static void receiver_down_in_stream(enum zcxsk_mode mode)
{
	struct flow f;

	start(&f, mode, NEVER_NS);
	rig_link(rig_right(0), "down");
	await_report(&f.rx);
	rig_link(rig_right(0), "up");
	flow_await_traffic(&f);
	CHECK_EQ("the receiver's link being down is not a stall", end(&f), 0);
	CHECK_EQ("the sender's link was up", flow_reported(&f.tx), 0);
}

static void in_mid_stream(enum zcxsk_mode mode)
{
	struct msix irq;

	sender_is_not_stalled(mode);
	receiver_down_in_stream(mode);
	/*
	 * In the copy modes only the interrupt completes frames that the device has sent, and some
	 * cards have none for sending alone.
	 */
	if (mode != ZCXSK_MODE_ZERO_COPY || !rig_has_driver("virtio_net"))
		return;
	CHECK_EQ("the card's MSI-X table", msix_open(&irq, rig_left(0), 0), 0);
	msix_mask(&irq);
	sender_is_not_stalled(mode);
	receiver_down_in_stream(mode);
	CHECK("the interrupt was masked all the time", msix_is_masked(&irq));
	msix_close(&irq);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(down_and_up);
	rig_each_mode(in_mid_stream);
	prompt_check(&report, REPORT_NS);
	return 0;
}
