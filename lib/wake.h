/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wake.h - entering the kernel on the data path: kicks and sleeps. Nothing
 * else on the data path makes a system call.
 */
#ifndef ZCXSK_LIB_WAKE_H
#define ZCXSK_LIB_WAKE_H

#include "handle.h"

/* After a submit on TX: kicks if the kernel wants to be kicked. */
void wake_tx(struct zcxsk_socket *s);

/* Kicks TX whatever the flag says. */
void wake_tx_always(struct zcxsk_socket *s);

/*
 * Before polling the RX ring again: kicks if the kernel asked for frames.
 * `posted`: frames were put into the fill ring since the last look.
 */
void wake_fill(struct zcxsk_socket *s, bool posted);

/* Once after bind: arms receiving on drivers that wait for it. */
void wake_rx_always(struct zcxsk_socket *s);

/* Time and points in time on CLOCK_MONOTONIC, in ns; an overflow is "never". */
uint64_t wake_now(void);
uint64_t wake_deadline(uint64_t timeout_ns);

/* A wait in progress: sleeps get longer while nothing happens. */
struct wait {
	uint64_t deadline_ns;
	uint64_t tick_ns;      /* longest next sleep */
	uint64_t tick_last_ns; /* where it stops doubling */
};

/* For packets to arrive, or for frames that are out to come home. */
struct wait wait_start_rx(uint64_t timeout_ns);
struct wait wait_start_tx(uint64_t timeout_ns);

/*
 * Sleeps until one of the poll events, a tick or the deadline. Entering poll()
 * is itself a kick in the kernel. 0 when it is worth looking again, else
 * -ETIMEDOUT, -EINTR, -ENETDOWN, -ENXIO.
 */
int wait_sleep(struct wait *w, struct zcxsk_socket *s, short events);

#endif
