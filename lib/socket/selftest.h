/* SPDX-License-Identifier: BSD-2-Clause */
/* selftest.h - does this queue send? */
#ifndef ZCXSK_LIB_SOCKET_SELFTEST_H
#define ZCXSK_LIB_SOCKET_SELFTEST_H

#include "datapath/socket.h"

/*
 * Sends one small frame to the interface's own address and looks whether the
 * driver takes it. A bind can succeed on queues that never send: ones that a
 * driver keeps for XDP, or with its TX NAPI off. 0, or -EIO; also 0 where
 * there is nothing to test.
 */
int selftest_run(struct zcxsk_socket *s);

#endif
