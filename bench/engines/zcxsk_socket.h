/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zcxsk_socket.h - the library's socket as the turns of its engine use it.
 */
#ifndef ZCXSK_BENCH_ZCXSK_SOCKET_H
#define ZCXSK_BENCH_ZCXSK_SOCKET_H

#include <zcxsk/zcxsk.h>

#include "engine.h"

enum { ZCXSK_ENGINE_BATCH_MAX = 2048 /* packets a burst */ };

/* Flags as for zcxsk_socket_open(). 0, or -errno with `why` filled. */
int zcxsk_engine_open(struct zcxsk_socket **socket, const struct engine_setup *setup,
		      uint32_t flags, struct engine_turn *turn, char *why);
/* The packet into every frame, where zcxsk_tx_alloc() will have it begin. */
void zcxsk_engine_fill_in(struct zcxsk_socket *socket, const struct engine_setup *setup);
/* System calls of the data path since it was opened. */
void zcxsk_engine_count_calls(struct zcxsk_socket *socket, struct engine_turn *turn);
/* What an error of a wait means for the turn: 0 = go on. */
int zcxsk_engine_serious(int rc);

#endif
