/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats.h - the counters of a socket and where its frames are. Any thread may read them while the
 * owner works: it reads numbers that the owner changes with relaxed stores. While a rebuild
 * replaces rings and descriptor, readers get the numbers from before.
 */
#ifndef ZCXSK_LIB_SOCKET_STATS_H
#define ZCXSK_LIB_SOCKET_STATS_H

#include "datapath/socket.h"

/* After `size` every field of the struct is a number of 64 bits. */
#define STATS_NUMBERS                                                                              \
	((sizeof(struct zcxsk_stats) - offsetof(struct zcxsk_stats, rx_packets)) / sizeof(uint64_t))
_Static_assert(offsetof(struct zcxsk_stats, rx_packets) == sizeof(uint64_t) &&
		       sizeof(struct zcxsk_stats) % sizeof(uint64_t) == 0,
	       "the numbers can be treated as an array");

/*
 * Completes a copy of the socket's counters: the fields that are read from the indices of the
 * rings, and the places of the frames.
 */
void stats_locate(const struct zcxsk_socket *s, struct zcxsk_stats *st);

/* Reads everything; 0, or -errno of getsockopt(). Any thread. */
int stats_read(struct zcxsk_socket *s, struct zcxsk_stats *st);

/*
 * For the owner, before it replaces the rings and after; in between, if the descriptor is
 * replaced, too: the kernel counts from 0 on.
 */
void stats_pause(struct zcxsk_socket *s);
void stats_end_queue(struct zcxsk_socket *s);
void stats_resume(struct zcxsk_socket *s);

#endif
