/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ledger.h - the checking mode records where each frame is, which call brought it there and, if
 * the kernel has it, from which socket: four bytes a frame. Every move names the place that the
 * frame must come from. A move from another place is a violation: it fails, and the first one
 * is described.
 *
 * Free frames hold a pattern, see poison.h: a write after the release is a violation, too.
 */
#ifndef ZCXSK_LIB_FRAMES_LEDGER_H
#define ZCXSK_LIB_FRAMES_LEDGER_H

#include "frames/memory.h"

enum place {
	PLACE_POOL = ZCXSK_PLACE_POOL,
	PLACE_APPLICATION = ZCXSK_PLACE_APPLICATION,
	PLACE_RX = ZCXSK_PLACE_KERNEL_RX,
	PLACE_TX = ZCXSK_PLACE_KERNEL_TX,
	PLACE_HANDOFF = ZCXSK_PLACE_HANDOFF,
};

/* Calls that move frames; one name stands for calls that do the same. */
enum ledger_call {
	CALL_CREATE, /* of the pool; 0 in a new ledger */
	CALL_CACHE_ALLOC,
	CALL_CACHE_FREE,
	CALL_ALLOC,
	CALL_RELEASE,
	CALL_SEND,
	CALL_RECEIVE,
	CALL_PUSH,
	CALL_POP,
	CALL_REFILL,
	CALL_COMPLETE,
	CALL_SELF_TEST,
	CALL_REBUILD,
	CALL_CLOSE,
	CALL_RINGS,
	CALL_WAIT, /* moves nothing, see one_thread.h */
};

/* An entry: the place, the socket's number and the call, from the lowest bit on. */
#define PLACE_BITS 3u
#define PLACE_MASK ((1u << PLACE_BITS) - 1)
#define CALL_SHIFT 16u
/* The number of sockets of one UMEM that an entry can distinguish. */
#define LEDGER_SOCKETS (1u << (CALL_SHIFT - PLACE_BITS))

/* "zcxsk_tx_burst()" and so on. */
const char *ledger_call_name(enum ledger_call call);

/* ledger_move() for a pool that has a ledger. */
bool ledger_check(struct zcxsk_pool *pool, uint64_t addr, uint16_t from, uint16_t to,
		  enum ledger_call call);

/*
 * Moves the frame that contains addr, which must be inside the UMEM. Returns true
 * if the frame was at `from`, and always for a pool without a ledger.
 */
static inline bool ledger_move(struct zcxsk_pool *pool, uint64_t addr, uint16_t from, uint16_t to,
			       enum ledger_call call)
{
	return ZCXSK_LIKELY(!pool->ledger) || ledger_check(pool, addr, from, to, call);
}

/* Records an address outside of the UMEM as a violation. */
void ledger_foreign(struct zcxsk_pool *pool, uint64_t addr, uint16_t from, uint16_t to,
		    enum ledger_call call);

/* Like ledger_move(), for an address that may be outside of the UMEM. */
static inline bool ledger_admit(struct zcxsk_pool *pool, uint64_t addr, uint16_t from, uint16_t to,
				enum ledger_call call)
{
	if (ZCXSK_LIKELY(addr < pool->umem->size))
		return ledger_move(pool, addr, from, to, call);
	if (pool->ledger)
		ledger_foreign(pool, addr, from, to, call);
	return false;
}

/*
 * Records that n frames more than the UMEM has were freed, with or without a ledger. The
 * caller holds the pool's lock.
 */
void ledger_surplus(struct zcxsk_pool *pool, uint64_t n);

/* Records a violation that is not a move. */
void ledger_report(struct zcxsk_pool *pool, const char *what);

/* The place of the frame with this number, with the number of its socket. */
uint16_t ledger_place(const struct zcxsk_pool *pool, uint64_t frame);

/* The call that brought it there. */
enum ledger_call ledger_last_call(const struct zcxsk_pool *pool, uint64_t frame);

/* Sets the place of a frame, wherever it was: its queue is gone. */
void ledger_set(struct zcxsk_pool *pool, uint64_t frame, uint16_t place, enum ledger_call call);

/* Moves n frames that are known to be at `from`. */
static inline void ledger_move_all(struct zcxsk_pool *pool, const uint64_t *addrs, uint32_t n,
				   uint16_t from, uint16_t to, enum ledger_call call)
{
	if (ZCXSK_LIKELY(!pool->ledger))
		return;
	for (uint32_t i = 0; i < n; i++)
		ledger_check(pool, addrs[i], from, to, call);
}

#endif
