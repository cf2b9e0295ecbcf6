/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flood.h - a thread at the far end that sends to the near end as fast as it
 * can, on a plain socket of libxdp, so that every engine gets the same.
 */
#ifndef ZCXSK_BENCH_FLOOD_H
#define ZCXSK_BENCH_FLOOD_H

#include "engine.h"
#include "place.h"

struct flood;

/* Opens the socket and waits. 0, or -errno with `why` filled. */
int flood_open(struct flood **out, const struct place *place, uint32_t packet_size, char *why);
/* Lets it go; as engine_setup's ready. */
void flood_start(void *flood);
/* Packets that it has sent so far. For any thread. */
uint64_t flood_sent(struct flood *flood);
/* Ends it. */
void flood_close(struct flood *flood);

#endif
