/* SPDX-License-Identifier: BSD-2-Clause */
/* frames_plan.h - how many frames a queue needs. */
#ifndef ZCXSK_LIB_SOCKET_FRAMES_PLAN_H
#define ZCXSK_LIB_SOCKET_FRAMES_PLAN_H

#include "datapath/socket.h"

/* Sets the floor of frames, after the queue was opened and its mode is known. */
void frames_set_floor(struct zcxsk_socket *s);

#endif
