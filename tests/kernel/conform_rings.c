/* SPDX-License-Identifier: BSD-2-Clause */
/* conform_rings.c - behaviours that the kernel's counters and indices show. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "check.h"
#include "conform.h"
#include "netns.h"
#include "traffic.h"

#define RING 64u
#define BUDGET 32u /* the least that the kernel takes */
#define TRIES 4096u
#define FULL_MS 100
#define LONG 2500u /* bytes, more than a frame of 2048 holds */
#define LONG_MTU 3000u
#define CONTROL_NS 5000000000ull

/* Packets whose receiver does nothing, until `counter` of it grows. */
static void send_until(struct zcxsk_socket *from, struct zcxsk_socket *to,
		       uint64_t (*counter)(const struct zcxsk_stats *))
{
	uint64_t deadline = rig_now() + TRAFFIC_PATIENCE_NS;
	struct zcxsk_stats stats = rig_stats(to);

	for (uint32_t i = 0; !counter(&stats); i += RING) {
		CHECK("it is counted", rig_now() < deadline);
		traffic_send_all(from, i, RING);
		stats = rig_stats(to);
	}
}

static uint64_t ring_full(const struct zcxsk_stats *s)
{
	return s->kernel_rx_ring_full;
}

static uint64_t fill_empty(const struct zcxsk_stats *s)
{
	return s->kernel_rx_fill_ring_empty_descs;
}

static void stat_rx_full(enum zcxsk_mode mode)
{
	struct zcxsk_socket *left = rig_open_plain(rig_left(0), mode), *right;
	struct rig_opts o;

	rig_opts(&o, mode);
	o.socket.rx_ring_size = RING;
	right = conform_open(rig_right(0), &o.socket);
	send_until(left, right, ring_full);
	zcxsk_socket_close(left);
	zcxsk_socket_close(right);
}

/* The fill ring is the program's, which adds nothing. */
static void stat_fill_empty(enum zcxsk_mode mode)
{
	struct zcxsk_socket *left = rig_open_plain(rig_left(0), mode);
	struct zcxsk_socket *right = rig_open_plain(rig_right(0), mode);
	struct zcxsk_ring_cons *rx = zcxsk_socket_rx_ring(right);
	uint64_t deadline = rig_now() + TRAFFIC_PATIENCE_NS;
	struct zcxsk_stats stats = rig_stats(right);
	uint32_t index;

	for (uint32_t i = 0; !fill_empty(&stats); i += RING) {
		CHECK("it is counted", rig_now() < deadline);
		traffic_send_all(left, i, RING);
		if (zcxsk_ring_cons_peek(rx, UINT32_MAX, &index))
			zcxsk_ring_cons_release(rx);
		stats = rig_stats(right);
	}
	zcxsk_socket_close(left);
	zcxsk_socket_close(right);
}

/* ---- packets that are longer than a frame of the receiver ---- */

static void set_mtu(unsigned mtu)
{
	if (netns_run("ip link set %s mtu %u", rig_right(0), mtu) ||
	    netns_run("ip link set %s mtu %u", rig_left(0), mtu))
		conform_unsupported("an MTU of 3000", -EINVAL);
	rig_await_link(rig_left(0));
	rig_await_link(rig_right(0));
}

static void restore_mtu(void)
{
	(void)netns_run("ip link set %s mtu 1500", rig_right(0));
	(void)netns_run("ip link set %s mtu 1500", rig_left(0));
}

static void send_long(struct zcxsk_socket *from, uint32_t n)
{
	unsigned char bytes[LONG];

	for (uint32_t i = 0; i < n; i++) {
		traffic_write(bytes, LONG, i);
		CHECK_EQ("sent", zcxsk_tx_send_wait(from, bytes, LONG, TRAFFIC_PATIENCE_NS), 0);
	}
	rig_flush(from);
}

/* Whether the card delivers such packets at all, to frames that hold them. */
static void control(enum zcxsk_mode mode)
{
	struct zcxsk_socket *left, *right;
	struct zcxsk_packet packet;
	struct rig_opts o;
	uint32_t n;

	set_mtu(LONG_MTU);
	rig_opts(&o, mode);
	o.umem.frame_size = 4096;
	right = conform_open(rig_right(0), &o.socket);
	left = conform_open(rig_left(0), &o.socket);
	send_long(left, 1);
	if (zcxsk_rx_wait(right, &packet, 1, CONTROL_NS, &n))
		conform_unsupported("a packet of 2500 bytes", -EMSGSIZE);
	zcxsk_packet_release(right, &packet, 1);
	zcxsk_socket_close(left);
	zcxsk_socket_close(right);
	set_mtu(1500);
}

static void stat_rx_dropped(enum zcxsk_mode mode)
{
	struct zcxsk_socket *left, *right;
	struct zcxsk_stats stats;
	struct rig_opts o;
	uint64_t deadline;

	atexit(restore_mtu);
	control(mode);
	rig_opts(&o, mode);
	o.umem.frame_size = 2048;
	right = conform_open(rig_right(0), &o.socket);
	set_mtu(LONG_MTU);
	/* Some drivers do not run the program any more after that. */
	CHECK_EQ("attached again", zcxsk_redirect_reattach(zcxsk_socket_redirect(right), NULL), 0);
	rig_await_link(rig_right(0));
	o.umem.frame_size = 4096;
	left = conform_open(rig_left(0), &o.socket);
	send_long(left, BUDGET);
	deadline = rig_now() + TRAFFIC_PATIENCE_NS;
	do {
		CHECK("they are counted", rig_now() < deadline);
		stats = rig_stats(right);
	} while (stats.kernel_rx_dropped < BUDGET);
	CHECK_EQ("each once", stats.kernel_rx_dropped, BUDGET);
	zcxsk_socket_close(left);
	zcxsk_socket_close(right);
}

/* ---- rings that the program works itself ---- */

/* The self-test's frame may still be in flight. */
static struct zcxsk_ring_prod *take_tx(struct zcxsk_socket *s)
{
	struct zcxsk_ring_prod *tx;

	CHECK_EQ("nothing is in flight", zcxsk_tx_drain(s, TRAFFIC_PATIENCE_NS), 0);
	tx = zcxsk_socket_tx_ring(s);
	CHECK("the ring is ours", tx);
	return tx;
}

static void kick(struct zcxsk_socket *s)
{
	(void)sendto(zcxsk_socket_fd(s), NULL, 0, MSG_DONTWAIT, NULL, 0);
}

/* The program's own descriptors, of one frame; returns how many. */
static uint32_t put(struct zcxsk_ring_prod *tx, uint64_t addr, uint32_t n)
{
	uint32_t index;

	n = zcxsk_ring_prod_reserve(tx, n, &index);
	for (uint32_t i = 0; i < n; i++)
		*zcxsk_ring_tx_slot(tx, index + i) = (struct xdp_desc){.addr = addr, .len = 60};
	if (n)
		zcxsk_ring_prod_submit(tx);
	return n;
}

static void stat_tx_invalid(enum zcxsk_mode mode)
{
	struct zcxsk_socket *left = rig_open_plain(rig_left(0), mode);
	uint64_t size = zcxsk_umem_size(zcxsk_socket_umem(left));
	struct zcxsk_ring_prod *tx = take_tx(left);
	uint64_t deadline = rig_now() + TRAFFIC_PATIENCE_NS;

	CHECK_EQ("put", put(tx, size, BUDGET / 2), BUDGET / 2);
	while (rig_stats(left).kernel_tx_invalid_descs < BUDGET / 2) {
		CHECK("they are counted", rig_now() < deadline);
		kick(left);
	}
	CHECK_EQ("each once", rig_stats(left).kernel_tx_invalid_descs, BUDGET / 2);
	zcxsk_socket_close(left);
}

/* Without anybody who takes completions, the kernel stops taking packets. */
static void poll_tx_full(enum zcxsk_mode mode)
{
	struct zcxsk_socket *left;
	struct zcxsk_packet packet;
	struct zcxsk_ring_prod *tx;
	struct rig_opts o;

	rig_opts(&o, mode);
	o.socket.tx_ring_size = o.socket.completion_ring_size = RING;
	left = conform_open(rig_left(0), &o.socket);
	CHECK_EQ("a frame", zcxsk_tx_alloc(left, &packet, 1, 60), 1);
	traffic_write(zcxsk_packet_data(zcxsk_socket_base(left), &packet), 60, 0);
	tx = take_tx(left);
	for (uint32_t i = 0; i < TRIES; i++) {
		put(tx, packet.addr, RING);
		kick(left);
	}
	CHECK_EQ("the ring is full", zcxsk_ring_prod_room(tx, 1), 0);
	CHECK("it is not writable", !conform_poll(left, POLLOUT, FULL_MS));
	zcxsk_socket_close(left);
}

static void tx_queue_consumer(enum zcxsk_mode mode)
{
	struct zcxsk_socket_info info;
	struct zcxsk_packet packet;
	struct zcxsk_socket *left;
	struct zcxsk_ring_prod *tx;
	struct rig_opts o;

	rig_opts(&o, mode);
	o.socket.copy_budget = BUDGET;
	left = conform_open(rig_left(0), &o.socket);
	zcxsk_socket_info_init(&info);
	CHECK_EQ("info", zcxsk_socket_read_info(left, &info), 0);
	if (!info.copy_budget)
		conform_unsupported("a budget", -ENOPROTOOPT);
	CHECK_EQ("a frame", zcxsk_tx_alloc(left, &packet, 1, 60), 1);
	traffic_write(zcxsk_packet_data(zcxsk_socket_base(left), &packet), 60, 0);
	tx = take_tx(left);
	CHECK_EQ("put", put(tx, packet.addr, 2 * BUDGET + 1), 2 * BUDGET + 1);
	kick(left);
	CHECK_EQ("one call takes the budget", zcxsk_ring_prod_pending(tx), BUDGET + 1);
	kick(left);
	CHECK_EQ("and the next one, too", zcxsk_ring_prod_pending(tx), 1);
	kick(left);
	zcxsk_socket_close(left);
}

const struct behaviour conform_rings[] = {
	{.name = "STAT_RX_DROPPED", .run = stat_rx_dropped, .modes = COPY_MODES},
	{.name = "STAT_TX_INVALID", .run = stat_tx_invalid},
	{.name = "STAT_RX_FULL", .run = stat_rx_full},
	{.name = "STAT_FILL_EMPTY", .run = stat_fill_empty},
	{.name = "POLL_TXQ_FULL", .run = poll_tx_full},
	{.name = "TX_QUEUE_CONSUMER", .run = tx_queue_consumer, .modes = COPY_MODES},
	{0},
};
