/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * siblings.c - a forwarder whose two sockets share a cache and have no watchdog. It sleeps on the
 * one that receives, which is short of frames, while those that it sent on the other are there,
 * or come back when the link of the other returns: a wait goes on at once, and the service
 * descriptor becomes readable.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>

#include "check.h"
#include "prompt.h"
#include "rig.h"
#include "traffic.h"

#define FRAMES 8192u
#define ROUNDS 3u
#define PROMPT_NS 10000000ull
#define LINK_NS 200000000ull /* to bring the link up included */
#define SHORT_NS 50000000ull
#define PATIENCE_NS 20000000000ull
#define EVENTS 16u

struct forwarder {
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_cache *cache;
	struct zcxsk_socket *in, *out, *peer;
	struct zcxsk_packet held[FRAMES];
	uint32_t count;
	uint64_t down_until_ns; /* at least */
	uint64_t up_ns;
};

typedef void get_packet(struct forwarder *f);

static struct zcxsk_socket *open_on(const char *ifname, enum zcxsk_mode mode, uint32_t flags,
				    struct zcxsk_cache *cache)
{
	struct rig_opts o;

	rig_opts(&o, mode);
	o.socket.umem_opts = NULL;
	o.socket.pool_opts = NULL;
	o.socket.cache = cache;
	o.socket.flags = flags;
	o.socket.watchdog_first_ns = UINT64_MAX;
	return rig_open(ifname, 0, &o.socket);
}

static void open_all(struct forwarder *f, enum zcxsk_mode mode, uint32_t in_flags)
{
	struct rig_opts o;

	rig_opts(&o, mode);
	o.umem.frames = FRAMES;
	CHECK_EQ("UMEM", zcxsk_umem_create(&f->umem, &o.umem, NULL), 0);
	CHECK_EQ("pool", zcxsk_pool_create(&f->pool, f->umem, &o.pool, NULL), 0);
	CHECK_EQ("cache", zcxsk_cache_create(&f->cache, f->pool, NULL), 0);
	f->in = open_on(rig_left(0), mode, in_flags, f->cache);
	f->out = open_on(rig_left(1), mode, ZCXSK_SOCKET_TX_ONLY, f->cache);
	f->peer = rig_open_plain(rig_right(0), mode);
	CHECK_EQ("the self-tests' frames return", zcxsk_tx_drain(f->out, PATIENCE_NS), 0);
	CHECK_EQ("the self-tests' frames return", zcxsk_tx_drain(f->in, PATIENCE_NS), 0);
	f->count = 0;
}

static void close_all(struct forwarder *f)
{
	char text[200] = "";

	CHECK_EQ("all frames return", zcxsk_packet_release(f->in, f->held, f->count), f->count);
	CHECK_EQ("no packet is left", zcxsk_socket_close(f->out), 0);
	zcxsk_socket_close(f->in);
	zcxsk_socket_close(f->peer);
	CHECK_EQ(text, zcxsk_pool_violation(f->pool, text, sizeof(text)), 0);
	CHECK_EQ("cache", zcxsk_cache_destroy(f->cache), 0);
	CHECK_EQ("no frame is missing", zcxsk_pool_available(f->pool), FRAMES);
	CHECK_EQ("pool", zcxsk_pool_destroy(f->pool), 0);
	CHECK_EQ("UMEM", zcxsk_umem_destroy(f->umem), 0);
}

/* Packets arrive and are kept until the floor refuses the next one. */
static void keep_all(struct forwarder *f)
{
	uint64_t deadline = rig_now() + PATIENCE_NS;
	uint32_t n;
	int ret;

	do {
		traffic_send_all(f->peer, 0, 16);
		zcxsk_tx_flush(f->peer);
		/* To sleep lets the kernel deliver them, also on a busy machine. */
		ret = zcxsk_rx_wait(f->in, f->held + f->count, FRAMES - f->count, SHORT_NS, &n);
		f->count += n;
		CHECK("the receiver runs out of frames", rig_now() < deadline);
	} while (ret != -ENOBUFS);
}

static void send_kept(struct forwarder *f)
{
	f->count -= TRAFFIC_BURST;
	CHECK_EQ("packets are sent", zcxsk_tx_burst(f->out, f->held + f->count, TRAFFIC_BURST),
		 TRAFFIC_BURST);
	zcxsk_tx_flush(f->out);
}

/*
 * All free frames are in the completion ring of the other socket: those that a kick has reaped
 * already are taken away.
 */
static void complete_elsewhere(struct forwarder *f)
{
	uint64_t deadline = rig_now() + PATIENCE_NS, frames[TRAFFIC_BURST];
	uint32_t n;

	keep_all(f);
	send_kept(f);
	n = zcxsk_cache_alloc(f->cache, frames, TRAFFIC_BURST);
	for (uint32_t i = 0; i < n; i++)
		f->held[f->count++] = (struct zcxsk_packet){.addr = frames[i], .len = 60};
	CHECK("frames are in flight", n < TRAFFIC_BURST);
	while (rig_stats(f->out).in_completion_ring < TRAFFIC_BURST - n)
		CHECK("they are completed", rig_now() < deadline);
}

static void wait_for_packet(struct forwarder *f)
{
	struct zcxsk_packet packet;
	uint32_t n;

	CHECK_EQ("a wait ends", zcxsk_rx_wait(f->in, &packet, 1, PATIENCE_NS, &n), 0);
	CHECK_EQ("with a packet", n, 1);
	f->held[f->count++] = packet;
}

static void serve(struct zcxsk_socket *s)
{
	struct zcxsk_event events[EVENTS];
	uint32_t n;

	CHECK_EQ("service", zcxsk_socket_service(s, events, EVENTS, &n), 0);
}

/* An event loop that calls nothing but the socket that receives. */
static void poll_for_packet(struct forwarder *f)
{
	struct pollfd p = {.fd = zcxsk_socket_service_fd(f->in), .events = POLLIN};
	uint64_t deadline = rig_now() + PATIENCE_NS;

	while (!zcxsk_rx_burst(f->in, f->held + f->count, 1)) {
		CHECK_EQ("the descriptor wakes", poll(&p, 1, (int)(PATIENCE_NS / 1000000)), 1);
		serve(f->in);
		CHECK("frames come", rig_now() < deadline);
	}
	f->count++;
}

static void completed(struct forwarder *f, const char *what, get_packet *get)
{
	struct prompt prompt = {.what = what};

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t start;

		complete_elsewhere(f);
		start = rig_now();
		get(f);
		prompt_note(&prompt, rig_now() - start);
	}
	prompt_check(&prompt, PROMPT_NS);
}

static void *up_later(void *forwarder)
{
	struct forwarder *f = forwarder;

	poll(NULL, 0, SHORT_NS / 1000000);
	f->down_until_ns = f->up_ns = rig_now();
	rig_link(rig_left(1), "up");
	if (rig_await_link(rig_left(1)))
		f->up_ns = rig_now();
	return NULL;
}

static void hold_by_link(struct forwarder *f)
{
	rig_link(rig_left(1), "down");
	send_kept(f);
	CHECK_EQ("none leaves", zcxsk_tx_flush(f->out), TRAFFIC_BURST);
}

/* own_link: whether the link of the receiver is up. Packets wait in its ring in any case. */
static void held_by_link(struct forwarder *f, const char *what, get_packet *get, bool own_link)
{
	struct prompt prompt = {.what = what};

	for (unsigned i = 0; i < ROUNDS; i++) {
		pthread_t thread;
		uint64_t now;

		keep_all(f);
		hold_by_link(f);
		if (!own_link)
			rig_link(rig_left(0), "down");
		CHECK_EQ("thread", pthread_create(&thread, NULL, up_later, f), 0);
		get(f);
		now = rig_now();
		pthread_join(thread, NULL);
		CHECK("the frames are those that the link held", now > f->down_until_ns);
		prompt_note(&prompt, now > f->up_ns ? now - f->up_ns : 0);
		CHECK_EQ("all are completed", zcxsk_tx_drain(f->out, PATIENCE_NS), 0);
		if (!own_link)
			rig_link(rig_left(0), "up");
	}
	prompt_check(&prompt, LINK_NS);
}

/* The application takes all frames. */
static void allocate_all(struct forwarder *f)
{
	uint32_t n;

	do {
		n = zcxsk_tx_alloc(f->in, f->held + f->count, FRAMES - f->count, 60);
		f->count += n;
	} while (n);
	CHECK("there are some", f->count > TRAFFIC_BURST);
}

/* A sender in its own event loop finds no frame, and tries again when it is woken. */
static void check_sender(struct forwarder *f)
{
	struct pollfd p = {.fd = zcxsk_socket_service_fd(f->in), .events = POLLIN};
	struct prompt prompt = {.what = "the service descriptor reports them to a sender"};

	for (unsigned i = 0; i < ROUNDS; i++) {
		pthread_t thread;
		uint64_t now;
		uint32_t n;

		allocate_all(f);
		hold_by_link(f);
		CHECK_EQ("thread", pthread_create(&thread, NULL, up_later, f), 0);
		while (!(n = zcxsk_tx_alloc(f->in, f->held + f->count, TRAFFIC_BURST, 60))) {
			CHECK_EQ("the descriptor wakes", poll(&p, 1, (int)(PATIENCE_NS / 1000000)),
				 1);
			serve(f->in);
		}
		f->count += n;
		now = rig_now();
		pthread_join(thread, NULL);
		prompt_note(&prompt, now > f->up_ns ? now - f->up_ns : 0);
		CHECK_EQ("all are completed", zcxsk_tx_drain(f->out, PATIENCE_NS), 0);
	}
	prompt_check(&prompt, LINK_NS);
}

static void forward(enum zcxsk_mode mode, uint32_t in_flags)
{
	static struct forwarder f;

	open_all(&f, mode, in_flags);
	completed(&f, "a waiting receiver gets frames that were sent elsewhere", wait_for_packet);
	completed(&f, "a receiver that polls gets them", poll_for_packet);
	held_by_link(&f, "a waiting receiver gets them when the link returns", wait_for_packet,
		     true);
	held_by_link(&f, "a receiver that polls gets them then", poll_for_packet, true);
	held_by_link(&f, "so does one without a link that waits", wait_for_packet, false);
	held_by_link(&f, "so does one without a link that polls", poll_for_packet, false);
	close_all(&f);
}

static void send_only(enum zcxsk_mode mode)
{
	static struct forwarder f;

	open_all(&f, mode, ZCXSK_SOCKET_TX_ONLY);
	check_sender(&f);
	close_all(&f);
}

static void in_mode(enum zcxsk_mode mode)
{
	forward(mode, 0);
	forward(mode, ZCXSK_SOCKET_RX_ONLY);
	send_only(mode);
}

int main(void)
{
	rig_setup(2);
	rig_each_mode(in_mode);
	return 0;
}
