/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * siblings.h - the other sockets on a socket's cache. They have the same owner thread, so a call
 * that finds no frame may take those that were completed there. The fast path never looks at
 * them.
 */
#ifndef ZCXSK_LIB_DATAPATH_SIBLINGS_H
#define ZCXSK_LIB_DATAPATH_SIBLINGS_H

#include "datapath/socket.h"

/* Reaps the completions of all siblings. Returns the number of frames returned to the cache. */
uint32_t siblings_reap(struct zcxsk_socket *s);

/* The same, but tries everything that does not wait: kicks them and runs their watchdogs. */
uint32_t siblings_reclaim(struct zcxsk_socket *s);

/* True if a sibling has packets in flight whose frames may return without a rebuild. */
bool siblings_in_flight(const struct zcxsk_socket *s);

#endif
