/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ledger.h - the checking mode records where each frame is and, if the kernel has
 * it, which socket passed it on: two bytes a frame. Every move names the place
 * that the frame must come from. A move from another place is a violation: it
 * fails, and the first one is described.
 */
#ifndef ZCXSK_LIB_FRAMES_LEDGER_H
#define ZCXSK_LIB_FRAMES_LEDGER_H

#include "frames/memory.h"

enum place {
	PLACE_POOL,	   /* in the pool or a cache */
	PLACE_APPLICATION, /* received or allocated */
	PLACE_RX,	   /* from the fill ring to the RX ring */
	PLACE_TX,	   /* from the TX ring to the completion ring */
	PLACE_HANDOFF,	   /* between two threads of the application */
};

#define PLACE_BITS 3u /* of an entry; the others hold the socket's number */
#define PLACE_MASK ((1u << PLACE_BITS) - 1)
/* The number of sockets of one UMEM that an entry can distinguish. */
#define LEDGER_SOCKETS (1u << (16 - PLACE_BITS))

/* ledger_move() for a pool that has a ledger. */
bool ledger_check(struct zcxsk_pool *pool, uint64_t addr, uint16_t from, uint16_t to);

/*
 * Moves the frame that contains addr, which must be inside the UMEM. Returns true
 * if the frame was at `from`, and always for a pool without a ledger.
 */
static inline bool ledger_move(struct zcxsk_pool *pool, uint64_t addr, uint16_t from, uint16_t to)
{
	return ZCXSK_LIKELY(!pool->ledger) || ledger_check(pool, addr, from, to);
}

/* Records an address outside of the UMEM as a violation. */
void ledger_foreign(struct zcxsk_pool *pool, uint64_t addr, uint16_t from, uint16_t to);

/* Like ledger_move(), for an address that may be outside of the UMEM. */
static inline bool ledger_admit(struct zcxsk_pool *pool, uint64_t addr, uint16_t from, uint16_t to)
{
	if (ZCXSK_LIKELY(addr < pool->umem->size))
		return ledger_move(pool, addr, from, to);
	if (pool->ledger)
		ledger_foreign(pool, addr, from, to);
	return false;
}

/*
 * Records that n frames more than the UMEM has were freed, with or without a ledger. The
 * caller holds the pool's lock.
 */
void ledger_surplus(struct zcxsk_pool *pool, uint64_t n);

/* The place of the frame with this number. */
uint16_t ledger_place(const struct zcxsk_pool *pool, uint64_t frame);

/* Sets the place of a frame, wherever it was: its queue is gone. */
void ledger_set(struct zcxsk_pool *pool, uint64_t frame, uint16_t place);

/* Moves n frames that are known to be at `from`. */
static inline void ledger_move_all(struct zcxsk_pool *pool, const uint64_t *addrs, uint32_t n,
				   uint16_t from, uint16_t to)
{
	if (ZCXSK_LIKELY(!pool->ledger))
		return;
	for (uint32_t i = 0; i < n; i++)
		ledger_check(pool, addrs[i], from, to);
}

#endif
