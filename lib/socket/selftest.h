/* SPDX-License-Identifier: BSD-2-Clause */
/* selftest.h - tests whether a queue sends. */
#ifndef ZCXSK_LIB_SOCKET_SELFTEST_H
#define ZCXSK_LIB_SOCKET_SELFTEST_H

#include "datapath/socket.h"

/*
 * Sends a small frame to the interface's own address and checks that the driver takes
 * it. A bind can succeed on a queue that never sends: one that the driver reserves for
 * XDP, or with its TX NAPI off. Without a link nothing can be said; info.untested is set
 * then. Returns 0, also if there is nothing to test, -EIO, -ENETDOWN, -ENXIO, or
 * -ETIMEDOUT if the link was lost meanwhile and did not return in time.
 */
int selftest_run(struct zcxsk_socket *s);

#endif
