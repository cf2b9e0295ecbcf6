/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * threads.c - threads allocate and free frames through caches of one pool, one waits for
 * frames that others free, its descriptor is closed while they free, and threads use both ends of
 * a ring, without a lock in the test. Not a Criterion test, so that it runs under ThreadSanitizer.
 */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zcxsk/pool.h>

#include "frames/pool.h"
#include "frames/starving.h"
#include "plain_socket.h"

#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);    \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

#define THREADS 4
#define ROUNDS 20000
#define FRAMES 4096u
#define ENTRIES 1000000u

static struct zcxsk_umem *umem;
static struct zcxsk_pool *pool;

/* Marks each frame it holds; a second holder would find the mark. */
static void *churn(void *seed)
{
	struct zcxsk_cache *cache;
	unsigned state = (unsigned)(uintptr_t)seed;
	unsigned char *base = zcxsk_umem_base(umem);
	uint64_t frames[700];

	REQUIRE(zcxsk_cache_create(&cache, pool, NULL) == 0);
	for (int round = 0; round < ROUNDS; round++) {
		uint32_t n = (uint32_t)rand_r(&state) % 700;

		n = zcxsk_cache_alloc(cache, frames, n);
		for (uint32_t i = 0; i < n; i++)
			REQUIRE(base[frames[i]]++ == 0);
		for (uint32_t i = 0; i < n; i++)
			base[frames[i]]--;
		REQUIRE(zcxsk_cache_free(cache, frames, n) == n);
	}
	REQUIRE(zcxsk_cache_destroy(cache) == 0);
	return NULL;
}

static void no_frame_has_two_owners(void)
{
	struct zcxsk_umem_opts opts;
	pthread_t threads[THREADS];

	zcxsk_umem_opts_init(&opts);
	opts.frames = FRAMES;
	REQUIRE(zcxsk_umem_create(&umem, &opts, NULL) == 0);
	REQUIRE(zcxsk_pool_create(&pool, umem, NULL, NULL) == 0);
	for (uintptr_t i = 0; i < THREADS; i++)
		REQUIRE(pthread_create(&threads[i], NULL, churn, (void *)(i + 1)) == 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	REQUIRE(zcxsk_pool_available(pool) == FRAMES);
	REQUIRE(zcxsk_pool_destroy(pool) == 0 && zcxsk_umem_destroy(umem) == 0);
}

/* ---- a thread that starves ------------------------------------------------------- */

#define GIVERS 2
#define STARVED 512u /* frames */
#define MEALS 300
#define PATIENCE_MS 60000

struct giver {
	struct zcxsk_cache *cache;
	uint64_t frames[STARVED / GIVERS];
};

/* Frees its frames a few at a time, in a cache of its own. */
static void *give(void *giver)
{
	struct giver *g = giver;

	for (uint32_t i = 0; i < STARVED / GIVERS; i += 8)
		REQUIRE(zcxsk_cache_free(g->cache, g->frames + i, 8) == 8);
	return NULL;
}

/* Takes frames until it has as many, and sleeps while the pool is empty. */
static void starve(struct zcxsk_cache *cache, uint64_t *frames, uint32_t wanted)
{
	struct starving who = {.fd = eventfd(0, EFD_NONBLOCK)};
	struct pollfd p = {.fd = who.fd, .events = POLLIN};

	for (uint32_t got = 0, n; got < wanted; got += n) {
		n = zcxsk_cache_alloc(cache, frames + got, wanted - got);
		if (!n && starving_begin(pool, &who))
			REQUIRE(poll(&p, 1, PATIENCE_MS) == 1);
	}
	starving_end(pool, &who);
	close(who.fd);
}

/* The threads race: frames come before, while and after the other one registers. */
static void no_wake_up_is_lost(void)
{
	uint32_t kept = GIVERS * (STARVED / 2 / (GIVERS + 1)); /* at most, in the givers' caches */
	struct zcxsk_umem_opts opts;
	struct zcxsk_cache *cache;
	struct giver givers[GIVERS];
	pthread_t threads[GIVERS];
	uint64_t frames[STARVED];

	zcxsk_umem_opts_init(&opts);
	opts.frames = STARVED;
	REQUIRE(zcxsk_umem_create(&umem, &opts, NULL) == 0);
	REQUIRE(zcxsk_pool_create(&pool, umem, NULL, NULL) == 0);
	REQUIRE(zcxsk_cache_create(&cache, pool, NULL) == 0);
	for (int meal = 0; meal < MEALS; meal++) {
		for (int i = 0; i < GIVERS; i++)
			REQUIRE(zcxsk_cache_create(&givers[i].cache, pool, NULL) == 0);
		for (int i = 0; i < GIVERS; i++)
			REQUIRE(zcxsk_cache_alloc(givers[i].cache, givers[i].frames,
						  STARVED / GIVERS) == STARVED / GIVERS);
		for (int i = 0; i < GIVERS; i++)
			REQUIRE(pthread_create(&threads[i], NULL, give, &givers[i]) == 0);
		starve(cache, frames, STARVED - kept);
		for (int i = 0; i < GIVERS; i++) {
			pthread_join(threads[i], NULL);
			REQUIRE(zcxsk_cache_destroy(givers[i].cache) == 0);
		}
		REQUIRE(zcxsk_cache_free(cache, frames, STARVED - kept) == STARVED - kept);
		REQUIRE(zcxsk_pool_available(pool) + zcxsk_cache_available(cache) == STARVED);
		REQUIRE(zcxsk_cache_destroy(cache) == 0);
		REQUIRE(zcxsk_cache_create(&cache, pool, NULL) == 0);
	}
	REQUIRE(zcxsk_cache_destroy(cache) == 0);
	REQUIRE(zcxsk_pool_destroy(pool) == 0 && zcxsk_umem_destroy(umem) == 0);
}

/* ---- descriptors that are closed while others free frames ---------------------------- */

#define CLOSES 100000u

static bool enough;

/* Frees a frame and takes it again: while a socket starves, each time signals it. */
static void *give_and_take(void *cache)
{
	uint64_t frame;

	REQUIRE(zcxsk_cache_alloc(cache, &frame, 1) == 1);
	while (!__atomic_load_n(&enough, __ATOMIC_RELAXED)) {
		REQUIRE(zcxsk_cache_free(cache, &frame, 1) == 1);
		while (zcxsk_cache_alloc(cache, &frame, 1) != 1)
			;
	}
	REQUIRE(zcxsk_cache_free(cache, &frame, 1) == 1);
	return NULL;
}

static bool is_readable(int fd)
{
	uint64_t times;

	return read(fd, &times, sizeof(times)) > 0;
}

/* The number of a closed descriptor is in use again at once: no signal arrives there. */
static void a_closed_descriptor_gets_no_signal(void)
{
	struct starving who = {.fd = -1};
	struct zcxsk_umem_opts opts;
	struct zcxsk_cache *mine, *other;
	uint64_t frames[STARVED];
	pthread_t thread;
	uint32_t signals = 0;

	zcxsk_umem_opts_init(&opts);
	opts.frames = STARVED;
	REQUIRE(zcxsk_umem_create(&umem, &opts, NULL) == 0);
	REQUIRE(zcxsk_pool_create(&pool, umem, NULL, NULL) == 0);
	REQUIRE(zcxsk_cache_create(&mine, pool, NULL) == 0);
	REQUIRE(zcxsk_cache_create(&other, pool, NULL) == 0);
	REQUIRE(zcxsk_cache_alloc(mine, frames, STARVED - 1) == STARVED - 1);
	cache_flush(mine);
	REQUIRE(pthread_create(&thread, NULL, give_and_take, other) == 0);
	for (uint32_t i = 0; i < CLOSES || !signals; i++) {
		int fd = eventfd(0, EFD_NONBLOCK), next;

		starving_set_fd(pool, &who, fd);
		starving_begin(pool, &who);
		for (uint32_t spin = 0; spin < i % 64; spin++)
			__asm__ volatile("");
		signals += is_readable(fd);
		starving_set_fd(pool, &who, -1);
		next = eventfd(0, EFD_NONBLOCK);
		REQUIRE(next == fd);
		REQUIRE(!is_readable(next));
		close(next);
		if (i % 64 == 0)
			sched_yield();
	}
	__atomic_store_n(&enough, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	starving_end(pool, &who);
	REQUIRE(zcxsk_cache_free(mine, frames, STARVED - 1) == STARVED - 1);
	REQUIRE(zcxsk_cache_destroy(mine) == 0 && zcxsk_cache_destroy(other) == 0);
	REQUIRE(zcxsk_pool_destroy(pool) == 0 && zcxsk_umem_destroy(umem) == 0);
}

/* A socket that was signalled while it had no descriptor gets one that says so. */
static void a_new_descriptor_has_the_signal(void)
{
	struct starving who = {.fd = -1};
	struct zcxsk_umem_opts opts;
	struct zcxsk_cache *cache;
	uint64_t frames[STARVED];
	int fd = eventfd(0, EFD_NONBLOCK);

	zcxsk_umem_opts_init(&opts);
	opts.frames = STARVED;
	REQUIRE(zcxsk_umem_create(&umem, &opts, NULL) == 0);
	REQUIRE(zcxsk_pool_create(&pool, umem, NULL, NULL) == 0);
	REQUIRE(zcxsk_cache_create(&cache, pool, NULL) == 0);
	REQUIRE(zcxsk_cache_alloc(cache, frames, STARVED) == STARVED);
	REQUIRE(starving_begin(pool, &who));
	REQUIRE(zcxsk_cache_free(cache, frames, STARVED) == STARVED);
	starving_set_fd(pool, &who, fd);
	REQUIRE(is_readable(fd));
	starving_set_fd(pool, &who, -1);
	starving_end(pool, &who);
	REQUIRE(zcxsk_cache_destroy(cache) == 0);
	REQUIRE(zcxsk_pool_destroy(pool) == 0 && zcxsk_umem_destroy(umem) == 0);
}

/* ---- a ring ---------------------------------------------------------------------- */

static struct plain_ring shared = {.producer = PLAIN_START, .consumer = PLAIN_START};

static void *produce(void *view)
{
	struct zcxsk_ring_prod ring = *(struct zcxsk_ring_prod *)view;
	uint32_t index;

	for (uint64_t sent = 0; sent < ENTRIES;) {
		uint32_t n = zcxsk_ring_prod_reserve(&ring, 1 + sent % 9, &index);

		if (!n)
			sched_yield();
		for (uint32_t i = 0; i < n; i++)
			*zcxsk_ring_fill_slot(&ring, index + i) = sent++;
		zcxsk_ring_prod_submit(&ring);
	}
	return NULL;
}

/* A producer and a consumer on the same indices: pairs barriers B with C and D with A. */
static void entries_cross_a_ring_in_order(void)
{
	struct zcxsk_ring_cons ring = plain_cons(&shared);
	/* Made here because it reads the indices, which change once the other end runs. */
	struct zcxsk_ring_prod other = plain_prod(&shared);
	pthread_t producer;
	uint32_t index;

	REQUIRE(pthread_create(&producer, NULL, produce, &other) == 0);
	for (uint64_t expected = 0; expected < ENTRIES;) {
		uint32_t n = zcxsk_ring_cons_peek(&ring, 16, &index);

		if (!n)
			sched_yield();
		for (uint32_t i = 0; i < n; i++)
			REQUIRE(zcxsk_ring_comp_slot(&ring, index + i) == expected++);
		zcxsk_ring_cons_release(&ring);
	}
	pthread_join(producer, NULL);
}

int main(void)
{
	no_frame_has_two_owners();
	no_wake_up_is_lost();
	a_closed_descriptor_gets_no_signal();
	a_new_descriptor_has_the_signal();
	entries_cross_a_ring_in_order();
	return 0;
}
