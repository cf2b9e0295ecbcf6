/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fill.h - the policy of the fill ring: keep as many frames posted for
 * receiving as the ring holds, put back in batches what has been received.
 */
#ifndef ZCXSK_LIB_FILL_H
#define ZCXSK_LIB_FILL_H

#include "handle.h"

/*
 * Received frames after which the fill ring is topped up: one store of the
 * producer index for 64 packets, a NAPI budget's worth, and little against the
 * at least 512 frames that are posted.
 */
#define FILL_BATCH 64u

/* Frames posted for receiving that have not come back. */
static inline uint32_t fill_posted(const struct zcxsk_socket *s)
{
	return (uint32_t)(s->count.fill_frames - s->count.rx_packets - s->count.rx_invalid -
			  s->count.rx_abandoned);
}

/* Posts what is owed, as far as pool and ring allow. Returns the frames posted. */
uint32_t fill_refill(struct zcxsk_socket *s);

/*
 * Posts frames of a dead queue on the ring of its successor, before it is bound:
 * whoever owned them has let go of them by then. Neither counted nor moved in
 * the ledger. There is room.
 */
void fill_post(struct zcxsk_socket *s, const uint64_t *frames, uint32_t n);

/* Takes frames posted on a ring that the kernel never saw back into the cache. */
void fill_undo(struct zcxsk_socket *s);

#endif
