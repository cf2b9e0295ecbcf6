/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ledger.h - the checking mode: for each frame the one place where it is, and
 * for places in the kernel the socket that put it there; two bytes a frame.
 * Every move names where the frame must come from; a move from anywhere else is
 * refused and the first one is kept in words.
 */
#ifndef ZCXSK_LIB_FRAMES_LEDGER_H
#define ZCXSK_LIB_FRAMES_LEDGER_H

#include "frames/memory.h"

enum place {
	PLACE_POOL,	   /* pool or a cache */
	PLACE_APPLICATION, /* received or allocated, the program's */
	PLACE_RX,	   /* from the fill ring to the RX ring */
	PLACE_TX,	   /* from the TX ring to the completion ring */
	PLACE_HANDOFF,	   /* between two threads of the program */
};

#define PLACE_BITS 3u /* of an entry; the others are the socket's number */
#define PLACE_MASK ((1u << PLACE_BITS) - 1)
/* Sockets of one UMEM that an entry can tell apart. */
#define LEDGER_SOCKETS (1u << (16 - PLACE_BITS))

/* Checked half of the below. */
bool ledger_check(struct zcxsk_pool *pool, uint64_t addr, uint16_t from, uint16_t to);

/*
 * Moves the frame that addr lies in. True when it was where it should be, and
 * always for a pool that is not checked. addr must be inside the UMEM.
 */
static inline bool ledger_move(struct zcxsk_pool *pool, uint64_t addr, uint16_t from, uint16_t to)
{
	return ZCXSK_LIKELY(!pool->ledger) || ledger_check(pool, addr, from, to);
}

/* Notes an address that is in no frame at all. */
void ledger_foreign(struct zcxsk_pool *pool, uint64_t addr, uint16_t from, uint16_t to);

/* As ledger_move, for an address that may be anywhere. */
static inline bool ledger_admit(struct zcxsk_pool *pool, uint64_t addr, uint16_t from, uint16_t to)
{
	if (ZCXSK_LIKELY(addr < pool->umem->size))
		return ledger_move(pool, addr, from, to);
	if (pool->ledger)
		ledger_foreign(pool, addr, from, to);
	return false;
}

/* The same for n frames that cannot be anywhere else than in `from`. */
static inline void ledger_move_all(struct zcxsk_pool *pool, const uint64_t *addrs, uint32_t n,
				   uint16_t from, uint16_t to)
{
	if (ZCXSK_LIKELY(!pool->ledger))
		return;
	for (uint32_t i = 0; i < n; i++)
		ledger_check(pool, addrs[i], from, to);
}

#endif
