/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kicker_threads.c - a kicker kicks for frames in flight, but not while the owner replaces the
 * rings, whose indices tell nothing then, and not after it has handed them to the program. Not a
 * Criterion test, so that it runs under ThreadSanitizer.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <zcxsk/tx.h>
#include <zcxsk/watchdog.h>

#include "base/clock.h"
#include "base/minmax.h"
#include "plain_socket.h"
#include "socket/stats.h"

#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);    \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

#define INTERVAL_NS 1u /* it checks all the time */
#define SLOW_NS 1000000000u
#define OTHERS 1000u /* kicks of another kicker in the time in which this one does not kick */

struct kicked {
	struct plain_socket plain;
	struct zcxsk_kicker *kicker;
	uint32_t kicks;
};

static struct kicked checked, other;

static int count_kick(void *context)
{
	struct kicked *k = context;

	__atomic_add_fetch(&k->kicks, 1, __ATOMIC_RELAXED);
	return 0;
}

static uint32_t kicks_of(const struct kicked *k)
{
	return __atomic_load_n(&k->kicks, __ATOMIC_RELAXED);
}

static void await_kicks(const struct kicked *k, uint32_t n)
{
	for (uint32_t before = kicks_of(k); kicks_of(k) - before < n;)
		sched_yield();
}

/* A socket with a packet in flight. */
static void open_kicked(struct kicked *k)
{
	struct zcxsk_socket *s = &k->plain.s;
	struct zcxsk_packet p;

	plain_open(&k->plain, 0);
	s->kernel.kick = count_kick;
	s->kernel.context = k;
	REQUIRE(zcxsk_tx_alloc(s, &p, 1, 60) == 1 && zcxsk_tx_burst(s, &p, 1) == 1);
	k->kicks = 0;
}

static void start(struct kicked *k)
{
	REQUIRE(zcxsk_kicker_start(&k->kicker, &k->plain.s, INTERVAL_NS) == 0);
	await_kicks(k, 1);
}

/* The kernel's part: completes the packet. */
static void complete(struct kicked *k)
{
	const struct xdp_desc *sent = &k->plain.tx.entries[PLAIN_START % PLAIN_RING];

	k->plain.tx.consumer++;
	((uint64_t *)k->plain.comp.entries)[PLAIN_START % PLAIN_RING] = sent->addr;
	__atomic_store_n(&k->plain.comp.producer, PLAIN_START + 1, __ATOMIC_RELEASE);
	REQUIRE(zcxsk_tx_reap(&k->plain.s) == 1);
}

/* At most one kick, which has begun already, comes while the other kicker makes many. */
static void require_rest(void)
{
	uint32_t before = kicks_of(&checked);

	await_kicks(&other, OTHERS);
	REQUIRE(kicks_of(&checked) - before <= 1);
}

/* It kicks no more often than it was asked to, and stopping it does not wait for the interval. */
static void require_pauses(void)
{
	uint64_t kicks, before, stopped, shortest = UINT64_MAX;

	for (int i = 0; i < 5 && shortest >= SLOW_NS / 2; i++) {
		struct zcxsk_kicker *slow;

		before = clock_now();
		REQUIRE(zcxsk_kicker_start(&slow, &checked.plain.s, SLOW_NS) == 0);
		await_kicks(&other, OTHERS);
		stopped = clock_now();
		kicks = zcxsk_kicker_stop(slow);
		REQUIRE(kicks <= (clock_now() - before) / SLOW_NS);
		shortest = min_u64(shortest, clock_now() - stopped);
	}
	REQUIRE(shortest < SLOW_NS / 2);
}

int main(void)
{
	struct zcxsk_socket *s = &checked.plain.s;

	open_kicked(&checked);
	open_kicked(&other);
	start(&other);
	require_pauses();
	checked.kicks = 0;
	start(&checked);

	stats_pause(s);
	require_rest();
	stats_resume(s);
	await_kicks(&checked, 1);

	complete(&checked);
	REQUIRE(zcxsk_socket_tx_ring(s));
	require_rest();

	REQUIRE(zcxsk_kicker_stop(checked.kicker) == kicks_of(&checked));
	zcxsk_kicker_stop(other.kicker);
	complete(&other);
	plain_close(&checked.plain);
	plain_close(&other.plain);
	return 0;
}
