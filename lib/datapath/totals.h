/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * totals.h - packets and frames that passed the rings of a socket since it was opened, read from
 * the ring indices, which the inline calls change anyway. Any thread may read them; they never go
 * back.
 *
 *  label   where         operation here            partner  what it allows
 *  ------  ------------  ------------------------  -------  ---------------------------------
 *  SKIP-B  totals_skip   release fence, then the   SKIP-C   the owner counts descriptors as
 *                        RX index in later stores           invalid, then steps over them
 *  SKIP-C  totals_       load-acquire RX index,    SKIP-B   an index past a skip is read
 *          received      then the skip                      together with that skip
 */
#ifndef ZCXSK_LIB_DATAPATH_TOTALS_H
#define ZCXSK_LIB_DATAPATH_TOTALS_H

#include "datapath/socket.h"

/* Descriptors consumed from the RX ring, valid or not. */
static inline uint64_t totals_consumed(const struct zcxsk_socket *s)
{
	return total_at(&s->totals.rx, NUMBER_READ(s->fast.rx.cached_cons));
}

/* Frames put into the fill ring. */
static inline uint64_t totals_filled(const struct zcxsk_socket *s)
{
	return total_at(&s->totals.fill, NUMBER_READ(s->fast.fill.cached_prod));
}

/* Packets put into the TX ring. */
static inline uint64_t totals_sent(const struct zcxsk_socket *s)
{
	return total_at(&s->totals.tx, NUMBER_READ(s->fast.tx.cached_prod));
}

static inline uint64_t skip_word(uint64_t invalid, uint32_t index)
{
	return invalid << 32 | index;
}

/*
 * Valid packets received: the skip tells how many invalid ones are before its index. If the RX
 * index is not there yet, only these are missing, so the number is the same in both places.
 */
static inline uint64_t totals_received(const struct zcxsk_socket *s)
{
	/* SKIP-C: pairs with SKIP-B; the skip is at least as new as the index. */
	uint32_t index = __atomic_load_n(&s->fast.rx.cached_cons, __ATOMIC_ACQUIRE);
	uint64_t skip = NUMBER_READ(s->totals.skip), invalid = NUMBER_READ(s->count.rx_invalid);

	/* Extends the 32 bits in the skip by the counter. */
	invalid += (uint64_t)(int64_t)(int32_t)((uint32_t)(skip >> 32) - (uint32_t)invalid);
	if ((int32_t)((uint32_t)skip - index) > 0)
		index = (uint32_t)skip;
	return total_at(&s->totals.rx, index) - invalid;
}

/* Before the RX index steps over n invalid descriptors to `index`. */
static inline void totals_skip(struct zcxsk_socket *s, uint32_t index, uint32_t n)
{
	COUNT(s, rx_invalid, n);
	NUMBER_SET(s->totals.skip, skip_word(s->count.rx_invalid, index));
	/* SKIP-B: pairs with SKIP-C; the skip is stored before any later RX index. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static inline void totals_note(struct zcxsk_socket *s)
{
	total_note(&s->totals.rx, s->fast.rx.cached_cons);
	total_note(&s->totals.fill, s->fast.fill.cached_prod);
	total_note(&s->totals.tx, s->fast.tx.cached_prod);
	NUMBER_SET(s->totals.skip, skip_word(s->count.rx_invalid, s->fast.rx.cached_cons));
}

/* The slow paths note the totals when an index has gone so far; 2^31 would be too far. */
#define NOTE_STEPS 65536u

/* The fill ring's index moves as far as that of the RX ring. */
static inline void totals_note_rx(struct zcxsk_socket *s)
{
	if (ZCXSK_UNLIKELY(s->fast.rx.cached_cons - (uint32_t)s->totals.rx.at > NOTE_STEPS))
		totals_note(s);
}

static inline void totals_note_tx(struct zcxsk_socket *s)
{
	if (ZCXSK_UNLIKELY(s->fast.tx.cached_prod - (uint32_t)s->totals.tx.at > NOTE_STEPS))
		totals_note(s);
}

/*
 * The rings are new: their indices continue the totals in *before, which were noted last with
 * the old ones. No other thread may be reading.
 */
static inline void totals_restart(struct zcxsk_socket *s, const struct totals *before)
{
	struct totals t = *before;

	total_restart(&s->totals.rx, t.rx.at - t.rx.start, s->fast.rx.cached_cons);
	total_restart(&s->totals.fill, t.fill.at - t.fill.start, s->fast.fill.cached_prod);
	total_restart(&s->totals.tx, t.tx.at - t.tx.start, s->fast.tx.cached_prod);
	s->totals.skip = skip_word(s->count.rx_invalid, s->fast.rx.cached_cons);
}

#endif
