/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_calls.h - the system calls of the data path: kicks, sleeps, timers and the
 * clock. No other file of the data path enters the kernel.
 */
#ifndef ZCXSK_LIB_DATAPATH_KERNEL_CALLS_H
#define ZCXSK_LIB_DATAPATH_KERNEL_CALLS_H

#include "datapath/socket.h"

/* The kernel itself; its context is the socket. */
extern const struct zcxsk_kernel kernel_calls;

/*
 * Sleeps for events. Their number, 0 when timeout_ns is over, or -errno. An
 * event may be an old one: look, and wait again. For no events and no time it
 * is a kick.
 */
int kernel_sleep(struct zcxsk_socket *s, short events, uint64_t timeout_ns);

/* No descriptor for waiting is open yet. */
void kernel_start_events(struct zcxsk_socket *s);

/*
 * From now on waits also end when the interface changes. Without it, or if it cannot be
 * had, they find out by their ticks.
 */
void kernel_watch_link(struct zcxsk_socket *s, uint32_t ifindex);
void kernel_unwatch_link(struct zcxsk_socket *s);

/* Closes what waiting has opened. */
void kernel_close_events(struct zcxsk_socket *s);

/* Time on CLOCK_MONOTONIC in ns, of the kernel that the socket is on. */
uint64_t kernel_clock(const struct zcxsk_socket *s);

/* A timer descriptor: made, set to a point in time, its expiry taken. */
int kernel_timer_open(void);
void kernel_timer_set(int fd, uint64_t at_ns);
void kernel_timer_clear(int fd);

#endif
