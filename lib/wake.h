/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wake.h - entering the kernel on the data path: kicks, and the calls that the
 * waits and timers are made of. Nothing else on the data path makes a system
 * call.
 */
#ifndef ZCXSK_LIB_WAKE_H
#define ZCXSK_LIB_WAKE_H

#include "flight.h"
#include "handle.h"

/* The kernel itself; its context is the socket. */
extern const struct zcxsk_kernel wake_kernel;

/* Descriptors that no kick has been made for, or that one was refused. */
static inline uint32_t wake_unkicked(const struct zcxsk_socket *s)
{
	return s->hot.tx.cached_prod - s->hot.tx_kicked;
}

/*
 * Of them, those that are still in the ring: a driver that goes on by itself takes
 * what gathers, too. Its word of that may come late, but not after the frames.
 */
static inline uint32_t wake_gathered(const struct zcxsk_socket *s)
{
	uint32_t n = wake_unkicked(s), left = zcxsk_ring_prod_pending(&s->hot.tx);
	uint32_t out = socket_tx_out(s);

	if (n > left)
		n = left;
	return n < out ? n : out;
}

/*
 * Frames out that a kick was tried for, refused or not, or that the driver took
 * unasked: those a completion is to be expected of. The others are gathering.
 */
static inline uint32_t wake_due_home(const struct zcxsk_socket *s)
{
	uint32_t untried = s->hot.tx.cached_prod - s->tx_tried, gathered = wake_gathered(s);

	return socket_tx_out(s) - (untried < gathered ? untried : gathered);
}

/* When the first of those that gather was seen; 0 = none has been seen yet. */
static inline uint64_t wake_tail_start(const struct zcxsk_socket *s)
{
	return wake_unkicked(s) && s->tail_of == s->hot.tx_kicked ? s->tail_start_ns : 0;
}

/* Takes the policy over from the options; the mode is known. */
void wake_init(struct zcxsk_socket *s);

/* After a submit on TX: kicks if the kernel asks for it and the policy finds it due. */
void wake_tx(struct zcxsk_socket *s);

/* In calls that come by: kicks what has waited for the tail time. */
void wake_tail_due(struct zcxsk_socket *s);

static inline void wake_tail(struct zcxsk_socket *s)
{
	if (ZCXSK_UNLIKELY(wake_unkicked(s)))
		wake_tail_due(s);
}

/* Kicks for what has gathered; before sleeping, and where room is short. */
void wake_flush(struct zcxsk_socket *s);

/* The watchdog's: kicks whatever the flag says, in every way there is. */
void wake_force(struct zcxsk_socket *s);

/* True while the kernel has frames for sending. For any thread. */
bool wake_kernel_has_frames(const struct zcxsk_socket *s);

/* One kick and nothing else, no ring, no counter. For any thread. */
void wake_bare(const struct zcxsk_socket *s);

/* Once after bind: arms receiving on drivers that wait for it. */
void wake_rx_always(struct zcxsk_socket *s);

/* After frames were shown on the fill ring: kicks if the kernel waits for them. */
void wake_fill(struct zcxsk_socket *s);

/*
 * The kernel asks for frames: kicks, unless it has taken all that were shown. A
 * receiver that is behind would else kick at each burst, for nothing.
 */
void wake_rx_asked(struct zcxsk_socket *s);

/* At each look at the RX ring: the same, for a kernel that went to sleep in the meantime. */
static inline void wake_fill_look(struct zcxsk_socket *s)
{
	/* Relaxed: what was shown has had its fence, and this comes by again. */
	if (ZCXSK_UNLIKELY(__atomic_load_n(s->hot.fill.flags, __ATOMIC_RELAXED) &
			   XDP_RING_NEED_WAKEUP))
		wake_rx_asked(s);
}

/* What poll() never reports: 0, -ENETDOWN, -ENXIO. Not a kick. */
int wake_ask(struct zcxsk_socket *s);

/*
 * Sleeps for events. Their number, 0 when timeout_ns is over, or -errno. An
 * event may be an old one: look, and wait again. For no events and no time it
 * is a kick.
 */
int wake_wait(struct zcxsk_socket *s, short events, uint64_t timeout_ns);

/* Closes what waiting has opened. */
void wake_close_events(struct zcxsk_socket *s);

/* Time on CLOCK_MONOTONIC in ns; of the kernel the socket is on. */
uint64_t wake_now(void);
uint64_t wake_clock(const struct zcxsk_socket *s);

/* Points in time; an overflow is "never". */
static inline uint64_t wake_after(uint64_t now, uint64_t ns)
{
	return ns > UINT64_MAX - now ? UINT64_MAX : now + ns;
}

static inline uint64_t wake_deadline(uint64_t timeout_ns)
{
	return wake_after(wake_now(), timeout_ns);
}

/* A timer descriptor: made, set to a point in time, its expiry taken. */
int wake_timer_open(void);
void wake_timer_set(int fd, uint64_t at_ns);
void wake_timer_clear(int fd);

#endif
