/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outstanding.h - which packets are out. The TX ring itself is the record: from the
 * oldest packet that is out to the last one sent, the window, its slots hold
 * what was sent, since a slot is not used again before its packet is done.
 * Completions are compared with it in order, at no cost to speak of.
 *
 * What completes before one sent earlier is marked early and stays in the
 * window. A packet that holds the window up while others complete is set aside
 * as a stray when the slots are needed, so that one lost completion costs one
 * frame and not the queue.
 */
#ifndef ZCXSK_LIB_DATAPATH_OUTSTANDING_H
#define ZCXSK_LIB_DATAPATH_OUTSTANDING_H

#include "datapath/socket.h"

/* Allocates the marks for a TX ring of that size. 0 or -ENOMEM. */
int outstanding_init(struct zcxsk_socket *s, uint32_t tx_ring_size, uint32_t limit);
void outstanding_free(struct zcxsk_socket *s);

/* The rings are new: nothing is out. */
void outstanding_start(struct zcxsk_socket *s);

/* Slots between the oldest packet that is out and the last one sent. */
static inline uint32_t outstanding_window(const struct zcxsk_socket *s)
{
	return s->fast.tx.cached_prod - s->out.oldest;
}

/* Frames handed to the kernel for sending and not yet reaped. */
static inline uint32_t outstanding_count(const struct zcxsk_socket *s)
{
	return outstanding_window(s) - s->out.early_count + s->out.stray_count;
}

/*
 * Completions are fetched when so many packets are out, which is often enough for
 * their frames to be still in the processor's cache, and not at each burst.
 */
#define EASY_MOST 256u

/*
 * For bursts of no more than this, some of which fit into that, frames come off the
 * cache where it has them. To fetch completions for each would move lines to and fro
 * that the kernel, on another processor, is writing to.
 */
#define EASY_BURST (EASY_MOST / 4)

/* Of what may be out, so that there is room at once and nobody is kept waiting. */
#define EASY_SHARE 4u

/*
 * How many packets may be sent without a look at more than their shape: anew after
 * sending and completing, and when something comes up that is to be looked at.
 */
void outstanding_recompute(struct zcxsk_socket *s);

/* Packets that may be sent without more than allowed being out, and with a mark each. */
uint32_t outstanding_room(struct zcxsk_socket *s, uint32_t wanted);

/* Tells the tokens of the oldest n. */
void outstanding_report_tokens(struct zcxsk_socket *s, uint32_t n);

/* The oldest n packets of the window are complete; their tokens have been reported. */
static inline void outstanding_advance(struct zcxsk_socket *s, uint32_t n)
{
	s->out.oldest += n;
}

/* Takes the completions of the oldest n packets of the window, which came in order. */
static inline void outstanding_complete_oldest(struct zcxsk_socket *s, uint32_t n)
{
	if (ZCXSK_UNLIKELY(s->out.tokens.mode))
		outstanding_report_tokens(s, n);
	outstanding_advance(s, n);
}

/*
 * Takes one completion, wherever its packet is. False, and counted, when it is
 * of no packet that is out.
 */
bool outstanding_complete(struct zcxsk_socket *s, uint64_t addr);

/* The packet that is out the longest; false when nothing is. */
bool outstanding_oldest(const struct zcxsk_socket *s, struct zcxsk_packet *packet);

/*
 * All that is out is given up by the ring, which goes away; the number out is
 * kept until outstanding_start(). next: the index of the ring in its place.
 */
void outstanding_abandon(struct zcxsk_socket *s, uint32_t next);

/* Without rings: so many packets of queues before are still counted as in flight. */
void outstanding_set_lost(struct zcxsk_socket *s, uint32_t n);

/* Tokens beside the TX ring, and the queue in which they are reported. */
/* Allocates for a TX ring of that size, if the mode asks for it. 0 or -ENOMEM. */
int token_init(struct zcxsk_socket *s, enum zcxsk_tokens mode, uint32_t tx_ring_size);
void token_free(struct zcxsk_socket *s);

/* Notes the tokens of n packets from a TX ring index on; NULL: none is told. */
void token_note(struct zcxsk_socket *s, uint32_t index, const uint64_t *tokens, uint32_t n);

/* Queues a token, unless it is ZCXSK_TOKEN_NONE. There is room. */
void token_push(struct zcxsk_socket *s, uint64_t token);

/* Queues that of the packet at a TX ring index. */
void token_report(struct zcxsk_socket *s, uint32_t index);

/* Takes up to max tokens off the queue, the oldest first. Returns how many. */
uint32_t token_pop(struct zcxsk_socket *s, uint64_t *tokens, uint32_t max);

#endif
