/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forward.c - forwards received frames without copying: between two interfaces whose
 * sockets share one UMEM and one cache, and back through the same socket.
 */
#include <errno.h>

#include "check.h"
#include "rig.h"
#include "traffic.h"

#define PACKETS 10000u
#define FRAMES 16384u /* two sockets with full rings, and as many spare frames */

struct memory {
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_cache *cache;
};

static void make_memory(struct memory *m)
{
	struct rig_opts o;

	rig_opts(&o, ZCXSK_MODES_ALL);
	o.umem.frames = FRAMES;
	CHECK_EQ("UMEM", zcxsk_umem_create(&m->umem, &o.umem, NULL), 0);
	CHECK_EQ("pool", zcxsk_pool_create(&m->pool, m->umem, &o.pool, NULL), 0);
	CHECK_EQ("cache", zcxsk_cache_create(&m->cache, m->pool, NULL), 0);
}

static void free_memory(struct memory *m)
{
	char text[200] = "";

	CHECK_EQ(text, zcxsk_pool_violation(m->pool, text, sizeof(text)), 0);
	CHECK_EQ("a cache without sockets can be destroyed", zcxsk_cache_destroy(m->cache), 0);
	CHECK_EQ("a pool without caches can be destroyed", zcxsk_pool_destroy(m->pool), 0);
	CHECK_EQ("a UMEM without a pool can be destroyed", zcxsk_umem_destroy(m->umem), 0);
}

static struct zcxsk_socket *open_on(const char *ifname, enum zcxsk_mode mode,
				    const struct memory *m)
{
	struct rig_opts o;

	rig_opts(&o, mode);
	o.socket.cache = m->cache;
	o.socket.umem_opts = NULL;
	o.socket.pool_opts = NULL;
	return rig_open(ifname, 0, &o.socket);
}

/* Receives packets on one socket and sends them on another. */
static uint32_t pass_on(struct zcxsk_socket *in, struct zcxsk_socket *out)
{
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint32_t n, taken;

	CHECK_EQ("packets to forward arrive",
		 zcxsk_rx_wait(in, p, TRAFFIC_BURST, TRAFFIC_PATIENCE_NS, &n), 0);
	CHECK_EQ("received frames can be sent",
		 zcxsk_tx_wait(out, p, n, TRAFFIC_PATIENCE_NS, &taken), 0);
	CHECK_EQ("received frames can be sent", taken, n);
	return n;
}

static void stream_through(struct zcxsk_socket *from, struct zcxsk_socket *in,
			   struct zcxsk_socket *out, struct zcxsk_socket *to)
{
	uint32_t sent = 0, passed = 0, got = 0;

	while (got < PACKETS) {
		if (sent < PACKETS && sent - got < TRAFFIC_WINDOW)
			sent += traffic_send(from, sent, PACKETS - sent);
		if (passed < sent)
			passed += pass_on(in, out);
		got += traffic_receive(to, got);
	}
}

/* left0 -> right0 == left1 -> right1, the middle on one UMEM and cache. */
static void between_interfaces(enum zcxsk_mode mode)
{
	struct memory m;
	struct zcxsk_socket *in, *out, *from, *to;
	struct zcxsk_stats a, b;

	make_memory(&m);
	in = open_on(rig_right(0), mode, &m);
	out = open_on(rig_left(1), mode, &m);
	to = rig_open_plain(rig_right(1), mode);
	from = rig_open_plain(rig_left(0), mode);
	CHECK_EQ("sockets on one UMEM have the same mode", zcxsk_socket_mode(in),
		 zcxsk_socket_mode(out));
	CHECK_EQ("a UMEM in use is not destroyed", zcxsk_umem_destroy(m.umem), -EBUSY);
	CHECK_EQ("a pool in use is not destroyed", zcxsk_pool_destroy(m.pool), -EBUSY);
	CHECK_EQ("a cache in use is not destroyed", zcxsk_cache_destroy(m.cache), -EBUSY);
	stream_through(from, in, out, to);
	rig_check_quiet("forwarded frames are completed", out);
	a = rig_stats(in);
	b = rig_stats(out);
	CHECK_EQ("forwarded frames are counted as received", a.rx_packets, PACKETS);
	CHECK_EQ("forwarded frames are counted as sent", b.tx_packets, PACKETS);
	CHECK_EQ("no forwarded frame stays with the application",
		 a.in_application + b.in_application, 0);
	CHECK_EQ("frames of both sockets and of the pool add up to all frames",
		 a.in_fill_ring + a.in_kernel_rx + a.in_rx_ring + b.in_fill_ring + b.in_kernel_rx +
			 b.in_rx_ring + a.in_cache + a.in_pool,
		 FRAMES);
	zcxsk_socket_close(from);
	zcxsk_socket_close(in);
	zcxsk_socket_close(out);
	zcxsk_socket_close(to);
	free_memory(&m);
}

/* A socket that sends back what it receives. */
static void reflected(enum zcxsk_mode mode)
{
	struct zcxsk_socket *mirror = rig_open_plain(rig_right(0), mode);
	struct zcxsk_socket *s = rig_open_plain(rig_left(0), mode);

	stream_through(s, mirror, mirror, s);
	rig_check_quiet("reflected frames are completed", mirror);
	rig_check_places("reflected frames balance", mirror);
	rig_check_places("frames of packets that were reflected balance", s);
	zcxsk_socket_close(s);
	zcxsk_socket_close(mirror);
}

int main(void)
{
	rig_setup(2);
	rig_each_mode(between_interfaces);
	rig_each_mode(reflected);
	return 0;
}
