/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carrier.h - waits for the link: many drivers reset it when a program is attached or a queue
 * is bound, and nothing can be said about a queue before it is back.
 */
#ifndef ZCXSK_LIB_SOCKET_CARRIER_H
#define ZCXSK_LIB_SOCKET_CARRIER_H

#include "datapath/socket.h"

/* Whether there is a link now; true if that cannot be read. */
bool carrier_is_there(struct zcxsk_socket *s);

/*
 * Notes at open whether a link that is not there may return by itself: an earlier socket was
 * closed a moment ago, or its program attached. A cable that was pulled looks the same.
 */
void carrier_note_before(struct zcxsk_socket *s);

/*
 * Waits up to carrier_timeout_ns for a link that was there before, according to setup.nic, or
 * that may return. Returns 0, also if the latter did not; -ETIMEDOUT; or -ENXIO if the
 * interface is gone.
 */
int carrier_await(struct zcxsk_socket *s);

#endif
