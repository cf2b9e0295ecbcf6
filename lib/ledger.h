/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ledger.h - the checking mode: for each frame the one place where it is, one
 * byte a frame. Every move names where the frame must come from; a move from
 * anywhere else is refused and the first one is kept in words.
 */
#ifndef ZCXSK_LIB_LEDGER_H
#define ZCXSK_LIB_LEDGER_H

#include "handle.h"

enum place {
	PLACE_POOL,	   /* pool or a cache */
	PLACE_APPLICATION, /* received or allocated, the program's */
	PLACE_RX,	   /* from the fill ring to the RX ring */
	PLACE_TX,	   /* from the TX ring to the completion ring */
};

/* Checked half of the below. */
bool ledger_check(struct zcxsk_pool *pool, uint64_t addr, enum place from, enum place to);

/*
 * Moves the frame that addr lies in. True when it was where it should be, and
 * always for a pool that is not checked. addr must be inside the UMEM.
 */
static inline bool ledger_move(struct zcxsk_pool *pool, uint64_t addr, enum place from,
			       enum place to)
{
	return ZCXSK_LIKELY(!pool->ledger) || ledger_check(pool, addr, from, to);
}

/* Notes an address that is in no frame at all. */
void ledger_foreign(struct zcxsk_pool *pool, uint64_t addr, enum place from, enum place to);

/* As ledger_move, for an address that may be anywhere. */
static inline bool ledger_admit(struct zcxsk_pool *pool, uint64_t addr, enum place from,
				enum place to)
{
	if (ZCXSK_LIKELY(addr < pool->umem->size))
		return ledger_move(pool, addr, from, to);
	if (pool->ledger)
		ledger_foreign(pool, addr, from, to);
	return false;
}

/* The same for n frames that cannot be anywhere else than in `from`. */
static inline void ledger_move_all(struct zcxsk_pool *pool, const uint64_t *addrs, uint32_t n,
				   enum place from, enum place to)
{
	if (ZCXSK_LIKELY(!pool->ledger))
		return;
	for (uint32_t i = 0; i < n; i++)
		ledger_check(pool, addrs[i], from, to);
}

#endif
