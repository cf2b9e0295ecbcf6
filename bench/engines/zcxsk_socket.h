/* SPDX-License-Identifier: BSD-2-Clause */
/* zcxsk_socket.h - the library's socket for the turns of its engine. */
#ifndef ZCXSK_BENCH_ZCXSK_SOCKET_H
#define ZCXSK_BENCH_ZCXSK_SOCKET_H

#include <zcxsk/zcxsk.h>

#include "engine.h"

enum { ZCXSK_ENGINE_BATCH_MAX = 2048 /* packets a burst */ };

/* Flags as for zcxsk_socket_open(). 0, or -errno with `why` filled. */
int zcxsk_engine_open(struct zcxsk_socket **socket, const struct engine_setup *setup,
		      uint32_t flags, struct engine_turn *turn, char *why);
/* Writes the packet into every frame, at the offset of zcxsk_tx_alloc(). */
void zcxsk_engine_fill_in(struct zcxsk_socket *socket, const struct engine_setup *setup);
/* Reads the data path's system calls since the socket was opened. */
void zcxsk_engine_count_calls(struct zcxsk_socket *socket, struct engine_turn *turn);
/* 0 if the turn can continue after this error of a wait, else the error. */
int zcxsk_engine_serious(int ret);

#endif
