/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wait.h - sleeping inside the library, always with a deadline. Senders sleep in ticks: the
 * kernel wakes nobody for a completion or a lost interrupt. A receiver with nothing in flight
 * sleeps until an event.
 */
#ifndef ZCXSK_LIB_DATAPATH_WAIT_H
#define ZCXSK_LIB_DATAPATH_WAIT_H

#include "datapath/socket.h"

/* A wait in progress. Sleeps get longer while nothing happens. */
struct wait {
	uint64_t deadline_ns;
	uint64_t tick_ns; /* maximum next sleep */
	uint64_t poll_ns; /* maximum while frames are in flight */
	bool for_frames;  /* waits for completions: a stall ends it */
	bool siblings;	  /* those of siblings are as good, see siblings.h */
	bool for_packets; /* waits for packets: a link that is down does not end it */
	bool link_down;	  /* when the last sleep ended */
};

/* Starts a wait for packets, or for frames in flight to complete. */
struct wait wait_start_rx(struct zcxsk_socket *s, uint64_t timeout_ns);
struct wait wait_start_tx(const struct zcxsk_socket *s, uint64_t timeout_ns);

/* The same for any frame of the cache. */
struct wait wait_start_frame(const struct zcxsk_socket *s, uint64_t timeout_ns);

/* A wait for packets is over because the link, which was down, is up again. */
#define WAIT_LINK_UP 1

/*
 * Kicks what is unkicked, then sleeps until a poll event, a tick or the deadline. After a tick
 * it reaps completions and runs the watchdog. Returns 0 if the caller should check again, else
 * WAIT_LINK_UP, -ETIMEDOUT, -EINTR, -ENETDOWN, -ENXIO, or -ETIME while a stall lasts if the
 * wait is for frames. A wait for packets ends with -ENETDOWN at its deadline only.
 */
int wait_sleep(struct wait *w, struct zcxsk_socket *s, short events);

/*
 * The same for a receiver that found no packet, or one that the floor refuses. POLLIN would not
 * let it sleep then: it waits for completions, or returns -ENOBUFS if none are due.
 */
int wait_to_receive(struct wait *w, struct zcxsk_socket *s);

#endif
