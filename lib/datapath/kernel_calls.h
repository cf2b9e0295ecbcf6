/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_calls.h - the system calls of the data path: kicks, sleeps, timers and the clock. No
 * other file of the data path enters the kernel.
 */
#ifndef ZCXSK_LIB_DATAPATH_KERNEL_CALLS_H
#define ZCXSK_LIB_DATAPATH_KERNEL_CALLS_H

#include "datapath/socket.h"

/* The real kernel; the context is the socket. */
extern const struct zcxsk_kernel kernel_calls;

/*
 * Sleeps for events. Returns their number, 0 after timeout_ns, or -errno. An event may be
 * stale: check, and wait again. With neither events nor a timeout it is a kick.
 */
int kernel_sleep(struct zcxsk_socket *s, short events, uint64_t timeout_ns);

/* No descriptor for waiting is open yet. */
void kernel_start_events(struct zcxsk_socket *s);

/* Sleeps until the interface changes, if it is watched. Returns like kernel_sleep(). */
int kernel_sleep_link(struct zcxsk_socket *s, uint64_t timeout_ns);

/* The change that a sleep found is being read. */
void kernel_link_seen(struct zcxsk_socket *s);

/* Opens starving.fd, and lets waits for packets end when it is readable. 0 or -errno. */
int kernel_watch_frames(struct zcxsk_socket *s);
void kernel_unwatch_frames(struct zcxsk_socket *s);

/* The next sleeps end when others free frames, or not. */
void kernel_wait_for_frames(struct zcxsk_socket *s, bool yes);

/* Closes the descriptors that waits have opened. */
void kernel_close_events(struct zcxsk_socket *s);

/* CLOCK_MONOTONIC in ns, or the clock of the kernel that the socket was opened on. */
uint64_t kernel_clock(const struct zcxsk_socket *s);

/*
 * A set of descriptors that is a descriptor itself, readable while one of them is: created,
 * and poll events of a descriptor in it. 0 or -errno.
 */
int kernel_set_open(void);
int kernel_set_add(int set, int fd, uint32_t events);
int kernel_set_change(int set, int fd, uint32_t events);
void kernel_set_remove(int set, int fd);

/* An eventfd: created, made readable by any thread, made unreadable. */
int kernel_event_open(void);
void kernel_event_set(int fd);
void kernel_event_clear(int fd);

/* A timer descriptor: created, armed for a point in time, disarmed and not readable. */
int kernel_timer_open(void);
void kernel_timer_set(int fd, uint64_t at_ns);
void kernel_timer_clear(int fd);

#endif
