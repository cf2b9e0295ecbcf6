/* SPDX-License-Identifier: BSD-2-Clause */
/* conform_traffic.c - behaviours that packets show. */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "conform.h"
#include "traffic.h"

#define PACKETS 4096u /* as in the kernel's tests */
#define HEADROOM 128u
#define KERNEL_HEADROOM 256u
#define IDLE_MS 100
#define ROUNDS 10u
#define RING_LEAST 64u
#define RING_MOST 8192u /* entries of ours */

struct pair {
	struct zcxsk_socket *left, *right;
};

static struct pair open_pair(struct rig_opts *o)
{
	struct pair p = {.right = conform_open(rig_right(0), &o->socket)};

	p.left = conform_open(rig_left(0), &o->socket);
	return p;
}

static struct pair open_plain(enum zcxsk_mode mode)
{
	struct rig_opts o;

	rig_opts(&o, mode);
	return open_pair(&o);
}

static void close_pair(const struct pair *p)
{
	rig_check_quiet("all is completed", p->left);
	CHECK_EQ("nothing is lost", zcxsk_socket_close(p->left), 0);
	zcxsk_socket_close(p->right);
}

static void with_frames(enum zcxsk_mode mode, uint32_t size)
{
	struct rig_opts o;
	struct pair p;

	rig_opts(&o, mode);
	o.umem.frame_size = size;
	p = open_pair(&o);
	traffic_run(p.left, p.right, PACKETS);
	close_pair(&p);
}

static void send_receive(enum zcxsk_mode mode)
{
	with_frames(mode, 4096);
}

static void send_receive_2k(enum zcxsk_mode mode)
{
	with_frames(mode, 2048);
}

static void single_packet(enum zcxsk_mode mode)
{
	struct pair p = open_plain(mode);

	traffic_run(p.left, p.right, 1);
	close_pair(&p);
}

static void poll_rx(enum zcxsk_mode mode)
{
	struct pair p = open_plain(mode);

	for (uint32_t i = 0; i < PACKETS; i += TRAFFIC_BURST) {
		uint32_t done = 0;

		traffic_send_all(p.left, i, TRAFFIC_BURST);
		while (done < TRAFFIC_BURST) {
			CHECK("readable", conform_poll(p.right, POLLIN, 20000));
			done += traffic_receive(p.right, i + done);
		}
	}
	close_pair(&p);
}

static void poll_tx(enum zcxsk_mode mode)
{
	struct pair p = open_plain(mode);

	for (uint32_t i = 0; i < PACKETS; i += TRAFFIC_BURST) {
		CHECK("writable", conform_poll(p.left, POLLOUT, 20000));
		traffic_send_all(p.left, i, TRAFFIC_BURST);
		traffic_receive_all(p.right, i, TRAFFIC_BURST);
	}
	close_pair(&p);
}

static void poll_idle(enum zcxsk_mode mode)
{
	struct pair p = open_plain(mode);

	CHECK("an idle receiver is not readable", !conform_poll(p.right, POLLIN, IDLE_MS));
	close_pair(&p);
}

/* The address of a received packet is that of its frame and the two headrooms. */
static void headroom(enum zcxsk_mode mode)
{
	struct zcxsk_packet packet;
	struct rig_opts o;
	struct pair p;
	uint32_t n;

	rig_opts(&o, mode);
	o.umem.frame_size = 4096;
	o.umem.headroom = HEADROOM;
	p = open_pair(&o);
	for (uint32_t i = 0; i < PACKETS / 64; i++) {
		traffic_send_all(p.left, i, 1);
		CHECK_EQ("it arrives", zcxsk_rx_wait(p.right, &packet, 1, TRAFFIC_PATIENCE_NS, &n),
			 0);
		CHECK_EQ("place", packet.addr % 4096, KERNEL_HEADROOM + HEADROOM);
		traffic_check(zcxsk_packet_data(zcxsk_socket_base(p.right), &packet), packet.len,
			      i);
		zcxsk_packet_release(p.right, &packet, 1);
	}
	close_pair(&p);
}

static void bidirectional(enum zcxsk_mode mode)
{
	struct pair p = open_plain(mode);

	for (uint32_t i = 0; i < PACKETS; i += TRAFFIC_BURST) {
		traffic_send_all(p.left, i, TRAFFIC_BURST);
		traffic_send_all(p.right, i, TRAFFIC_BURST);
		traffic_receive_all(p.right, i, TRAFFIC_BURST);
		traffic_receive_all(p.left, i, TRAFFIC_BURST);
	}
	rig_check_quiet("all is completed", p.right);
	close_pair(&p);
}

/* Of the packets that the kernel's tests offer, those that reach over an edge or are empty. */
static void invalid_packets(enum zcxsk_mode mode, uint32_t frame)
{
	struct zcxsk_packet invalid[4], packet;
	struct rig_opts o;
	struct pair p;

	rig_opts(&o, mode);
	o.umem.frame_size = frame;
	p = open_pair(&o);
	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++) {
		CHECK_EQ("a frame", zcxsk_tx_alloc(p.left, &packet, 1, traffic_length((uint32_t)i)),
			 1);
		invalid[0] = (struct zcxsk_packet){.addr = packet.addr, .len = 0};
		invalid[1] = (struct zcxsk_packet){
			.addr = zcxsk_umem_size(zcxsk_socket_umem(p.left)), .len = 64};
		invalid[2] = (struct zcxsk_packet){.addr = packet.addr / frame * frame + frame - 32,
						   .len = 64};
		invalid[3] = (struct zcxsk_packet){.addr = UINT64_MAX - 32, .len = 64};
		CHECK_EQ("it is not taken", zcxsk_tx_burst(p.left, &invalid[i], 1), 0);
		CHECK_EQ("the status says so", zcxsk_socket_status(p.left), -EINVAL);
		traffic_write(zcxsk_packet_data(zcxsk_socket_base(p.left), &packet), packet.len,
			      (uint32_t)i);
		CHECK_EQ("a valid one is", zcxsk_tx_burst(p.left, &packet, 1), 1);
		zcxsk_tx_flush(p.left);
		CHECK_EQ("and arrives", traffic_receive(p.right, (uint32_t)i), 1);
	}
	close_pair(&p);
}

static void invalid_descriptors(enum zcxsk_mode mode)
{
	invalid_packets(mode, 4096);
}

static void invalid_descriptors_2k(enum zcxsk_mode mode)
{
	invalid_packets(mode, 2048);
}

static void teardown(enum zcxsk_mode mode)
{
	for (uint32_t i = 0; i < ROUNDS; i++) {
		struct pair p = open_plain(mode);

		traffic_run(p.left, p.right, PACKETS / ROUNDS);
		close_pair(&p);
	}
}

/* A socket on the memory of one that is closed; the entry of the map is another one's then. */
static void program_cleanup(enum zcxsk_mode mode)
{
	struct zcxsk_error error = {0};
	struct zcxsk_cache *cache;
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct rig_opts o;
	struct pair p;

	rig_opts(&o, mode);
	CHECK_EQ("umem", zcxsk_umem_create(&umem, &o.umem, &error), 0);
	CHECK_EQ("pool", zcxsk_pool_create(&pool, umem, &o.pool, &error), 0);
	CHECK_EQ("cache", zcxsk_cache_create(&cache, pool, &error), 0);
	p.left = conform_open(rig_left(0), &o.socket);
	o.socket.umem_opts = NULL;
	o.socket.pool_opts = NULL;
	o.socket.cache = cache;
	for (uint32_t i = 0; i < 2; i++) {
		p.right = conform_open(rig_right(0), &o.socket);
		traffic_run(p.left, p.right, PACKETS / 4);
		zcxsk_socket_close(p.right);
	}
	zcxsk_socket_close(p.left);
	CHECK_EQ("cache", zcxsk_cache_destroy(cache), 0);
	CHECK_EQ("pool", zcxsk_pool_destroy(pool), 0);
	CHECK_EQ("umem", zcxsk_umem_destroy(umem), 0);
}

/* ---- sizes of the device's rings ---- */

static int device_ring(const char *ifname, struct ethtool_ringparam *ring, uint32_t command)
{
	struct ifreq ifr = {.ifr_data = (void *)ring};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;

	ring->cmd = command;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	ret = ioctl(fd, SIOCETHTOOL, &ifr) ? -errno : 0;
	close(fd);
	return ret;
}

static struct ethtool_ringparam before;

/*
 * Until the kernel has released the queue, which takes it a moment after the close, a ring that
 * grows overruns memory on kernels before 7.2: row 17 of docs/pitfalls.md.
 */
static bool await_release(void)
{
	uint64_t deadline = rig_now() + TRAFFIC_PATIENCE_NS;
	struct zcxsk_probe_result result;

	do {
		zcxsk_probe_result_init(&result);
		if (rig_now() >= deadline || zcxsk_probe(&result, rig_right(0), 0, NULL, NULL))
			return false;
	} while (result.queue_used == ZCXSK_VERDICT_YES);
	return true;
}

static void restore_device(void)
{
	if (await_release())
		device_ring(rig_right(0), &before, ETHTOOL_SRINGPARAM);
}

/* No more at a time than a small ring of the device holds. */
static void exchange(struct zcxsk_socket *from, struct zcxsk_socket *to)
{
	for (uint32_t i = 0; i < PACKETS; i += RING_LEAST / 4) {
		traffic_send_all(from, i, RING_LEAST / 4);
		traffic_receive_all(to, i, RING_LEAST / 4);
	}
}

/* entries 0: the most that the device can have. */
static void with_device_rings(enum zcxsk_mode mode, uint32_t entries, uint32_t ours)
{
	struct ethtool_ringparam now;
	int ret = device_ring(rig_right(0), &before, ETHTOOL_GRINGPARAM);
	struct rig_opts o;
	struct pair p;

	if (ret)
		conform_unsupported("ethtool -g", ret);
	CHECK("the queue is released", await_release());
	now = before;
	now.rx_pending = entries ? entries : before.rx_max_pending;
	now.tx_pending = entries ? entries : before.tx_max_pending;
	ret = device_ring(rig_right(0), &now, ETHTOOL_SRINGPARAM);
	if (ret)
		conform_unsupported("ethtool -G", ret);
	atexit(restore_device);
	rig_await_link(rig_right(0));
	rig_await_link(rig_left(0));
	rig_opts(&o, mode);
	o.umem.frames = 2 * RING_MOST + 2 * now.rx_pending;
	o.socket.rx_ring_size = o.socket.tx_ring_size = ours;
	p = open_pair(&o);
	exchange(p.left, p.right);
	exchange(p.right, p.left);
	close_pair(&p);
}

static void least_rings(enum zcxsk_mode mode)
{
	with_device_rings(mode, RING_LEAST, TRAFFIC_WINDOW);
}

static void most_rings(enum zcxsk_mode mode)
{
	with_device_rings(mode, 0, RING_MOST);
}

const struct behaviour conform_traffic[] = {
	{.name = "SEND_RECEIVE", .run = send_receive},
	{.name = "SEND_RECEIVE_2K_FRAME", .run = send_receive_2k},
	{.name = "SEND_RECEIVE_SINGLE_PKT", .run = single_packet},
	{.name = "SEND_RECEIVE_UNALIGNED", .lacks = "unaligned frames"},
	{.name = "SEND_RECEIVE_9K_PACKETS", .lacks = "packets over several frames"},
	{.name = "SEND_RECEIVE_UNALIGNED_9K_PACKETS", .lacks = "unaligned frames"},
	{.name = "POLL_RX", .run = poll_rx},
	{.name = "POLL_TX", .run = poll_tx},
	{.name = "POLL_RXQ_FULL", .run = poll_idle},
	{.name = "ALIGNED_INV_DESC", .run = invalid_descriptors},
	{.name = "ALIGNED_INV_DESC_2K_FRAME_SIZE", .run = invalid_descriptors_2k},
	{.name = "UNALIGNED_INV_DESC", .lacks = "unaligned frames"},
	{.name = "UNALIGNED_INV_DESC_4001_FRAME_SIZE", .lacks = "unaligned frames"},
	{.name = "ALIGNED_INV_DESC_MULTI_BUFF", .lacks = "packets over several frames"},
	{.name = "UNALIGNED_INV_DESC_MULTI_BUFF", .lacks = "unaligned frames"},
	{.name = "TOO_MANY_FRAGS", .lacks = "packets over several frames"},
	{.name = "UMEM_HEADROOM", .run = headroom},
	{.name = "BIDIRECTIONAL", .run = bidirectional},
	{.name = "XDP_PROG_CLEANUP", .run = program_cleanup},
	{.name = "XDP_SHARED_UMEM", .lacks = "two sockets on one queue"},
	{.name = "HW_SW_MIN_RING_SIZE", .run = least_rings},
	{.name = "HW_SW_MAX_RING_SIZE", .run = most_rings},
	{.name = "TEARDOWN", .run = teardown},
	{0},
};
