/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fill.h - the fill ring policy: keep as many frames posted for receiving as plan.c has chosen.
 *
 * A frame is posted once our fill ring index is past it, submitted once the kernel sees that, and
 * owed from its reception until another one is posted in its place.
 */
#ifndef ZCXSK_LIB_DATAPATH_FILL_H
#define ZCXSK_LIB_DATAPATH_FILL_H

#include "base/minmax.h"
#include "datapath/socket.h"
#include "datapath/totals.h"

/*
 * Maximum batch in which the fill ring is refilled and submitted: four NAPI budgets, so that
 * bursts of one budget need not submit each time.
 */
#define FILL_BATCH 256u

/* A batch is at most 1/FILL_SHARE of the posted frames, if these are few. */
#define FILL_SHARE 4u

/* Sets the number of frames to keep posted. */
static inline void fill_init(struct zcxsk_socket *s, uint32_t target)
{
	uint32_t share = target / FILL_SHARE;

	s->fill.target = target;
	s->fill.batch = max_u32(1, min_u32(share, FILL_BATCH));
}

/*
 * The floor: frames that always stay with the kernel or in the RX ring, whatever the
 * application holds. In zero copy the kernel's own traffic depends on them: with as many as fill
 * the RX ring and the device, the device has buffers even if nobody receives.
 *
 * Called once after each fill_start(), when the mode is known, with less than the target.
 */
static inline void fill_set_floor(struct zcxsk_socket *s, uint32_t floor)
{
	s->fill.reserve += floor;
	s->fill.batch = max_u32(1, min_u32(s->fill.batch, (s->fill.target - floor) / 2));
}

/*
 * Packets that may be received without going below the floor. Only submitted frames count: the
 * kernel has all of them except those in packets before the RX ring index.
 */
static inline uint32_t fill_spare(const struct zcxsk_socket *s)
{
	int32_t n = (int32_t)(s->fill.submitted - s->fill.reserve - s->fast.rx.cached_cons);

	return n > 0 ? (uint32_t)n : 0;
}

/* True while a packet waits in the RX ring that the floor does not let through. */
static inline bool fill_refuses(const struct zcxsk_socket *s)
{
	return s->has_rx && !fill_spare(s) && zcxsk_ring_cons_ready(&s->fast.rx);
}

/* Less than a batch above the floor: frames that return are posted and submitted at once. */
static inline bool fill_is_low(const struct zcxsk_socket *s)
{
	return fill_spare(s) < s->fill.batch;
}

/* Frames received and not yet replaced. */
static inline uint32_t fill_owed(const struct zcxsk_socket *s)
{
	return s->fill.base + s->fast.rx.cached_cons - s->fast.fill.cached_prod;
}

static inline void fill_owe(struct zcxsk_socket *s, uint32_t n)
{
	s->fill.base = n + s->fast.fill.cached_prod - s->fast.rx.cached_cons;
}

/* Packets received, and frames that the application returned to the fill ring. */
static inline uint64_t fill_received(const struct zcxsk_socket *s)
{
	return totals_received(s);
}

static inline uint64_t fill_returned(const struct zcxsk_socket *s)
{
	return totals_filled(s) - s->count.fill_frames;
}

/* The socket has new rings: nothing is posted on them and nothing is owed. */
void fill_start(struct zcxsk_socket *s);

/*
 * Invalidates the fast path's state after other code wrote to the fill ring: the addresses of
 * the last view are overwritten, and the next inline call takes the slow path.
 */
void fill_end_fast_path(struct zcxsk_socket *s);

/* Frames posted but not yet submitted. */
static inline uint32_t fill_unsubmitted(const struct zcxsk_socket *s)
{
	return s->fast.fill.cached_prod - s->fill.submitted;
}

/* Free contiguous slots, at most what completes a batch of unsubmitted frames. */
uint32_t fill_room(struct zcxsk_socket *s);

/* Frames posted for receiving that have not returned. */
static inline uint32_t fill_posted(const struct zcxsk_socket *s)
{
	return (uint32_t)(totals_filled(s) - totals_consumed(s) - s->count.rx_abandoned -
			  s->setup.own.posted);
}

/* Submits all posted frames. Returns false if there were no new ones. */
bool fill_submit(struct zcxsk_socket *s);

/* Posts owed frames from the cache, as far as pool and ring allow, and submits them. */
bool fill_refill(struct zcxsk_socket *s);

/* After frames returned to the cache: posts them at once if few are left above the floor. */
void fill_top_up(struct zcxsk_socket *s);

/* Reaps completions, and tops up with their frames. Returns their number. */
uint32_t fill_reap(struct zcxsk_socket *s);

/*
 * Posts frames of a dead queue on the ring of its successor, before that is bound; their
 * former owner has released them by then. Changes neither counters nor ledger. The caller
 * guarantees room.
 */
void fill_post(struct zcxsk_socket *s, const uint64_t *frames, uint32_t n);

/* Moves the n frames posted last on a ring that the kernel never saw back to the cache. */
void fill_undo(struct zcxsk_socket *s, uint32_t n);

/*
 * For waits, once each: true if the fill ring has not run empty since the last wait: frames
 * submitted before that wait are still there. (A driver that runs out publishes its consumer
 * index first.)
 */
bool fill_stayed_nonempty(struct zcxsk_socket *s);

#endif
