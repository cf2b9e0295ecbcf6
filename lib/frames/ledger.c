/* SPDX-License-Identifier: BSD-2-Clause */
/* ledger.c - checks moves of frames and describes the first violation. */
#include "frames/ledger.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const place_names[] = {
	[PLACE_POOL] = "the pool",
	[PLACE_APPLICATION] = "the application",
	[PLACE_RX] = "the kernel for receiving",
	[PLACE_TX] = "the kernel for sending",
	[PLACE_HANDOFF] = "a handoff",
};

/* Counts violations and keeps the description of the first. The caller holds the lock. */
static void record_locked(struct zcxsk_pool *pool, uint64_t n, const char *what)
{
	if (pool->violations == 0)
		snprintf(pool->violation, sizeof(pool->violation), "%s", what);
	pool->violations += n;
}

static void record(struct zcxsk_pool *pool, const char *what)
{
	pthread_mutex_lock(&pool->lock);
	record_locked(pool, 1, what);
	pthread_mutex_unlock(&pool->lock);
}

void ledger_surplus(struct zcxsk_pool *pool, uint64_t n)
{
	char what[sizeof(pool->violation)];

	snprintf(what, sizeof(what),
		 "frames were freed twice: the UMEM has %" PRIu64 ", and more were freed",
		 pool->umem->frames);
	record_locked(pool, n, what);
}

void ledger_foreign(struct zcxsk_pool *pool, uint64_t addr, uint16_t from, uint16_t to)
{
	char what[sizeof(pool->violation)];

	snprintf(what, sizeof(what),
		 "address 0x%" PRIx64 " was to go from %s to %s, but is in no frame of the UMEM",
		 addr, place_names[from & PLACE_MASK], place_names[to & PLACE_MASK]);
	record(pool, what);
}

bool ledger_check(struct zcxsk_pool *pool, uint64_t addr, uint16_t from, uint16_t to)
{
	uint16_t *entry = &pool->ledger[addr / pool->umem->frame_size];
	uint16_t is = from;
	char what[sizeof(pool->violation)];

	/*
	 * If two threads both believe that they own the frame, exactly one of
	 * them must fail, hence compare-and-exchange. It orders nothing else.
	 */
	if (__atomic_compare_exchange_n(entry, &is, to, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return true;
	snprintf(what, sizeof(what),
		 "frame %" PRIu64 " (address 0x%" PRIx64
		 ") was to go from %s to %s, but is with %s",
		 addr / pool->umem->frame_size, addr, place_names[from & PLACE_MASK],
		 place_names[to & PLACE_MASK], place_names[is & PLACE_MASK]);
	record(pool, what);
	return false;
}

uint16_t ledger_place(const struct zcxsk_pool *pool, uint64_t frame)
{
	/* Relaxed, like the moves: other threads move other frames meanwhile. */
	return __atomic_load_n(&pool->ledger[frame], __ATOMIC_RELAXED);
}

void ledger_set(struct zcxsk_pool *pool, uint64_t frame, uint16_t place)
{
	__atomic_store_n(&pool->ledger[frame], place, __ATOMIC_RELAXED);
}
