/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * answer.c - the thread at the far end, on a plain socket.
 */
#include "answer.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel_socket.h"
#include "plain.h"

enum { BATCH = 16 /* packets at most; one is on its way at a time */ };

struct answer {
	const struct place *place;
	pthread_t thread;
	sem_t opened;
	atomic_bool ended;
	int rc;
	char why[WHY_BYTES];
	struct plain plain;
};

bool answer_is_possible(const struct place *place)
{
	return place->kind == PLACE_VETH && place->cpu != place->far_cpu;
}

static int open_far(struct answer *a)
{
	struct plain_opts opts = {.ifname = a->place->far,
				  .mode = "native-copy",
				  .packet_size = PACKET_MIN, /* frames hold all but jumbo packets */
				  .sends = true,
				  .receives = true};
	int rc = place_enter_far(a->place);

	if (rc)
		return engine_fails(a->why, "far end's namespace", -rc);
	place_pin(a->place->far_cpu);
	return plain_open(&a->plain, &opts, a->why);
}

/* Each goes back in its own frame; a free one takes its place in the fill ring. */
static void send_back(struct plain *p)
{
	uint64_t frames[BATCH];
	uint32_t from, to, n;

	plain_reap(p);
	n = plain_peek(p, p->free_count < BATCH ? p->free_count : BATCH, true, &from);
	if (!n)
		return;
	if (xsk_ring_prod__reserve(&p->tx, n, &to) != n) {
		xsk_ring_cons__cancel(&p->rx, n);
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		const struct xdp_desc *in = xsk_ring_cons__rx_desc(&p->rx, from + i);

		packet_answer(p->area + in->addr, in->len);
		*xsk_ring_prod__tx_desc(&p->tx, to + i) = *in;
		frames[i] = p->free_frames[--p->free_count];
	}
	xsk_ring_cons__release(&p->rx, n);
	(void)plain_submit(p, n); /* an echo that did not go is a lost one */
	plain_refill(p, frames, n);
}

static void *answer_run(void *context)
{
	struct answer *a = context;

	a->rc = open_far(a);
	sem_post(&a->opened);
	if (a->rc)
		return NULL;
	while (!atomic_load_explicit(&a->ended, memory_order_relaxed))
		send_back(&a->plain);
	plain_drain(&a->plain);
	plain_close(&a->plain);
	return NULL;
}

int answer_open(struct answer **out, const struct place *place, char *why)
{
	struct answer *a = calloc(1, sizeof(*a));
	int rc;

	if (!a)
		return engine_fails(why, "memory", ENOMEM);
	a->place = place;
	sem_init(&a->opened, 0, 0);
	rc = pthread_create(&a->thread, NULL, answer_run, a);
	if (rc) {
		free(a);
		return engine_fails(why, "thread", rc);
	}
	while (sem_wait(&a->opened) && errno == EINTR)
		;
	rc = a->rc;
	if (rc) {
		snprintf(why, WHY_BYTES, "%.190s", a->why);
		answer_close(a);
		return rc;
	}
	*out = a;
	return 0;
}

void answer_close(struct answer *a)
{
	atomic_store(&a->ended, true);
	pthread_join(a->thread, NULL);
	sem_destroy(&a->opened);
	free(a);
}
