/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kick.h - entering the kernel on the data path: kicks, and the calls that the
 * waits and timers are made of. Nothing else on the data path makes a system
 * call.
 */
#ifndef ZCXSK_LIB_DATAPATH_KICK_H
#define ZCXSK_LIB_DATAPATH_KICK_H

#include "datapath/kernel_calls.h"
#include "datapath/outstanding.h"

/* Descriptors that no kick has been made for, or that one was refused. */
static inline uint32_t tx_unkicked(const struct zcxsk_socket *s)
{
	return s->fast.tx.cached_prod - s->fast.tx_kicked;
}

/*
 * Of them, those that are still in the ring: a driver that goes on by itself takes
 * what gathers, too. Its word of that may come late, but not after the frames.
 */
static inline uint32_t tx_gathered(const struct zcxsk_socket *s)
{
	uint32_t n = tx_unkicked(s), left = zcxsk_ring_prod_pending(&s->fast.tx);
	uint32_t out = outstanding_count(s);

	if (n > left)
		n = left;
	return n < out ? n : out;
}

/*
 * Frames out that a kick was tried for, refused or not, or that the driver took
 * unasked: those a completion is to be expected of. The others are gathering.
 */
static inline uint32_t tx_awaited(const struct zcxsk_socket *s)
{
	uint32_t untried = s->fast.tx.cached_prod - s->kick.tried, gathered = tx_gathered(s);

	return outstanding_count(s) - (untried < gathered ? untried : gathered);
}

/* When the first of those that gather was seen; 0 = none has been seen yet. */
static inline uint64_t tail_start(const struct zcxsk_socket *s)
{
	return tx_unkicked(s) && s->kick.tail_of == s->fast.tx_kicked ? s->kick.tail_start_ns : 0;
}

/* Takes the policy over from the options; the mode is known. */
void kick_init(struct zcxsk_socket *s);

/* The TX ring is new, or gone: nothing before that index is left to kick for. */
void kick_start(struct zcxsk_socket *s, uint32_t index);

/* After a submit on TX: kicks if the kernel asks for it and the policy finds it due. */
void kick_tx(struct zcxsk_socket *s);

/* In calls that come by: kicks what has waited for the tail time. */
void kick_tail_due(struct zcxsk_socket *s);

static inline void kick_tail(struct zcxsk_socket *s)
{
	if (ZCXSK_UNLIKELY(tx_unkicked(s)))
		kick_tail_due(s);
}

/* Kicks for what has gathered; before sleeping, and where room is short. */
void kick_flush(struct zcxsk_socket *s);

/* The watchdog's: kicks whatever the flag says, in every way there is. */
void kick_force(struct zcxsk_socket *s);

/* True while the kernel has frames for sending. For any thread. */
bool kick_kernel_has_frames(const struct zcxsk_socket *s);

/* One kick and nothing else, no ring, no counter. For any thread. */
void kick_bare(const struct zcxsk_socket *s);

/* Once after bind: arms receiving on drivers that wait for it. */
void kick_rx(struct zcxsk_socket *s);

/* After frames were shown on the fill ring: kicks if the kernel waits for them. */
void kick_fill(struct zcxsk_socket *s);

/*
 * The kernel asks for frames: kicks, unless it has taken all that were shown. A
 * receiver that is behind would else kick at each burst, for nothing.
 */
void kick_rx_if_pending(struct zcxsk_socket *s);

/* At each look at the RX ring: the same, for a kernel that went to sleep in the meantime. */
static inline void kick_fill_if_needed(struct zcxsk_socket *s)
{
	/* Relaxed: what was shown has had its fence, and this comes by again. */
	if (ZCXSK_UNLIKELY(__atomic_load_n(s->fast.fill.flags, __ATOMIC_RELAXED) &
			   XDP_RING_NEED_WAKEUP))
		kick_rx_if_pending(s);
}

/* What poll() never reports: 0, -ENETDOWN, -ENXIO. Not a kick. */
int kick_check_device(struct zcxsk_socket *s);

#endif
