/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wait.h - sleeping inside the library, always with a deadline. A sender does so
 * in ticks: nothing in the kernel wakes a sleeper because of a completion or a
 * lost interrupt. A receiver with nothing out sleeps until there is something.
 */
#ifndef ZCXSK_LIB_DATAPATH_WAIT_H
#define ZCXSK_LIB_DATAPATH_WAIT_H

#include "datapath/socket.h"

/* A wait in progress: sleeps get longer while nothing happens. */
struct wait {
	uint64_t deadline_ns;
	uint64_t tick_ns; /* longest next sleep */
	uint64_t look_ns; /* the same while frames are out */
	bool for_frames;  /* to come home: a stall ends it */
};

/* For packets to arrive, or for frames that are out to come home. */
struct wait wait_start_rx(struct zcxsk_socket *s, uint64_t timeout_ns);
struct wait wait_start_tx(const struct zcxsk_socket *s, uint64_t timeout_ns);

/*
 * Kicks what has gathered, then sleeps until one of the poll events, a tick or
 * the deadline; after a tick completed frames are taken home and the watchdog
 * looks. 0 when it is worth looking again, else -ETIMEDOUT, -EINTR, -ENETDOWN,
 * -ENXIO, and -ETIME for a new stall where the wait is for frames.
 */
int wait_sleep(struct wait *w, struct zcxsk_socket *s, short events);

#endif
