/* SPDX-License-Identifier: BSD-2-Clause */
/* ledger.c - checks moves of frames and words the first wrong one. */
#include "ledger.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const place_names[] = {
	[PLACE_POOL] = "the pool",
	[PLACE_APPLICATION] = "the application",
	[PLACE_RX] = "the kernel for receiving",
	[PLACE_TX] = "the kernel for sending",
};

static void record(struct zcxsk_pool *pool, uint64_t addr, enum place is, enum place from,
		   enum place to)
{
	pthread_mutex_lock(&pool->lock);
	if (pool->culprits++ == 0)
		snprintf(pool->culprit, sizeof(pool->culprit),
			 "frame %" PRIu64 " (address 0x%" PRIx64
			 ") was to go from %s to %s, but is with %s",
			 addr / pool->umem->frame_size, addr, place_names[from], place_names[to],
			 place_names[is]);
	pthread_mutex_unlock(&pool->lock);
}

bool ledger_check(struct zcxsk_pool *pool, uint64_t addr, enum place from, enum place to)
{
	uint8_t *byte = &pool->ledger[addr / pool->umem->frame_size];
	uint8_t is = (uint8_t)from;

	/*
	 * Two threads that both believe they own the frame race here, and
	 * exactly one of them must lose: hence compare-and-exchange. It orders
	 * nothing else.
	 */
	if (__atomic_compare_exchange_n(byte, &is, (uint8_t)to, false, __ATOMIC_RELAXED,
					__ATOMIC_RELAXED))
		return true;
	record(pool, addr, (enum place)is, from, to);
	return false;
}
