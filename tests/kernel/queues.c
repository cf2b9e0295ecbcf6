/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * queues.c - two queues of one interface with a socket and a cache each, on one UMEM and
 * with one redirect. In the guest ZCXSK_TEST_IFACES names the interfaces; otherwise a veth
 * pair with queues is created.
 */
#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "rig.h"
#include "traffic.h"

#define QUEUES 2u
#define PACKETS 10000u
#define FRAMES 16384u

struct side {
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_cache *caches[QUEUES];
	struct zcxsk_redirect *redirect;
	struct zcxsk_socket *sockets[QUEUES];
};

static void open_side(struct side *side, const char *ifname, enum zcxsk_mode mode)
{
	struct rig_opts o;

	rig_opts(&o, mode);
	o.umem.frames = FRAMES;
	o.redirect.modes = mode;
	CHECK_EQ("UMEM", zcxsk_umem_create(&side->umem, &o.umem, NULL), 0);
	CHECK_EQ("pool", zcxsk_pool_create(&side->pool, side->umem, &o.pool, NULL), 0);
	CHECK_EQ("redirect", zcxsk_redirect_attach(&side->redirect, ifname, &o.redirect, NULL), 0);
	CHECK("queues are counted before attaching",
	      zcxsk_redirect_queues(side->redirect) == QUEUES);
	o.socket.umem_opts = NULL;
	o.socket.pool_opts = NULL;
	o.socket.redirect_opts = NULL;
	o.socket.redirect = side->redirect;
	for (uint32_t i = 0; i < QUEUES; i++) {
		CHECK_EQ("cache", zcxsk_cache_create(&side->caches[i], side->pool, NULL), 0);
		o.socket.cache = side->caches[i];
		side->sockets[i] = rig_open(ifname, i, &o.socket);
	}
}

static void close_side(struct side *side)
{
	CHECK_EQ("a redirect in use is not detached", zcxsk_redirect_detach(side->redirect),
		 -EBUSY);
	for (uint32_t i = 0; i < QUEUES; i++) {
		zcxsk_socket_close(side->sockets[i]);
		CHECK_EQ("cache", zcxsk_cache_destroy(side->caches[i]), 0);
	}
	CHECK_EQ("detach", zcxsk_redirect_detach(side->redirect), 0);
	CHECK_EQ("no ownership violation", zcxsk_pool_violation(side->pool, NULL, 0), 0);
	CHECK_EQ("pool", zcxsk_pool_destroy(side->pool), 0);
	CHECK_EQ("UMEM", zcxsk_umem_destroy(side->umem), 0);
}

/* Receives packets on all queues and marks their numbers as seen. */
static uint32_t collect(struct side *side, unsigned char *seen)
{
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint32_t got = 0;

	for (uint32_t q = 0; q < QUEUES; q++) {
		uint32_t n = zcxsk_rx_burst(side->sockets[q], p, TRAFFIC_BURST);

		for (uint32_t i = 0; i < n; i++) {
			void *data = zcxsk_packet_data(zcxsk_umem_base(side->umem), &p[i]);
			uint32_t number = traffic_number(data);

			CHECK("no foreign packet arrives", number < PACKETS);
			CHECK_EQ("no packet arrives twice", seen[number]++, 0);
			traffic_check(data, p[i].len, number);
		}
		CHECK_EQ("release", zcxsk_packet_release(side->sockets[q], p, n), n);
		got += n;
	}
	return got;
}

static void stream(struct side *from, struct side *to)
{
	unsigned char *seen = calloc(PACKETS, 1);
	uint64_t deadline = rig_now() + TRAFFIC_PATIENCE_NS;
	uint32_t sent = 0, got = 0, q = 0;

	CHECK("memory", seen);
	while (got < PACKETS) {
		uint32_t n;

		if (sent < PACKETS && sent - got < TRAFFIC_WINDOW) {
			sent += traffic_send(from->sockets[q], sent, PACKETS - sent);
			q = (q + 1) % QUEUES;
		}
		n = collect(to, seen);
		if (n)
			deadline = rig_now() + TRAFFIC_PATIENCE_NS;
		CHECK("packets of all queues arrive", rig_now() < deadline);
		got += n;
	}
	free(seen);
}

static void two_queues(enum zcxsk_mode mode)
{
	struct side left, right;
	struct zcxsk_redirect_stats st;

	open_side(&right, rig_right(0), mode);
	open_side(&left, rig_left(0), mode);
	stream(&left, &right);
	for (uint32_t q = 0; q < QUEUES; q++) {
		rig_check_quiet("frames of every queue are completed", left.sockets[q]);
		CHECK("every queue has sent", rig_stats(left.sockets[q]).tx_packets > 0);
	}
	zcxsk_redirect_stats_init(&st);
	CHECK_EQ("redirect counters", zcxsk_redirect_read_stats(right.redirect, &st), 0);
	CHECK_EQ("every packet was redirected", st.redirected, PACKETS);
	/* Generic XDP does not distinguish the queues of veth or tap devices. */
	if (mode == ZCXSK_MODE_NATIVE_COPY && !rig_in_guest())
		for (uint32_t q = 0; q < QUEUES; q++)
			CHECK("every queue has received",
			      rig_stats(right.sockets[q]).rx_packets > PACKETS / 4);
	close_side(&left);
	close_side(&right);
}

/* Queue numbers at and above the count are refused on an idle interface. */
static void above_the_count(enum zcxsk_mode mode)
{
	struct zcxsk_error error;
	struct rig_opts o;

	rig_opts(&o, mode);
	rig_open_refused("a queue at the count is refused", rig_left(0), QUEUES, &o.socket, -EINVAL,
			 &error);
	CHECK_NAMES("the refusal names the queue", error.cause, "queue 2");
	rig_open_refused("a queue above the count is refused", rig_left(0), QUEUES + 1, &o.socket,
			 -EINVAL, &error);
}

int main(void)
{
	if (getenv("ZCXSK_TEST_IFACES"))
		rig_setup(1);
	else
		rig_setup_queues(QUEUES);
	rig_each_mode(two_queues);
	rig_each_mode(above_the_count);
	return 0;
}
