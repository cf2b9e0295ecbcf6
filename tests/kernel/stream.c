/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stream.c - many packets from one interface to the other: contents, order, the completion
 * of every frame, and counters that balance at any moment.
 */
#include "check.h"
#include "rig.h"
#include "traffic.h"

#define PACKETS 100000u
#define LOOKS_EVERY 4096u /* packets between two checks of the counters during traffic */
#define BOTH_WAYS 10000u

static struct zcxsk_socket *open_one_way(const char *ifname, enum zcxsk_mode mode, uint32_t flag)
{
	struct rig_opts o;

	rig_opts(&o, mode);
	o.socket.flags = flag;
	return rig_open(ifname, 0, &o.socket);
}

static void check_one_way(struct zcxsk_socket *tx, struct zcxsk_socket *rx)
{
	struct zcxsk_stats t = rig_stats(tx), r = rig_stats(rx);

	CHECK_EQ("every packet sent is counted", t.tx_packets, PACKETS);
	CHECK_EQ("every packet received is counted", r.rx_packets, PACKETS);
	CHECK_EQ("bytes sent are bytes received", t.tx_bytes, r.rx_bytes);
	CHECK_EQ("a sender receives nothing", t.rx_packets, 0);
	CHECK_EQ("a receiver sends nothing", r.tx_packets, 0);
	CHECK_EQ("nothing was dropped at the RX ring", r.kernel_rx_ring_full, 0);
	CHECK_EQ("nothing was rejected", t.tx_rejected, 0);
	CHECK_EQ("the application holds no frame", t.in_application + r.in_application, 0);
}

/* One socket only sends, the other only receives. */
static void one_way(enum zcxsk_mode mode)
{
	struct zcxsk_socket *rx = open_one_way(rig_right(0), mode, ZCXSK_SOCKET_RX_ONLY);
	struct zcxsk_socket *tx = open_one_way(rig_left(0), mode, ZCXSK_SOCKET_TX_ONLY);
	uint32_t sent = 0, got = 0, look = 0;

	while (got < PACKETS) {
		if (sent < PACKETS && sent - got < TRAFFIC_WINDOW)
			sent += traffic_send(tx, sent, PACKETS - sent);
		if (got >= look) {
			rig_check_places("a sender's frames balance during traffic", tx);
			rig_check_places("a receiver's frames balance during traffic", rx);
			look += LOOKS_EVERY;
		}
		got += traffic_receive(rx, got);
	}
	rig_check_quiet("all frames sent are completed", tx);
	rig_check_places("a sender's frames balance at rest", tx);
	rig_check_places("a receiver's frames balance at rest", rx);
	check_one_way(tx, rx);
	CHECK_EQ("nothing is in flight at close", zcxsk_socket_close(tx), 0);
	CHECK_EQ("a receiver has nothing in flight at close", zcxsk_socket_close(rx), 0);
}

static uint32_t send_in_window(struct zcxsk_socket *s, uint32_t sent, uint32_t got)
{
	return sent < BOTH_WAYS && sent - got < TRAFFIC_WINDOW
		       ? traffic_send(s, sent, BOTH_WAYS - sent)
		       : 0;
}

/* Both ends send and receive at the same time. */
static void both_ways(enum zcxsk_mode mode)
{
	struct zcxsk_socket *a = rig_open_plain(rig_left(0), mode);
	struct zcxsk_socket *b = rig_open_plain(rig_right(0), mode);
	uint32_t a_sent = 0, b_sent = 0, a_got = 0, b_got = 0;

	while (a_got < BOTH_WAYS || b_got < BOTH_WAYS) {
		a_sent += send_in_window(a, a_sent, b_got);
		b_sent += send_in_window(b, b_sent, a_got);
		if (a_got < BOTH_WAYS)
			a_got += traffic_receive(a, a_got);
		if (b_got < BOTH_WAYS)
			b_got += traffic_receive(b, b_got);
	}
	rig_check_quiet("all frames are completed when both sides send", a);
	rig_check_quiet("all frames are completed when both sides send", b);
	rig_check_places("frames balance when both sides send", a);
	rig_check_places("frames balance when both sides send", b);
	zcxsk_socket_close(a);
	zcxsk_socket_close(b);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(one_way);
	rig_each_mode(both_ways);
	return 0;
}
