/* SPDX-License-Identifier: BSD-2-Clause */
/* handoff_zcxsk.c - the library's handoff. */
#include <stdlib.h>
#include <zcxsk/zcxsk.h>

#include "handoff.h"

/* The packets are not real frames, but a handoff needs a pool. */
struct zcxsk_way {
	struct zcxsk_umem *umem;
	struct zcxsk_pool *pool;
	struct zcxsk_handoff *handoff;
};

static void way_close(void *handle)
{
	struct zcxsk_way *w = handle;
	struct zcxsk_packet rest[HANDOFF_BATCH_MAX];

	while (zcxsk_handoff_pop(w->handoff, rest, HANDOFF_BATCH_MAX))
		;
	zcxsk_handoff_destroy(w->handoff);
	zcxsk_pool_destroy(w->pool);
	zcxsk_umem_destroy(w->umem);
	free(w);
}

static void *way_open(void)
{
	struct zcxsk_handoff_opts opts;
	struct zcxsk_umem_opts memory;
	struct zcxsk_way *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	zcxsk_handoff_opts_init(&opts);
	opts.entries = HANDOFF_ENTRIES;
	zcxsk_umem_opts_init(&memory);
	memory.frames = 1;
	if (!zcxsk_umem_create(&w->umem, &memory, NULL) &&
	    !zcxsk_pool_create(&w->pool, w->umem, NULL, NULL) &&
	    !zcxsk_handoff_create(&w->handoff, w->pool, &opts, NULL))
		return w;
	way_close(w);
	return NULL;
}

static uint32_t way_push(void *handle, const struct zcxsk_packet *packets, uint32_t n)
{
	struct zcxsk_way *w = handle;
	uint32_t count;

	(void)!zcxsk_handoff_push_wait(w->handoff, packets, n, handoff_patience_ns, &count);
	return count;
}

static uint32_t way_pop(void *handle, struct zcxsk_packet *packets, uint32_t max)
{
	struct zcxsk_way *w = handle;
	uint32_t count;

	(void)!zcxsk_handoff_pop_wait(w->handoff, packets, max, handoff_patience_ns, &count);
	return count;
}

const struct handoff_way handoff_zcxsk = {
	.engine = "zcxsk", .open = way_open, .close = way_close, .push = way_push, .pop = way_pop};
