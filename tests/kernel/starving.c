/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * starving.c - a receiver has no frames to post, because another thread holds them. When that
 * thread frees them in a cache of its own, the receiver gets them at once: a wait goes on, and
 * the service descriptor becomes readable. A wait for frames that the link holds goes on, too.
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
#define PROMPT_NS 20000000ull /* a receiver that checks by itself needs up to half a second */
#define LINK_NS 200000000ull  /* to bring the link up included */
#define ASLEEP_MS 700	      /* by then a receiver that checks by itself does so rarely */
#define PATIENCE_NS 20000000000ull
#define SHORT_NS 50000000ull
#define EVENTS 16u

static struct prompt waiting = {.what = "a waiting receiver gets frames that others free"};
static struct prompt polling = {.what = "the service descriptor reports frames that others free"};
static struct prompt returning = {.what = "a link that returns ends a wait for frames"};

struct shared {
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_cache *cache, *other;
	struct zcxsk_socket *socket, *peer;
	struct zcxsk_packet packets[FRAMES]; /* held by the other thread */
	uint32_t held;
	uint64_t freed_ns, up_ns;
};

static void open_all(struct shared *t, enum zcxsk_mode mode)
{
	struct zcxsk_umem_opts u;
	struct rig_opts o;

	zcxsk_umem_opts_init(&u);
	u.frames = FRAMES;
	u.frame_size = rig_frame_size();
	CHECK_EQ("UMEM", zcxsk_umem_create(&t->umem, &u, NULL), 0);
	CHECK_EQ("pool", zcxsk_pool_create(&t->pool, t->umem, NULL, NULL), 0);
	CHECK_EQ("cache", zcxsk_cache_create(&t->cache, t->pool, NULL), 0);
	CHECK_EQ("cache", zcxsk_cache_create(&t->other, t->pool, NULL), 0);
	rig_opts(&o, mode);
	o.socket.umem_opts = NULL;
	o.socket.pool_opts = NULL;
	o.socket.cache = t->cache;
	t->socket = rig_open(rig_left(0), 0, &o.socket);
	t->peer = rig_open_plain(rig_right(0), mode);
}

static void close_all(struct shared *t)
{
	zcxsk_socket_close(t->socket);
	zcxsk_socket_close(t->peer);
	CHECK_EQ("cache", zcxsk_cache_destroy(t->cache), 0);
	CHECK_EQ("cache", zcxsk_cache_destroy(t->other), 0);
	CHECK_EQ("no frame is missing", zcxsk_pool_available(t->pool), FRAMES);
	CHECK_EQ("pool", zcxsk_pool_destroy(t->pool), 0);
	CHECK_EQ("UMEM", zcxsk_umem_destroy(t->umem), 0);
}

/* Packets arrive and are kept until the floor refuses the next one. */
static void starve(struct shared *t)
{
	uint64_t deadline = rig_now() + PATIENCE_NS;
	uint32_t n;
	int ret;

	do {
		traffic_send_all(t->peer, 0, 16);
		zcxsk_tx_flush(t->peer);
		/* To sleep lets the kernel deliver them, also on a busy machine. */
		ret = zcxsk_rx_wait(t->socket, t->packets + t->held, FRAMES - t->held, SHORT_NS,
				    &n);
		t->held += n;
		CHECK("the receiver runs out of frames", rig_now() < deadline);
	} while (ret != -ENOBUFS);
	CHECK_EQ("its status says so", zcxsk_socket_status(t->socket), -ENOBUFS);
}

static void free_held(struct shared *t)
{
	static uint64_t frames[FRAMES];

	for (uint32_t i = 0; i < t->held; i++)
		frames[i] = t->packets[i].addr;
	t->freed_ns = rig_now();
	CHECK_EQ("all are free", zcxsk_cache_free(t->other, frames, t->held), t->held);
	t->held = 0;
}

static void *free_later(void *shared)
{
	poll(NULL, 0, ASLEEP_MS);
	free_held(shared);
	return NULL;
}

static void waits(struct shared *t)
{
	struct zcxsk_packet packet;
	uint64_t start, now;
	pthread_t thread;
	uint32_t n;

	starve(t);
	start = rig_now();
	CHECK_EQ("a wait lasts while others hold frames",
		 zcxsk_rx_wait(t->socket, &packet, 1, SHORT_NS, &n), -ENOBUFS);
	CHECK("up to its deadline", rig_now() - start >= SHORT_NS);
	CHECK_EQ("thread", pthread_create(&thread, NULL, free_later, t), 0);
	CHECK_EQ("a wait ends", zcxsk_rx_wait(t->socket, &packet, 1, PATIENCE_NS, &n), 0);
	now = rig_now();
	pthread_join(thread, NULL);
	prompt_note(&waiting, now - t->freed_ns);
	CHECK_EQ("with a packet", n, 1);
	zcxsk_packet_release(t->socket, &packet, 1);
}

/* Calls the service until it has nothing to do. Returns the count of starving events. */
static uint32_t serve(struct shared *t, struct pollfd *p)
{
	struct zcxsk_event events[EVENTS];
	uint64_t deadline = rig_now() + PATIENCE_NS;
	uint32_t n, starving = 0;

	do {
		CHECK_EQ("service", zcxsk_socket_service(t->socket, events, EVENTS, &n), 0);
		for (uint32_t i = 0; i < n; i++)
			if (events[i].type == ZCXSK_EVENT_STARVING)
				starving += events[i].count;
		CHECK("the descriptor rests", rig_now() < deadline);
	} while (poll(p, 1, 0) == 1 && zcxsk_socket_status(t->socket) == -ENOBUFS);
	return starving;
}

static void polls(struct shared *t)
{
	struct pollfd p = {.fd = zcxsk_socket_service_fd(t->socket), .events = POLLIN};
	struct zcxsk_packet packets[TRAFFIC_BURST];
	pthread_t thread;
	uint64_t now;
	uint32_t n;

	CHECK("a descriptor", p.fd >= 0);
	starve(t);
	CHECK("an event says that frames are missing", serve(t, &p) > 0);
	CHECK_EQ("the socket starves", zcxsk_socket_status(t->socket), -ENOBUFS);
	CHECK_EQ("thread", pthread_create(&thread, NULL, free_later, t), 0);
	do {
		CHECK_EQ("the descriptor wakes", poll(&p, 1, (int)(PATIENCE_NS / 1000000)), 1);
		serve(t, &p);
	} while (zcxsk_socket_status(t->socket) == -ENOBUFS);
	now = rig_now();
	pthread_join(thread, NULL);
	prompt_note(&polling, now - t->freed_ns);
	n = zcxsk_rx_burst(t->socket, packets, TRAFFIC_BURST);
	CHECK("packets that waited are received", n > 0);
	zcxsk_packet_release(t->socket, packets, n);
}

static void *up_later(void *shared)
{
	struct shared *t = shared;

	poll(NULL, 0, SHORT_NS / 1000000);
	t->up_ns = rig_now();
	rig_link(rig_left(0), "up");
	if (rig_await_link(rig_left(0)))
		t->up_ns = rig_now();
	return NULL;
}

/* Frames that come back when the link returns: its return ends the wait for them. */
static void link_returns(struct shared *t)
{
	struct zcxsk_packet packet;
	pthread_t thread;
	uint64_t now;
	uint32_t n;

	starve(t);
	rig_link(rig_left(0), "down");
	n = zcxsk_tx_burst(t->socket, t->packets + t->held - TRAFFIC_BURST, TRAFFIC_BURST);
	t->held -= n;
	CHECK_EQ("packets are sent", n, TRAFFIC_BURST);
	CHECK_EQ("none leaves", zcxsk_tx_flush(t->socket), TRAFFIC_BURST);
	CHECK_EQ("thread", pthread_create(&thread, NULL, up_later, t), 0);
	CHECK_EQ("a wait ends", zcxsk_rx_wait(t->socket, &packet, 1, PATIENCE_NS, &n), 0);
	now = rig_now();
	pthread_join(thread, NULL);
	prompt_note(&returning, now > t->up_ns ? now - t->up_ns : 0);
	CHECK_EQ("release", zcxsk_packet_release(t->socket, &packet, n), n);
	free_held(t);
}

static void in_mode(enum zcxsk_mode mode)
{
	static struct shared t;

	open_all(&t, mode);
	for (unsigned i = 0; i < ROUNDS; i++)
		waits(&t);
	for (unsigned i = 0; i < ROUNDS; i++)
		polls(&t);
	for (unsigned i = 0; i < ROUNDS; i++)
		link_returns(&t);
	close_all(&t);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(in_mode);
	prompt_check(&waiting, PROMPT_NS);
	prompt_check(&polling, PROMPT_NS);
	prompt_check(&returning, LINK_NS);
	return 0;
}
