/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kick.h - when the data path enters the kernel: kicks of the TX and fill rings. The system
 * calls themselves are in kernel_calls.c.
 */
#ifndef ZCXSK_LIB_DATAPATH_KICK_H
#define ZCXSK_LIB_DATAPATH_KICK_H

#include <errno.h>

#include "base/minmax.h"
#include "datapath/kernel_calls.h"
#include "datapath/outstanding.h"

/* Descriptors without a successful kick: none was made, or it was refused. */
static inline uint32_t tx_unkicked(const struct zcxsk_socket *s)
{
	return s->fast.tx.cached_prod - s->fast.tx_kicked;
}

/* Of these, descriptors whose kick was refused. */
static inline uint32_t tx_refused(const struct zcxsk_socket *s)
{
	return s->kick.tried - s->fast.tx_kicked;
}

/* The driver refuses kicks, because it sends only while an XDP program is attached. */
static inline bool tx_unattached(const struct zcxsk_socket *s)
{
	return s->status == -EUNATCH;
}

/*
 * The unkicked descriptors still in the TX ring. A running driver consumes unkicked ones, too;
 * it may publish its consumer index late, but never after their completions.
 */
static inline uint32_t tx_gathered(const struct zcxsk_socket *s)
{
	uint32_t n = min_u32(tx_unkicked(s), zcxsk_ring_prod_pending(&s->fast.tx));

	return min_u32(n, outstanding_live(s));
}

/*
 * Frames in flight whose completions are due: a kick was tried for them, refused or not, or
 * the driver took them without one. The rest are still gathering, or were overtaken.
 */
static inline uint32_t tx_awaited(const struct zcxsk_socket *s)
{
	uint32_t untried = s->fast.tx.cached_prod - s->kick.tried, gathered = tx_gathered(s);

	return outstanding_live(s) - min_u32(untried, gathered);
}

/* When the oldest unkicked descriptor was seen; 0 = not yet. */
static inline uint64_t tail_start(const struct zcxsk_socket *s)
{
	return tx_unkicked(s) && s->kick.tail_of == s->fast.tx_kicked ? s->kick.tail_start_ns : 0;
}

/* Takes the kick policy from the options. The mode must be known. */
void kick_init(struct zcxsk_socket *s);

/* The TX ring is new or gone: no descriptor before the index needs a kick. */
void kick_start(struct zcxsk_socket *s, uint32_t index);

/* After a submit to the TX ring: kicks if the kernel needs a wakeup and the policy says now. */
void kick_tx(struct zcxsk_socket *s);

/* Called on every data path call: kicks if the tail time has passed. */
void kick_tail_due(struct zcxsk_socket *s);

static inline void kick_tail(struct zcxsk_socket *s)
{
	if (ZCXSK_UNLIKELY(tx_unkicked(s)))
		kick_tail_due(s);
}

/* Kicks for all unkicked descriptors; before sleeping, and if room is short. */
void kick_flush(struct zcxsk_socket *s);

/*
 * The link has returned: kicks for all that is in the TX ring. A driver without a link accepts a
 * kick, takes nothing, and does not continue by itself.
 */
void kick_again(struct zcxsk_socket *s);

/* For the watchdog: kicks regardless of the need_wakeup flag, by sendto and by poll. */
void kick_force(struct zcxsk_socket *s);

/* Kicks once; touches neither rings nor counters. Callable from any thread. */
void kick_bare(const struct zcxsk_socket *s);

/* Once after bind: starts receiving on drivers that wait for a wakeup. */
void kick_rx(struct zcxsk_socket *s);

/* After a submit to the fill ring: kicks if the kernel needs a wakeup. */
void kick_fill(struct zcxsk_socket *s);

/*
 * The kernel needs a wakeup: kicks, unless it has consumed all submitted frames. Otherwise a
 * receiver that lags behind would kick on each burst in vain.
 */
void kick_rx_if_pending(struct zcxsk_socket *s);

/* On each check of the RX ring: the same, for a kernel that went to sleep in the meantime. */
static inline void kick_fill_if_needed(struct zcxsk_socket *s)
{
	/* Relaxed: FILL-W was passed after the submit, and the next call checks again. */
	if (ZCXSK_UNLIKELY(__atomic_load_n(s->fast.fill.flags, __ATOMIC_RELAXED) &
			   XDP_RING_NEED_WAKEUP))
		kick_rx_if_pending(s);
}

/* Reports what poll() never does: 0, -ENETDOWN or -ENXIO. Does not kick TX. */
int kick_check_device(struct zcxsk_socket *s);

#endif
