/* SPDX-License-Identifier: BSD-2-Clause */
/* stats.h - where the frames of a socket are at this moment. */
#ifndef ZCXSK_LIB_SOCKET_STATS_H
#define ZCXSK_LIB_SOCKET_STATS_H

#include "datapath/socket.h"

/* Fills the "where" group of *st and the counters of bursts; without asking the kernel. */
void stats_locate(const struct zcxsk_socket *s, struct zcxsk_stats *st);

#endif
