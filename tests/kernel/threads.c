/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * threads.c - two threads with a socket and a cache each, and one pool: traffic in both
 * directions while frames move between the threads' caches.
 */
#include <pthread.h>

#include "check.h"
#include "rig.h"
#include "traffic.h"

#define PACKETS 10000u
#define FRAMES 16384u
#define HANDED 16u /* frames given to the other thread at a time */

/* Frames passed from one thread to the other. */
struct box {
	pthread_mutex_t lock;
	uint32_t count;
	uint64_t frames[HANDED];
};

struct worker {
	struct zcxsk_socket *socket;
	struct zcxsk_cache *cache;
	struct box *out, *in;
	uint32_t *got;		  /* packets received by this thread */
	const uint32_t *peer_got; /* received by the other */
	uint32_t sent;
	uint32_t handed;
};

static void hand_over(struct worker *w)
{
	pthread_mutex_lock(&w->out->lock);
	if (!w->out->count) {
		w->out->count = zcxsk_cache_alloc(w->cache, w->out->frames, HANDED);
		w->handed += w->out->count;
	}
	pthread_mutex_unlock(&w->out->lock);
}

static void take_in(struct worker *w)
{
	pthread_mutex_lock(&w->in->lock);
	CHECK_EQ("frames of another thread can be released",
		 zcxsk_cache_free(w->cache, w->in->frames, w->in->count), w->in->count);
	w->in->count = 0;
	pthread_mutex_unlock(&w->in->lock);
}

/* Does not wait, so that neither thread depends on when the other runs. */
static uint32_t receive(struct zcxsk_socket *s, uint32_t first)
{
	struct zcxsk_packet p[TRAFFIC_BURST];
	uint32_t n = zcxsk_rx_burst(s, p, TRAFFIC_BURST);

	for (uint32_t i = 0; i < n; i++)
		traffic_check(zcxsk_packet_data(zcxsk_socket_base(s), &p[i]), p[i].len, first + i);
	CHECK_EQ("release", zcxsk_packet_release(s, p, n), n);
	return n;
}

static void *work(void *argument)
{
	struct worker *w = argument;
	uint64_t deadline = rig_now() + 8 * TRAFFIC_PATIENCE_NS;
	uint32_t got = 0, peer_got = 0;

	while (got < PACKETS || peer_got < PACKETS) {
		CHECK("both threads make progress", rig_now() < deadline);
		if (w->sent < PACKETS && w->sent - peer_got < TRAFFIC_WINDOW)
			w->sent += traffic_send(w->socket, w->sent, PACKETS - w->sent);
		got += receive(w->socket, got);
		/* Only paces the other thread; the kernel orders the packets. */
		__atomic_store_n(w->got, got, __ATOMIC_RELAXED);
		peer_got = __atomic_load_n(w->peer_got, __ATOMIC_RELAXED);
		hand_over(w);
		take_in(w);
	}
	return NULL;
}

static void open_worker(struct worker *w, const char *ifname, enum zcxsk_mode mode,
			struct zcxsk_pool *pool)
{
	struct rig_opts o;

	rig_opts(&o, mode);
	CHECK_EQ("cache", zcxsk_cache_create(&w->cache, pool, NULL), 0);
	o.socket.cache = w->cache;
	o.socket.umem_opts = NULL;
	o.socket.pool_opts = NULL;
	w->socket = rig_open(ifname, 0, &o.socket);
}

static void run_workers(struct worker *w)
{
	struct box boxes[2] = {{.lock = PTHREAD_MUTEX_INITIALIZER},
			       {.lock = PTHREAD_MUTEX_INITIALIZER}};
	uint32_t got[2] = {0};
	pthread_t threads[2];

	for (int i = 0; i < 2; i++) {
		w[i].out = &boxes[i];
		w[i].in = &boxes[!i];
		w[i].got = &got[i];
		w[i].peer_got = &got[!i];
	}
	for (int i = 0; i < 2; i++)
		CHECK_EQ("thread", pthread_create(&threads[i], NULL, work, &w[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 2; i++) {
		take_in(&w[i]);
		CHECK("frames were handed over", w[i].handed >= HANDED);
		rig_check_quiet("frames of both threads are completed", w[i].socket);
	}
}

static void two_threads(enum zcxsk_mode mode)
{
	struct worker w[2] = {{0}};
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct rig_opts o;
	char text[200] = "";

	rig_opts(&o, mode);
	o.umem.frames = FRAMES;
	CHECK_EQ("UMEM", zcxsk_umem_create(&umem, &o.umem, NULL), 0);
	CHECK_EQ("pool", zcxsk_pool_create(&pool, umem, &o.pool, NULL), 0);
	open_worker(&w[0], rig_left(0), mode, pool);
	open_worker(&w[1], rig_right(0), mode, pool);
	run_workers(w);
	CHECK_EQ(text, zcxsk_pool_violation(pool, text, sizeof(text)), 0);
	for (int i = 0; i < 2; i++) {
		zcxsk_socket_close(w[i].socket);
		CHECK_EQ("cache", zcxsk_cache_destroy(w[i].cache), 0);
	}
	CHECK_EQ("pool", zcxsk_pool_destroy(pool), 0);
	CHECK_EQ("UMEM", zcxsk_umem_destroy(umem), 0);
}

int main(void)
{
	rig_setup(1);
	rig_each_mode(two_threads);
	return 0;
}
