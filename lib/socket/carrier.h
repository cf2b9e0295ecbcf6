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
 * Waits up to carrier_timeout_ns if the interface had a link before, according to setup.nic.
 * Returns 0, -ETIMEDOUT, or -ENXIO if the interface is gone.
 */
int carrier_await(struct zcxsk_socket *s);

#endif
