/* SPDX-License-Identifier: BSD-2-Clause */
/* stats.h - where the frames of a socket currently are. */
#ifndef ZCXSK_LIB_SOCKET_STATS_H
#define ZCXSK_LIB_SOCKET_STATS_H

#include "datapath/socket.h"

/* Fills the in_* fields and the burst counters of *st from the indices of the rings. */
void stats_locate(const struct zcxsk_socket *s, struct zcxsk_stats *st);

#endif
