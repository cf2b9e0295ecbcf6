/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handoff_threads.c [PACKETS] - both ends of a handoff in parallel, while the ring is
 * resized: every packet is popped once and in order, and each sleeper is woken. Not a
 * Criterion test, so that it runs under ThreadSanitizer.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zcxsk/zcxsk.h>

#include "frames/handoff.h"

#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);    \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

#define PACKETS_DEFAULT 2000000u
#define BATCH 64u
#define PRODUCERS 3u
#define RESIZE_EVERY 50000u /* packets */
#define SLEEPS_SHARE 20u    /* a twentieth of the packets is enough where each step may sleep */
/*
 * No wait has a deadline: a lost wake-up makes the test hang, while one that is only
 * late, on a busy machine, does no harm.
 */
#define FOR_EVER_NS UINT64_MAX

static struct zcxsk_umem *umem;
static struct zcxsk_pool *pool;
static struct zcxsk_handoff *handoff;
static uint64_t packets; /* per producer */
static sem_t resize;	 /* posted once every RESIZE_EVERY packets */

/* A repeatable sequence that differs from thread to thread. */
static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 16;
}

/* Encodes the number in addr, the producer in flags, and both again in len. */
static struct zcxsk_packet make(uint32_t producer, uint64_t number)
{
	return (struct zcxsk_packet){number, (uint32_t)number ^ producer, producer};
}

static uint32_t fill(struct zcxsk_packet *batch, uint32_t producer, uint64_t number, uint32_t n)
{
	for (uint32_t i = 0; i < n && number + i < packets; i++)
		batch[i] = make(producer, number + i);
	return packets - number < n ? (uint32_t)(packets - number) : n;
}

static void check(const struct zcxsk_packet *batch, uint32_t n, uint64_t *expected)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t producer = batch[i].flags;

		REQUIRE(producer < PRODUCERS);
		REQUIRE(batch[i].addr == expected[producer]);
		REQUIRE(batch[i].len == ((uint32_t)expected[producer] ^ producer));
		expected[producer]++;
	}
}

/* ---- waits during resizes ------------------------------------------------------- */

static void *push_waiting(void *unused)
{
	struct zcxsk_packet batch[BATCH];
	uint32_t state = 1, count;
	uint64_t said = 0;

	(void)unused;
	for (uint64_t number = 0; number < packets;) {
		uint32_t n = fill(batch, 0, number, 1 + next_random(&state) % BATCH);

		REQUIRE(zcxsk_handoff_push_wait(handoff, batch, n, FOR_EVER_NS, &count) == 0);
		REQUIRE(count == n);
		number += n;
		for (; number - said >= RESIZE_EVERY; said += RESIZE_EVERY)
			sem_post(&resize);
	}
	return NULL;
}

static void *resize_often(void *unused)
{
	uint32_t state = 3;

	(void)unused;
	for (uint64_t i = 0; i < packets / RESIZE_EVERY; i++) {
		sem_wait(&resize);
		REQUIRE(zcxsk_handoff_resize(handoff, 1 + next_random(&state) % 2048, NULL) == 0);
	}
	return NULL;
}

static void pop_waiting(uint32_t producers)
{
	struct zcxsk_packet batch[BATCH], next;
	uint64_t expected[PRODUCERS] = {0};
	uint32_t state = 2, count;

	for (uint64_t got = 0; got < packets * producers; got += count) {
		uint32_t max = 1 + next_random(&state) % BATCH;
		bool peeked = !(got & 7) && zcxsk_handoff_peek(handoff, &next, 1);

		REQUIRE(zcxsk_handoff_pop_wait(handoff, batch, max, FOR_EVER_NS, &count) == 0);
		REQUIRE(count > 0 && count <= max);
		REQUIRE(!peeked || !memcmp(&next, &batch[0], sizeof(next)));
		check(batch, count, expected);
	}
	REQUIRE(zcxsk_handoff_count(handoff) == 0);
}

static void packets_keep_their_order_while_the_ring_is_resized(void)
{
	pthread_t producer, resizer;

	REQUIRE(sem_init(&resize, 0, 0) == 0);
	REQUIRE(pthread_create(&producer, NULL, push_waiting, NULL) == 0);
	REQUIRE(pthread_create(&resizer, NULL, resize_often, NULL) == 0);
	pop_waiting(1);
	pthread_join(producer, NULL);
	pthread_join(resizer, NULL);
	sem_destroy(&resize);
}

/* ---- event loops that sleep when idle --------------------------------------------- */

static void sleep_by(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	REQUIRE(poll(&p, 1, -1) == 1);
}

static void *push_by_events(void *unused)
{
	int fd = zcxsk_handoff_push_fd(handoff);
	struct zcxsk_packet batch[BATCH];
	uint32_t state = 4;

	(void)unused;
	for (uint64_t number = 0; number < packets;) {
		uint32_t n = fill(batch, 0, number, 1 + next_random(&state) % BATCH);
		uint32_t pushed = zcxsk_handoff_push(handoff, batch, n);

		number += pushed;
		if (pushed < n)
			sleep_by(fd);
	}
	return NULL;
}

static void event_loops_are_woken_at_both_ends(void)
{
	int fd = zcxsk_handoff_pop_fd(handoff);
	uint64_t expected[PRODUCERS] = {0};
	struct zcxsk_packet batch[BATCH];
	pthread_t producer;
	uint32_t state = 5;

	REQUIRE(zcxsk_handoff_resize(handoff, 4, NULL) == 0);
	REQUIRE(pthread_create(&producer, NULL, push_by_events, NULL) == 0);
	for (uint64_t got = 0; got < packets;) {
		uint32_t n = zcxsk_handoff_pop(handoff, batch, 1 + next_random(&state) % BATCH);

		check(batch, n, expected);
		got += n;
		if (!n)
			sleep_by(fd);
	}
	pthread_join(producer, NULL);
}

/* ---- several producers ------------------------------------------------------------ */

static void *push_with_others(void *argument)
{
	uint32_t producer = (uint32_t)(uintptr_t)argument, state = 6 + producer, count;
	struct zcxsk_packet batch[BATCH];

	for (uint64_t number = 0; number < packets;) {
		uint32_t n = fill(batch, producer, number, 1 + next_random(&state) % BATCH);

		count = zcxsk_handoff_push_locked(handoff, batch, n);
		number += count;
		if (count == n)
			continue;
		REQUIRE(zcxsk_handoff_push_wait_locked(handoff, batch + count, n - count,
						       FOR_EVER_NS, &count) == 0);
		number += count;
	}
	return NULL;
}

static void packets_of_each_of_several_producers_keep_their_order(void)
{
	pthread_t producers[PRODUCERS];

	REQUIRE(zcxsk_handoff_resize(handoff, 128, NULL) == 0);
	for (uintptr_t i = 0; i < PRODUCERS; i++)
		REQUIRE(pthread_create(&producers[i], NULL, push_with_others, (void *)i) == 0);
	pop_waiting(PRODUCERS);
	for (uint32_t i = 0; i < PRODUCERS; i++)
		pthread_join(producers[i], NULL);
}

/* ---- signals ---------------------------------------------------------------------- */

struct waiter {
	pthread_t thread;
	int tid;
	int result; /* 1 = still waiting */
};

static void *wait_for_room(void *argument)
{
	struct waiter *w = argument;
	struct zcxsk_packet packet = make(0, 0);
	uint32_t count;
	int ret;

	__atomic_store_n(&w->tid, (int)syscall(SYS_gettid), __ATOMIC_RELEASE);
	ret = zcxsk_handoff_push_wait_locked(handoff, &packet, 1, FOR_EVER_NS, &count);
	__atomic_store_n(&w->result, ret, __ATOMIC_RELEASE);
	return NULL;
}

static bool sleeps(int tid)
{
	char path[64], state = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	f = fopen(path, "re");
	REQUIRE(f);
	REQUIRE(fscanf(f, "%*d (%*[^)]) %c", &state) == 1);
	fclose(f);
	return state == 'S';
}

static void start_waiter(struct waiter *w)
{
	w->tid = 0;
	w->result = 1;
	REQUIRE(pthread_create(&w->thread, NULL, wait_for_room, w) == 0);
	while (!__atomic_load_n(&w->tid, __ATOMIC_ACQUIRE))
		sched_yield();
	while (!sleeps(__atomic_load_n(&w->tid, __ATOMIC_RELAXED)))
		sched_yield();
}

/* A signal that comes just before the thread sleeps is lost: it is sent again. */
static void interrupt(struct waiter *w)
{
	while (__atomic_load_n(&w->result, __ATOMIC_ACQUIRE) == 1) {
		REQUIRE(pthread_kill(w->thread, SIGUSR1) == 0);
		sched_yield();
	}
	REQUIRE(w->result == -EINTR);
	pthread_join(w->thread, NULL);
}

static void ignore(int number)
{
	(void)number;
}

/* The second one waits for its turn while the first waits for room. */
static void a_signal_ends_the_wait_of_each_producer(void)
{
	struct sigaction action = {.sa_handler = ignore};
	struct zcxsk_packet full[2] = {make(0, 0), make(0, 1)};
	struct waiter first, second;

	REQUIRE(sigaction(SIGUSR1, &action, NULL) == 0);
	REQUIRE(zcxsk_handoff_resize(handoff, 2, NULL) == 0);
	REQUIRE(zcxsk_handoff_push_locked(handoff, full, 2) == 2);
	start_waiter(&first);
	REQUIRE(turn_take(&handoff->turn, 0) == -ETIMEDOUT);
	start_waiter(&second);
	interrupt(&second);
	REQUIRE(__atomic_load_n(&first.result, __ATOMIC_RELAXED) == 1);
	interrupt(&first);
	REQUIRE(turn_take(&handoff->turn, 0) == 0);
	REQUIRE(zcxsk_handoff_pop(handoff, full, 2) == 2);
}

/* Each test has its own handoff, since descriptors cannot be switched off again. */
static void run(void (*test)(void), uint64_t count)
{
	packets = count;
	REQUIRE(zcxsk_handoff_create(&handoff, pool, NULL, NULL) == 0);
	test();
	REQUIRE(zcxsk_handoff_destroy(handoff) == 0);
}

int main(int argc, char **argv)
{
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : PACKETS_DEFAULT;

	if (!count) {
		fprintf(stderr, "usage: %s [PACKETS]\n", argv[0]);
		return 2;
	}
	REQUIRE(zcxsk_umem_create(&umem, NULL, NULL) == 0);
	REQUIRE(zcxsk_pool_create(&pool, umem, NULL, NULL) == 0);
	run(packets_keep_their_order_while_the_ring_is_resized, count);
	run(event_loops_are_woken_at_both_ends, count / SLEEPS_SHARE);
	run(packets_of_each_of_several_producers_keep_their_order, count / PRODUCERS);
	run(a_signal_ends_the_wait_of_each_producer, 1);
	REQUIRE(zcxsk_pool_destroy(pool) == 0 && zcxsk_umem_destroy(umem) == 0);
	return 0;
}
