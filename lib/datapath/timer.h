/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timer.h - wakes an owner that sleeps in its own event loop, for tail time, watchdog,
 * refused kicks, and completions that somebody needs. Armed while anything is in flight.
 */
#ifndef ZCXSK_LIB_DATAPATH_TIMER_H
#define ZCXSK_LIB_DATAPATH_TIMER_H

#include "datapath/socket.h"

/* There is no descriptor yet; then one is created. Returns 0 or -errno. */
void timer_init(struct zcxsk_socket *s);
int timer_open(struct zcxsk_socket *s);
void timer_close(struct zcxsk_socket *s);

/* After sending: arms the timer for the earliest of these, if it is not armed. */
void timer_arm(struct zcxsk_socket *s);

/* The owner needs completions soon: makes the timer expire in time for them. */
void timer_hurry(struct zcxsk_socket *s);

/* True if the time has come. An owner without a timer says so by calling. */
bool timer_expired(const struct zcxsk_socket *s);

/* After timer_expired() and the work for it: arms the timer for the next time. */
void timer_restart(struct zcxsk_socket *s);

#endif
