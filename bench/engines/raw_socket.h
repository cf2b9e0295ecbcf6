/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_socket.h - a packet socket that bypasses the queueing discipline. */
#ifndef ZCXSK_BENCH_RAW_SOCKET_H
#define ZCXSK_BENCH_RAW_SOCKET_H

#include "engine.h"

/* The descriptor, or -errno with `why` filled. */
int raw_socket_open(const struct engine_setup *setup, char *why);
/* Starts to receive, unless the socket only sends. Create rings first. */
int raw_socket_bind(int fd, const struct engine_setup *setup, bool receives, char *why);

#endif
