/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * burst.c - empty bursts, bursts larger than the ring, and a full ring in one burst; more
 * packets than the RX ring holds; closing while packets are in flight.
 */
#include <stdlib.h>

#include "check.h"
#include "rig.h"
#include "traffic.h"

#define RING 64u	   /* entries, small on purpose */
#define MANY 300u	   /* packets, more than RING */
#define FULL 2048u	   /* packets of the full burst, and its ring, at most */
#define RX_RING 4096u	   /* room for all of them */
#define TAKEN_AT_ONCE 192u /* packets of a full ring that the kernel takes at least */
#define LENGTH 60u	   /* bytes */
#define TRIES 4u
#define FLOOD 6144u /* packets, three RX rings of the default size */

static uint32_t prepare(struct zcxsk_socket *s, struct zcxsk_packet *p, uint32_t n)
{
	uint32_t got = zcxsk_tx_alloc(s, p, n, 0);

	for (uint32_t i = 0; i < got; i++) {
		p[i].len = LENGTH;
		traffic_write(zcxsk_packet_data(zcxsk_socket_base(s), &p[i]), LENGTH, i);
	}
	return got;
}

/* Receives the packets sent before, in bursts of at most max. */
static uint32_t receive_until(struct zcxsk_socket *s, uint32_t wanted, uint32_t max)
{
	struct zcxsk_packet *p = calloc(max, sizeof(*p));
	uint32_t got = 0, n;

	CHECK("memory", p);
	while (got < wanted && !zcxsk_rx_wait(s, p, max, TRAFFIC_PATIENCE_NS / 5, &n)) {
		CHECK("a burst is not larger than requested", n <= max);
		CHECK_EQ("release", zcxsk_packet_release(s, p, n), n);
		got += n;
	}
	free(p);
	return got;
}

static void odd_sizes(enum zcxsk_mode mode)
{
	struct zcxsk_packet p[MANY];
	struct zcxsk_socket *rx = rig_open_plain(rig_right(0), mode), *tx;
	struct rig_opts o;
	uint32_t taken, n;

	rig_opts(&o, mode);
	o.socket.tx_ring_size = RING;
	tx = rig_open(rig_left(0), 0, &o.socket);
	CHECK_EQ("frames for more than a ring", prepare(tx, p, MANY), MANY);
	CHECK_EQ("a burst of 0 sends nothing", zcxsk_tx_burst(tx, p, 0), 0);
	CHECK_EQ("a burst of 0 does not fail", zcxsk_socket_status(tx), 0);
	CHECK_EQ("a burst of 0 receives nothing", zcxsk_rx_burst(rx, p, 0), 0);
	taken = zcxsk_tx_burst(tx, p, MANY);
	CHECK("a burst larger than the ring is sent in part", taken > 0 && taken <= RING);
	CHECK("a partial burst is counted", rig_stats(tx).tx_ring_full > 0);
	CHECK_EQ("the wait sends the rest",
		 zcxsk_tx_wait(tx, p + taken, MANY - taken, TRAFFIC_PATIENCE_NS, &n), 0);
	CHECK_EQ("the wait sends the rest", n, MANY - taken);
	CHECK_EQ("more than the ring arrives", receive_until(rx, MANY, 2 * RX_RING), MANY);
	rig_check_quiet("more than the ring is completed", tx);
	rig_check_places("more than the ring balances", tx);
	zcxsk_socket_close(tx);
	zcxsk_socket_close(rx);
}

/*
 * Packets of the full burst. The emulated igb sends all of its ring before the receiver's
 * processor runs. The receiver loses what exceeds its own, and no statistics count it: half
 * of that is offered.
 */
static uint32_t full_burst(enum zcxsk_mode mode)
{
	struct zcxsk_socket_info info;
	struct zcxsk_socket *s;

	if (mode != ZCXSK_MODE_ZERO_COPY || !rig_has_driver("igb"))
		return FULL;
	s = rig_open_plain(rig_right(0), mode);
	zcxsk_socket_info_init(&info);
	CHECK_EQ("info", zcxsk_socket_read_info(s, &info), 0);
	zcxsk_socket_close(s);
	CHECK("the card's ring", info.device_rx_ring >= 2 * TRAFFIC_BURST);
	return info.device_rx_ring / 2;
}

/*
 * One burst of a whole ring and one flush; the peer receives only afterwards. Returns
 * false if the kernel was slow, as on a busy machine: softirqs then wait for a kernel
 * thread, so that a kick has no effect at once and small queues overflow.
 */
static bool all_at_once(enum zcxsk_mode mode, uint32_t full)
{
	static struct zcxsk_packet p[FULL];
	struct zcxsk_socket *rx, *tx;
	struct zcxsk_stats r;
	struct rig_opts o;
	uint64_t deadline;
	uint32_t got;
	bool kicked_on;

	/* In the copy modes one kick sends only a small part, too, if the budget can be set. */
	rig_opts(&o, mode);
	o.socket.copy_budget = 32;
	o.socket.tx_ring_size = o.socket.tx_limit = full;
	tx = rig_open(rig_left(0), 0, &o.socket);
	rig_opts(&o, mode);
	o.socket.rx_ring_size = o.socket.fill_ring_size = RX_RING;
	o.umem.frames = 4 * RX_RING;
	rx = rig_open(rig_right(0), 0, &o.socket);
	CHECK_EQ("frames for a full ring", prepare(tx, p, full), full);
	CHECK_EQ("a full ring is accepted in one burst", zcxsk_tx_burst(tx, p, full), full);
	/* virtio-net takes 64 packets per kick, the copy path its budget: one is not enough. */
	kicked_on = rig_stats(tx).in_tx_ring <= (full > TAKEN_AT_ONCE ? full - TAKEN_AT_ONCE : 0);
	for (deadline = rig_now() + TRAFFIC_PATIENCE_NS; zcxsk_tx_flush(tx);)
		CHECK("a flush hands a full ring to the kernel", rig_now() < deadline);
	got = receive_until(rx, full, FULL);
	r = rig_stats(rx);
	printf("  %u of %u arrived; full RX ring %llu, empty fill ring %llu, dropped %llu; "
	       "kicks %llu, again %llu\n",
	       got, full, (unsigned long long)r.kernel_rx_ring_full,
	       (unsigned long long)r.kernel_rx_fill_ring_empty_descs,
	       (unsigned long long)r.kernel_rx_dropped, (unsigned long long)rig_stats(tx).tx_kicks,
	       (unsigned long long)rig_stats(tx).tx_kick_again);
	CHECK_EQ("a full ring arrives, except packets counted as dropped",
		 got + r.kernel_rx_ring_full + r.kernel_rx_dropped + rig_stats(tx).tx_kick_dropped,
		 full);
	rig_check_quiet("a full ring is completed", tx);
	zcxsk_socket_close(tx);
	zcxsk_socket_close(rx);
	return kicked_on && got == full;
}

static void full_ring(enum zcxsk_mode mode)
{
	uint32_t full = full_burst(mode);
	bool done = all_at_once(mode, full);

	for (unsigned i = 1; i < TRIES && !done; i++)
		done = all_at_once(mode, full);
	CHECK("a burst is kicked until the kernel takes no more, and none is dropped", done);
}

/* Sends `left` packets as fast as the ring has room. */
static void flood(struct zcxsk_socket *tx, uint32_t left)
{
	struct zcxsk_packet p[RING];

	while (left) {
		uint32_t n = prepare(tx, p, left < RING ? left : RING), sent;

		CHECK_EQ("the flood is sent", zcxsk_tx_wait(tx, p, n, TRAFFIC_PATIENCE_NS, &sent),
			 0);
		left -= sent;
	}
	CHECK_EQ("the flood is completed", zcxsk_tx_drain(tx, TRAFFIC_PATIENCE_NS), 0);
}

/*
 * A slow receiver fills its RX ring, while the device keeps frames. That costs nothing; a
 * driver without frames may poll for them endlessly, or needs a wakeup.
 */
static void left_behind(enum zcxsk_mode mode)
{
	struct zcxsk_socket *rx, *tx = rig_open_plain(rig_left(0), mode);
	struct zcxsk_stats r;
	struct rig_opts o;

	rig_opts(&o, mode);
	o.umem.frames = 0; /* the default, of which half may be posted */
	rx = rig_open(rig_right(0), 0, &o.socket);
	flood(tx, FLOOD);
	r = rig_stats(rx);
	printf("  full RX ring %llu, empty fill ring %llu\n",
	       (unsigned long long)r.kernel_rx_ring_full,
	       (unsigned long long)r.kernel_rx_fill_ring_empty_descs);
	CHECK("a slow receiver fills its RX ring", r.kernel_rx_ring_full > 0);
	CHECK_EQ("the device still has frames", r.kernel_rx_fill_ring_empty_descs, 0);
	CHECK("a full RX ring is received", receive_until(rx, FULL, TRAFFIC_BURST) >= FULL);
	zcxsk_socket_close(tx);
	zcxsk_socket_close(rx);
}

/* A close right after a burst waits for the frames, and the queue is free. */
static void close_at_once(enum zcxsk_mode mode)
{
	struct zcxsk_packet p[TRAFFIC_BURST];

	for (int i = 0; i < 3; i++) {
		struct zcxsk_socket *rx = rig_open_plain(rig_right(0), mode);
		struct zcxsk_socket *tx = rig_open_plain(rig_left(0), mode);

		CHECK_EQ("frames", prepare(tx, p, TRAFFIC_BURST), TRAFFIC_BURST);
		CHECK_EQ("burst", zcxsk_tx_burst(tx, p, TRAFFIC_BURST), TRAFFIC_BURST);
		CHECK_EQ("a close waits for packets in flight", zcxsk_socket_close(tx), 0);
		CHECK_EQ("unread packets do not delay a close", zcxsk_socket_close(rx), 0);
	}
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(odd_sizes);
	rig_each_mode(full_ring);
	rig_each_mode(left_behind);
	rig_each_mode(close_at_once);
	return 0;
}
