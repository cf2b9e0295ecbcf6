/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outstanding.h - packets in flight, recorded in the TX ring: a slot is not reused before its
 * packet completes, so the slots from the oldest packet in flight to the last one sent, the window,
 * still hold what was sent. Completions are compared with them in order, at almost no cost.
 */
#ifndef ZCXSK_LIB_DATAPATH_OUTSTANDING_H
#define ZCXSK_LIB_DATAPATH_OUTSTANDING_H

#include "datapath/socket.h"

/* Allocates the records for a TX ring of tx_ring_size entries. Returns 0 or -ENOMEM. */
int outstanding_init(struct zcxsk_socket *s, uint32_t tx_ring_size, uint32_t limit);
void outstanding_free(struct zcxsk_socket *s);

/* The rings are new: nothing is in flight. */
void outstanding_start(struct zcxsk_socket *s);

/* Slots from the oldest packet in flight to the last one sent. */
static inline uint32_t outstanding_window(const struct zcxsk_socket *s)
{
	return s->fast.tx.cached_prod - s->out.oldest;
}

/* Frames submitted for sending and not yet reaped, without those given up. */
static inline uint32_t outstanding_count(const struct zcxsk_socket *s)
{
	return outstanding_window(s) - s->out.early_count + s->out.strays.count + s->out.stranded;
}

/*
 * Of these, the ones sent after the last packet completed. Only for them is the device at
 * work: those overtaken by a completion are most likely lost.
 */
static inline uint32_t outstanding_live(const struct zcxsk_socket *s)
{
	return s->fast.tx.cached_prod - (s->out.early_count ? s->out.newest : s->out.oldest);
}

/* The packet sent at a TX ring index of the window. */
static inline struct zcxsk_packet *outstanding_slot(const struct zcxsk_socket *s, uint32_t index)
{
	return (struct zcxsk_packet *)s->fast.tx.entries + (index & s->fast.tx.mask);
}

static inline bool outstanding_same_frame(const struct zcxsk_socket *s, uint64_t a, uint64_t b)
{
	return !((a ^ b) & s->cache->frame_mask);
}

/*
 * Maximum of packets in flight on the fast path: beyond it the slow path fetches completions,
 * often enough that their frames are still in the CPU cache, yet not on each burst.
 */
#define FAST_TX_MAX 256u

/*
 * Largest allocation served from the cache without fetching completions first; several fit
 * into FAST_TX_MAX. Fetching for each would bounce cache lines that the kernel writes on
 * another CPU.
 */
#define FAST_ALLOC_MAX (FAST_TX_MAX / 4)

/*
 * The fast path uses at most 1/FAST_TX_SHARE of the limit, so that completions are fetched
 * before room is short.
 */
#define FAST_TX_SHARE 4u

/*
 * Recomputes tx_until, the TX index up to which the fast path may send after checking the
 * descriptors alone. Call it after sending or reaping, and when a condition requires the slow
 * path.
 */
void outstanding_recompute(struct zcxsk_socket *s);

/* Packets that may be sent without exceeding the limit, each with a slot for its records. */
uint32_t outstanding_room(struct zcxsk_socket *s, uint32_t wanted);

/* Reports the tokens of the oldest n packets. */
void outstanding_report_tokens(struct zcxsk_socket *s, uint32_t n);

/* Removes the oldest n packets from the window; their tokens have been reported. */
static inline void outstanding_advance(struct zcxsk_socket *s, uint32_t n)
{
	s->out.oldest += n;
}

/* Completes the oldest n packets of the window, whose completions arrived in order. */
static inline void outstanding_complete_oldest(struct zcxsk_socket *s, uint32_t n)
{
	if (ZCXSK_UNLIKELY(s->out.tokens.mode))
		outstanding_report_tokens(s, n);
	outstanding_advance(s, n);
}

/*
 * Completes one packet; false, and counted, if no packet in flight has that address. One that
 * completes before an older one stays in the window, marked early; after a few of them the
 * older one is set aside as a stray: a lost completion costs a frame, not the queue.
 */
bool outstanding_complete(struct zcxsk_socket *s, uint64_t addr);

/* Removes the oldest packet, whose completion is missing, and then the early ones after it. */
void outstanding_skip_oldest(struct zcxsk_socket *s);

/*
 * Records how many completions are due after the one at completion ring index `reaped` - 1,
 * for outstanding_in_kernel().
 */
void outstanding_note_due(struct zcxsk_socket *s, uint32_t reaped);

/* True while the kernel holds frames that it should complete. Callable from any thread. */
bool outstanding_in_kernel(const struct zcxsk_socket *s);

/* Stores the packet that has been in flight longest; false if there is none. */
bool outstanding_oldest(const struct zcxsk_socket *s, struct zcxsk_packet *packet);

/*
 * The ring goes away: the packets in flight keep being counted until outstanding_start().
 * next: the index of the ring that replaces it.
 */
void outstanding_abandon(struct zcxsk_socket *s, uint32_t next);

/* Without rings: n packets of earlier queues still count as in flight. */
void outstanding_set_stranded(struct zcxsk_socket *s, uint32_t n);

/* ---- tokens of packets in flight, by TX ring slot, and the queue of completed ones ---- */

/* Allocates for tx_ring_size entries if `mode` uses tokens. Returns 0 or -ENOMEM. */
int token_init(struct zcxsk_socket *s, enum zcxsk_tokens mode, uint32_t tx_ring_size);
void token_free(struct zcxsk_socket *s);

/* Stores the tokens of n packets from a TX ring index on; NULL: these have none. */
void token_note(struct zcxsk_socket *s, uint32_t index, const uint64_t *tokens, uint32_t n);

/* Queues the token of a completed packet, unless it is ZCXSK_TOKEN_NONE. */
void token_push(struct zcxsk_socket *s, uint64_t token);

/* Moves up to max tokens, oldest first, out of the queue. Returns their number. */
uint32_t token_pop(struct zcxsk_socket *s, uint64_t *tokens, uint32_t max);

#endif
