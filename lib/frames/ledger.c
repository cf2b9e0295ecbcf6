/* SPDX-License-Identifier: BSD-2-Clause */
/* ledger.c - checks moves of frames and describes the first violation. */
#include "frames/ledger.h"

#include <inttypes.h>
#include <stdio.h>

#include "frames/poison.h"

static const char *const place_names[] = {
	[PLACE_POOL] = "the pool",
	[PLACE_APPLICATION] = "the application",
	[PLACE_RX] = "the kernel for receiving",
	[PLACE_TX] = "the kernel for sending",
	[PLACE_HANDOFF] = "a handoff",
};

static const char *const call_names[] = {
	[CALL_CREATE] = "zcxsk_pool_create()",	   [CALL_CACHE_ALLOC] = "zcxsk_cache_alloc()",
	[CALL_CACHE_FREE] = "zcxsk_cache_free()",  [CALL_ALLOC] = "zcxsk_tx_alloc()",
	[CALL_RELEASE] = "zcxsk_packet_release()", [CALL_SEND] = "zcxsk_tx_burst()",
	[CALL_RECEIVE] = "zcxsk_rx_burst()",	   [CALL_PUSH] = "zcxsk_handoff_push()",
	[CALL_POP] = "zcxsk_handoff_pop()",	   [CALL_REFILL] = "a refill of the fill ring",
	[CALL_COMPLETE] = "a completion",	   [CALL_SELF_TEST] = "the self-test",
	[CALL_REBUILD] = "zcxsk_socket_rebuild()", [CALL_CLOSE] = "zcxsk_socket_close()",
	[CALL_RINGS] = "zcxsk_socket_fill_ring()", [CALL_WAIT] = "a call that waits",
};

const char *ledger_call_name(enum ledger_call call)
{
	return call_names[call];
}

const char *zcxsk_place_name(enum zcxsk_place place)
{
	size_t i = (size_t)place;

	return i < sizeof(place_names) / sizeof(place_names[0]) ? place_names[i] : "unknown";
}

/* ---- violations -------------------------------------------------------------- */

/* Counts violations and keeps the description of the first. The caller holds the lock. */
static void record_locked(struct zcxsk_pool *pool, uint64_t n, const char *what)
{
	if (pool->violations == 0)
		snprintf(pool->violation, sizeof(pool->violation), "%s", what);
	pool->violations += n;
}

void ledger_report(struct zcxsk_pool *pool, const char *what)
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

void ledger_foreign(struct zcxsk_pool *pool, uint64_t addr, uint16_t from, uint16_t to,
		    enum ledger_call call)
{
	char what[sizeof(pool->violation)];

	snprintf(what, sizeof(what),
		 "%s: address 0x%" PRIx64
		 " was to go from %s to %s, but is in no frame of the UMEM",
		 call_names[call], addr, place_names[from & PLACE_MASK],
		 place_names[to & PLACE_MASK]);
	ledger_report(pool, what);
}

static void report_move(struct zcxsk_pool *pool, uint64_t addr, uint16_t from, uint16_t to,
			enum ledger_call call, uint32_t is)
{
	char what[sizeof(pool->violation)];

	snprintf(what, sizeof(what),
		 "%s: frame %" PRIu64 " (address 0x%" PRIx64
		 ") was to go from %s to %s, but is with %s since %s",
		 call_names[call], addr / pool->umem->frame_size, addr,
		 place_names[from & PLACE_MASK], place_names[to & PLACE_MASK],
		 place_names[is & PLACE_MASK], call_names[is >> CALL_SHIFT]);
	ledger_report(pool, what);
}

static void report_write(struct zcxsk_pool *pool, uint64_t frame, uint64_t offset,
			 enum ledger_call call, enum ledger_call earlier)
{
	char what[sizeof(pool->violation)];

	snprintf(what, sizeof(what),
		 "%s: frame %" PRIu64 " (address 0x%" PRIx64 ") was written at offset %" PRIu64
		 " while with %s since %s",
		 call_names[call], frame, frame * pool->umem->frame_size, offset,
		 place_names[PLACE_POOL], call_names[earlier]);
	ledger_report(pool, what);
}

/* ---- moves ------------------------------------------------------------------- */

static uint32_t entry_of(uint16_t place, enum ledger_call call)
{
	return place | (uint32_t)call << CALL_SHIFT;
}

/* The frame has moved: checks or writes the contents, as its old and new place require. */
static void follow_contents(struct zcxsk_pool *pool, uint64_t frame, uint32_t was, uint16_t to,
			    enum ledger_call call)
{
	uint64_t offset;

	if ((was & PLACE_MASK) == PLACE_POOL && poison_find_write(pool->umem, frame, &offset))
		report_write(pool, frame, offset, call, (enum ledger_call)(was >> CALL_SHIFT));
	poison_follow(pool->umem, frame, (enum place)(to & PLACE_MASK));
}

bool ledger_check(struct zcxsk_pool *pool, uint64_t addr, uint16_t from, uint16_t to,
		  enum ledger_call call)
{
	uint64_t frame = addr / pool->umem->frame_size;
	uint32_t *entry = &pool->ledger[frame];
	uint32_t is = __atomic_load_n(entry, __ATOMIC_RELAXED);

	/*
	 * If two threads both believe that they own the frame, exactly one of
	 * them must fail, hence compare-and-exchange. It orders nothing else.
	 */
	do {
		if ((uint16_t)is != from) {
			report_move(pool, addr, from, to, call, is);
			return false;
		}
	} while (!__atomic_compare_exchange_n(entry, &is, entry_of(to, call), false,
					      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	follow_contents(pool, frame, is, to, call);
	return true;
}

uint16_t ledger_place(const struct zcxsk_pool *pool, uint64_t frame)
{
	/* Relaxed, like the moves: other threads move other frames meanwhile. */
	return (uint16_t)__atomic_load_n(&pool->ledger[frame], __ATOMIC_RELAXED);
}

enum ledger_call ledger_last_call(const struct zcxsk_pool *pool, uint64_t frame)
{
	uint32_t entry = __atomic_load_n(&pool->ledger[frame], __ATOMIC_RELAXED);

	return (enum ledger_call)(entry >> CALL_SHIFT);
}

void ledger_set(struct zcxsk_pool *pool, uint64_t frame, uint16_t place, enum ledger_call call)
{
	__atomic_store_n(&pool->ledger[frame], entry_of(place, call), __ATOMIC_RELAXED);
	poison_follow(pool->umem, frame, (enum place)(place & PLACE_MASK));
}
