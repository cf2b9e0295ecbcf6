/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ledger.c - a checking pool detects frames that are released twice, used after they were
 * sent, or never owned by the caller. It describes the violation and prevents any harm.
 */
#include "check.h"
#include "rig.h"
#include "traffic.h"

#define FRAME ((uint64_t)rig_frame_size())

struct bench {
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_cache *cache;
	struct zcxsk_socket *tx; /* on the checked pool */
	struct zcxsk_socket *rx;
};

static void set_up(struct bench *b, enum zcxsk_mode mode)
{
	struct rig_opts o;

	rig_opts(&o, mode);
	CHECK_EQ("UMEM", zcxsk_umem_create(&b->umem, &o.umem, NULL), 0);
	CHECK_EQ("pool", zcxsk_pool_create(&b->pool, b->umem, &o.pool, NULL), 0);
	CHECK_EQ("cache", zcxsk_cache_create(&b->cache, b->pool, NULL), 0);
	b->rx = rig_open_plain(rig_right(0), mode);
	o.socket.umem_opts = NULL;
	o.socket.pool_opts = NULL;
	o.socket.cache = b->cache;
	b->tx = rig_open(rig_left(0), 0, &o.socket);
}

static void take_down(struct bench *b)
{
	/* A detected violation must not have harmed anything. */
	traffic_run(b->tx, b->rx, TRAFFIC_BURST);
	CHECK_EQ("drain", zcxsk_tx_drain(b->tx, TRAFFIC_PATIENCE_NS), 0);
	rig_check_places("frames balance after a violation", b->tx);
	zcxsk_socket_close(b->tx);
	zcxsk_socket_close(b->rx);
	CHECK_EQ("cache", zcxsk_cache_destroy(b->cache), 0);
	CHECK_EQ("pool", zcxsk_pool_destroy(b->pool), 0);
	CHECK_EQ("UMEM", zcxsk_umem_destroy(b->umem), 0);
}

/* Checks that one violation was detected, and that its description names this frame. */
static void check_violation(const struct bench *b, uint64_t addr, const char *tried, const char *is)
{
	char text[200] = "", frame[32];

	CHECK_EQ("a violation is counted once", zcxsk_pool_violation(b->pool, text, sizeof(text)),
		 1);
	snprintf(frame, sizeof(frame), "frame %llu ", (unsigned long long)addr / FRAME);
	CHECK_NAMES("the frame is named", text, frame);
	CHECK_NAMES("the attempt is named", text, tried);
	CHECK_NAMES("the owner of the frame is named", text, is);
}

static struct zcxsk_packet one_packet(const struct bench *b, uint32_t number)
{
	struct zcxsk_packet p;

	CHECK_EQ("alloc", zcxsk_tx_alloc(b->tx, &p, 1, 0), 1);
	p.len = traffic_length(number);
	traffic_write(zcxsk_packet_data(zcxsk_umem_base(b->umem), &p), p.len, number);
	return p;
}

static void released_twice(enum zcxsk_mode mode)
{
	struct bench b;
	struct zcxsk_packet p;

	set_up(&b, mode);
	p = one_packet(&b, 0);
	CHECK_EQ("a first release", zcxsk_packet_release(b.tx, &p, 1), 1);
	CHECK_EQ("a second release is refused", zcxsk_packet_release(b.tx, &p, 1), 0);
	check_violation(&b, p.addr, "from the application to the pool", "is with the pool");
	take_down(&b);
}

static void sent_twice(enum zcxsk_mode mode)
{
	struct bench b;
	struct zcxsk_packet p;

	set_up(&b, mode);
	p = one_packet(&b, 0);
	CHECK_EQ("a first send", zcxsk_tx_burst(b.tx, &p, 1), 1);
	CHECK_EQ("a second send is refused", zcxsk_tx_burst(b.tx, &p, 1), 0);
	check_violation(&b, p.addr, "from the application to the kernel for sending",
			"is with the");
	traffic_receive_all(b.rx, 0, 1);
	take_down(&b);
}

static void released_after_send(enum zcxsk_mode mode)
{
	struct bench b;
	struct zcxsk_packet p;

	set_up(&b, mode);
	p = one_packet(&b, 0);
	CHECK_EQ("a send", zcxsk_tx_burst(b.tx, &p, 1), 1);
	CHECK_EQ("a release after the send is refused", zcxsk_packet_release(b.tx, &p, 1), 0);
	check_violation(&b, p.addr, "to the pool", "is with the kernel for sending");
	traffic_receive_all(b.rx, 0, 1);
	take_down(&b);
}

/* Frames that the program never allocated, inside and outside the UMEM. */
static void foreign(enum zcxsk_mode mode)
{
	struct bench b;
	struct zcxsk_packet p;
	uint64_t outside;

	set_up(&b, mode);
	p.addr = (zcxsk_umem_frames(b.umem) - 1) * FRAME; /* deep in the pool */
	p.len = traffic_length(0);
	p.flags = 0;
	outside = zcxsk_umem_size(b.umem);
	CHECK_EQ("a frame never allocated is not sent", zcxsk_tx_burst(b.tx, &p, 1), 0);
	check_violation(&b, p.addr, "from the application", "is with the pool");
	CHECK_EQ("a frame never allocated is not released", zcxsk_cache_free(b.cache, &p.addr, 1),
		 0);
	CHECK_EQ("a frame outside the UMEM is not freed", zcxsk_cache_free(b.cache, &outside, 1),
		 0);
	p.addr = outside;
	CHECK_EQ("a frame outside the UMEM is not released", zcxsk_packet_release(b.tx, &p, 1), 0);
	CHECK_EQ("a frame outside the UMEM is not sent", zcxsk_tx_burst(b.tx, &p, 1), 0);
	take_down(&b);
}

static void nothing_wrong(enum zcxsk_mode mode)
{
	struct bench b;
	char text[200] = "";

	set_up(&b, mode);
	traffic_run(b.tx, b.rx, 10 * TRAFFIC_BURST);
	traffic_run(b.rx, b.tx, 10 * TRAFFIC_BURST);
	CHECK_EQ(text, zcxsk_pool_violation(b.pool, text, sizeof(text)), 0);
	CHECK("without a violation the text is empty", !text[0]);
	take_down(&b);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(released_twice);
	rig_each_mode(sent_twice);
	rig_each_mode(released_after_send);
	rig_each_mode(foreign);
	rig_each_mode(nothing_wrong);
	return 0;
}
