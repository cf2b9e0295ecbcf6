/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * raw_socket.h - opens a packet socket on the interface, past the queueing
 * discipline, as every engine on AF_PACKET does.
 */
#ifndef ZCXSK_BENCH_RAW_SOCKET_H
#define ZCXSK_BENCH_RAW_SOCKET_H

#include "engine.h"

/* The descriptor, or -errno with `why` filled. It gets packets after raw_socket_bind(). */
int raw_socket_open(const struct engine_setup *setup, char *why);
/* Rings are made before this. One that only sends is spared all that comes in. */
int raw_socket_bind(int fd, const struct engine_setup *setup, bool receives, char *why);

#endif
