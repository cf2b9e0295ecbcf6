/* SPDX-License-Identifier: BSD-2-Clause */
/* watchdog_fd.h - the descriptor by which a foreign event loop is woken. */
#ifndef ZCXSK_LIB_DATAPATH_WATCHDOG_FD_H
#define ZCXSK_LIB_DATAPATH_WATCHDOG_FD_H

#include "datapath/socket.h"

/* No descriptor yet. */
void timer_init(struct zcxsk_socket *s);

/* After sending: arms it for the tail and the watchdog, where it is not yet. */
void timer_arm(struct zcxsk_socket *s);

void timer_close(struct zcxsk_socket *s);

#endif
