/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fill.h - the policy of the fill ring: keep a number of frames posted for
 * receiving that plan.c has chosen, put back in batches what has been received.
 */
#ifndef ZCXSK_LIB_DATAPATH_FILL_H
#define ZCXSK_LIB_DATAPATH_FILL_H

#include "datapath/socket.h"

/*
 * Frames after which the fill ring is topped up, and what was put into it shown
 * to the kernel, at most: four NAPI budgets' worth, so that bursts of one budget do
 * not have to show each of theirs.
 */
#define FILL_BATCH 256u

/* Of few frames posted, no more than this part is kept back. */
#define FILL_SHARE 4u

/* The number of frames to keep posted is known. */
static inline void fill_init(struct zcxsk_socket *s, uint32_t target)
{
	uint32_t share = target / FILL_SHARE;

	s->fill.target = target;
	s->fill.batch = !share ? 1 : share < FILL_BATCH ? share : FILL_BATCH;
}

/* Frames received and not yet put back. */
static inline uint32_t fill_owed(const struct zcxsk_socket *s)
{
	return s->fill.base + s->fast.rx.cached_cons - s->fast.fill.cached_prod;
}

static inline void fill_owe(struct zcxsk_socket *s, uint32_t n)
{
	s->fill.base = n + s->fast.fill.cached_prod - s->fast.rx.cached_cons;
}

/* Packets received, and frames that went from the application into the fill ring. */
static inline uint64_t fill_received(const struct zcxsk_socket *s)
{
	return s->count.rx_packets + (s->fast.rx.cached_cons - s->fill.rx_counted);
}

static inline uint64_t fill_returned(const struct zcxsk_socket *s)
{
	return s->fill_returned + (s->fast.fill.cached_prod - s->fill.counted);
}

/* Adds up what the indices tell, before they are set otherwise or have gone round. */
void fill_count(struct zcxsk_socket *s);

/* The socket has other rings: nothing is posted on them, and nothing owed. */
void fill_start(struct zcxsk_socket *s);

/*
 * Frames were put into the ring, by others than the inline calls: what a view wrote
 * there is gone, and the next of these calls comes by before it goes on.
 */
void fill_hold(struct zcxsk_socket *s);

/* Posted, and not yet shown to the kernel. */
static inline uint32_t fill_hidden(const struct zcxsk_socket *s)
{
	return s->fast.fill.cached_prod - s->fill.shown;
}

/* How many frames may be posted in one piece; with the hidden ones no more than a batch. */
uint32_t fill_room(struct zcxsk_socket *s);

/* Frames posted for receiving that have not come back. */
static inline uint32_t fill_posted(const struct zcxsk_socket *s)
{
	return (uint32_t)(s->count.fill_frames + fill_returned(s) - fill_received(s) -
			  s->count.rx_invalid - s->count.rx_abandoned);
}

/* Shows the kernel what was posted. False when it had seen all of it. */
bool fill_show(struct zcxsk_socket *s);

/* Posts what is owed from the cache, as far as pool and ring allow, and shows it. */
bool fill_refill(struct zcxsk_socket *s);

/*
 * Posts frames of a dead queue on the ring of its successor, before it is bound:
 * whoever owned them has let go of them by then. Neither counted nor moved in
 * the ledger. There is room.
 */
void fill_post(struct zcxsk_socket *s, const uint64_t *frames, uint32_t n);

/* Takes frames posted on a ring that the kernel never saw back into the cache. */
void fill_undo(struct zcxsk_socket *s);

/*
 * For waits, once each: true if the fill ring has not run empty since the last wait, so
 * that frames shown before that one are still there. A driver that runs out publishes
 * its consumer index first.
 */
bool fill_lasted(struct zcxsk_socket *s);

#endif
