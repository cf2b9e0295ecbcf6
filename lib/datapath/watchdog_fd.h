/* SPDX-License-Identifier: BSD-2-Clause */
/* watchdog_fd.h - the descriptor that wakes the application's own event loop. */
#ifndef ZCXSK_LIB_DATAPATH_WATCHDOG_FD_H
#define ZCXSK_LIB_DATAPATH_WATCHDOG_FD_H

#include "datapath/socket.h"

/* There is no descriptor yet. */
void timer_init(struct zcxsk_socket *s);

/* After sending: arms the timer for the tail time and the watchdog, if it is not armed. */
void timer_arm(struct zcxsk_socket *s);

void timer_close(struct zcxsk_socket *s);

#endif
