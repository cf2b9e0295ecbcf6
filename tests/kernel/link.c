// SPDX-License-Identifier: BSD-2-Clause
/*
 * link.c - the interface goes down under a socket: every call says so in time,
 * and when it is up again traffic goes on with the same sockets.
 */
#include <errno.h>

#include "check.h"
#include "rig.h"
#include "traffic.h"

#define PACKETS 1000u
#define TOLD_NS 1000000000ull /* by then a waiting call has told */

static void receiver_down(struct zcxsk_socket *tx, struct zcxsk_socket *rx)
{
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint64_t start;
	uint32_t n;

	rig_link(rig_right(0), "down");
	start = rig_now();
	CHECK_EQ("a receiver is told of its link",
		 zcxsk_rx_wait(rx, p, TRAFFIC_BURST, TRAFFIC_PATIENCE_NS, &n), -ENETDOWN);
	CHECK("a receiver is told in time", rig_now() - start < TOLD_NS);
	CHECK_EQ("the status says so", zcxsk_socket_status(rx), -ENETDOWN);
	rig_link(rig_right(0), "up");
	traffic_run(tx, rx, PACKETS);
	CHECK_EQ("the status is good again", zcxsk_socket_status(rx), 0);
}

/* Frames sent meanwhile stay queued. What is on the wire may get lost. */
static void sender_down(struct zcxsk_socket *tx, struct zcxsk_socket *rx)
{
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint32_t n, taken;
	uint64_t start;

	rig_link(rig_left(0), "down");
	n = zcxsk_tx_alloc(tx, p, TRAFFIC_BURST);
	CHECK_EQ("frames", n, TRAFFIC_BURST);
	for (uint32_t i = 0; i < n; i++) {
		p[i].len = traffic_length(i);
		traffic_write(zcxsk_packet_data(zcxsk_socket_base(tx), &p[i]), p[i].len, i);
	}
	start = rig_now();
	CHECK_EQ("a burst is taken while the ring has room", zcxsk_tx_burst(tx, p, n), n);
	CHECK_EQ("the status says why it stays", zcxsk_socket_status(tx), -ENETDOWN);
	CHECK_EQ("a drain ends where the link is down", zcxsk_tx_drain(tx, TRAFFIC_PATIENCE_NS), n);
	CHECK_EQ("frames are where they were", rig_stats(tx).in_tx_ring, n);
	rig_check_places("frames balance while the link is down", tx);
	CHECK("a sender never waits for a link", rig_now() - start < TOLD_NS);
	CHECK_EQ("a waiting receiver on the same socket is told",
		 zcxsk_rx_wait(tx, p, 1, TRAFFIC_PATIENCE_NS, &taken), -ENETDOWN);
	rig_link(rig_left(0), "up");
	CHECK_EQ("queued frames go out when the link is up", zcxsk_tx_flush(tx), 0);
	traffic_receive_all(rx, 0, n);
	traffic_run(tx, rx, PACKETS);
	CHECK_EQ("the status is good again", zcxsk_socket_status(tx), 0);
}

static void down_and_up(enum zcxsk_mode mode)
{
	struct zcxsk_socket *rx = rig_open_plain(rig_right(0), mode);
	struct zcxsk_socket *tx = rig_open_plain(rig_left(0), mode);

	traffic_run(tx, rx, PACKETS);
	receiver_down(tx, rx);
	sender_down(tx, rx);
	rig_check_quiet("all frames come back after the link was down", tx);
	zcxsk_socket_close(tx);
	zcxsk_socket_close(rx);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(down_and_up);
	return 0;
}
