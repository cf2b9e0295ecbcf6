/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * far_thread.h - a thread on the far end's processor, on a plain socket of
 * libxdp: it floods the near end, the same for every engine, or sends back what
 * it receives. On a veth pair an echo from XDP arrives before the sending call
 * returns, so that no engine would ever wait for it.
 */
#ifndef ZCXSK_BENCH_FAR_THREAD_H
#define ZCXSK_BENCH_FAR_THREAD_H

#include "engine.h"
#include "place.h"

struct far_thread;

/* False if both ends share one processor; then the echo must come from XDP. */
bool answer_is_possible(const struct place *place);
/*
 * Opens a sender of such packets, which waits for far_thread_start(); or, with size 0,
 * starts to send echoes, for which the far end must be free (FAR_PASSES). 0, or -errno
 * with `why` filled and *out NULL.
 */
int far_thread_open(struct far_thread **out, const struct place *place, uint32_t packet_size,
		    char *why);
void far_thread_start(struct far_thread *thread);
/* Packets sent so far. For any thread. */
uint64_t far_thread_sent(struct far_thread *thread);
void far_thread_close(struct far_thread *thread);

#endif
