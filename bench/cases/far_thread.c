/* SPDX-License-Identifier: BSD-2-Clause */
/* far_thread.c - the far end's sender and its echo. */
#include "far_thread.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "plain.h"

enum {
	BATCH = 64,	   /* packets a kick of the flood */
	ECHOES = 16,	   /* packets at most; one is in flight at a time */
	FLOOD_FRAMES = 512 /* few: the near end's rings hold all of them after it stopped */
};

struct far_thread {
	const struct place *place;
	struct plain_opts opts;
	bool floods;
	pthread_t thread;
	sem_t opened, started;
	atomic_bool ended;
	atomic_uint_least64_t sent; /* packets so far, for the near end */
	int ret;
	char why[WHY_BYTES];
	struct plain plain;
};

static int open_far(struct far_thread *t)
{
	uint8_t packet[PACKET_MAX];
	int ret = place_enter_far(t->place);

	if (ret)
		return engine_fails(t->why, "far end's namespace", -ret);
	place_pin(t->place->far_cpu);
	ret = plain_open_best(&t->plain, &t->opts, t->why);
	if (ret || !t->floods)
		return ret;
	packet_make(packet, t->place, false, t->opts.packet_size);
	plain_fill_in(&t->plain, packet, t->opts.packet_size);
	return 0;
}

/* Sends each echo in the received frame; a free frame replaces it in the fill ring. */
static void send_back(struct plain *p)
{
	uint64_t frames[ECHOES];
	uint32_t from, to, n;

	plain_reap(p);
	n = plain_peek(p, p->free_count < ECHOES ? p->free_count : ECHOES, true, &from);
	if (!n)
		return;
	if (xsk_ring_prod__reserve(&p->tx, n, &to) != n) {
		xsk_ring_cons__cancel(&p->rx, n);
		return;
	}
	plain_turn_around(p, from, to, n, frames, packet_answer);
	(void)plain_submit(p, n); /* an echo that was not sent counts as lost */
	plain_refill(p, frames, n);
}

static void *run(void *context)
{
	struct far_thread *t = context;

	t->ret = open_far(t);
	sem_post(&t->opened);
	if (t->ret)
		return NULL;
	while (t->floods && sem_wait(&t->started) && errno == EINTR)
		;
	while (!atomic_load_explicit(&t->ended, memory_order_relaxed) && t->ret >= 0) {
		if (t->floods) {
			plain_reap(&t->plain);
			t->ret = plain_send(&t->plain, BATCH, t->opts.packet_size, true);
		} else {
			send_back(&t->plain);
		}
		atomic_store_explicit(&t->sent, t->plain.completed, memory_order_relaxed);
	}
	plain_drain(&t->plain);
	plain_close(&t->plain);
	return NULL;
}

bool answer_is_possible(const struct place *place)
{
	return place->kind == PLACE_VETH && place->cpu != place->far_cpu;
}

static struct far_thread *make_thread(const struct place *place, uint32_t packet_size)
{
	struct far_thread *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->place = place;
	t->floods = packet_size;
	/* The far end keeps its XDP program: a socket that only sends needs none. */
	t->opts = (struct plain_opts){.ifname = place->far, .sends = true, .receives = !t->floods};
	t->opts.mode = t->floods ? NULL : "native-copy";
	t->opts.packet_size = t->floods ? packet_size : PACKET_MIN; /* frames hold more */
	t->opts.frames = t->floods ? FLOOD_FRAMES : 0;
	sem_init(&t->opened, 0, 0);
	sem_init(&t->started, 0, 0);
	return t;
}

int far_thread_open(struct far_thread **out, const struct place *place, uint32_t packet_size,
		    char *why)
{
	struct far_thread *t;
	int ret;

	if (!place->far[0])
		return engine_refuses(why, EOPNOTSUPP, "there is no far end to send from");
	t = make_thread(place, packet_size);
	ret = t ? pthread_create(&t->thread, NULL, run, t) : ENOMEM;
	if (ret) {
		free(t);
		return engine_fails(why, "thread", ret);
	}
	while (sem_wait(&t->opened) && errno == EINTR)
		;
	ret = t->ret;
	if (ret) {
		engine_refuses(why, -ret, "far end: %.180s", t->why);
		far_thread_close(t);
		t = NULL;
	}
	*out = t;
	return ret;
}

void far_thread_start(struct far_thread *t)
{
	sem_post(&t->started);
}

uint64_t far_thread_sent(struct far_thread *t)
{
	return atomic_load_explicit(&t->sent, memory_order_relaxed);
}

void far_thread_close(struct far_thread *t)
{
	atomic_store(&t->ended, true);
	sem_post(&t->started); /* for one that was never started */
	pthread_join(t->thread, NULL);
	sem_destroy(&t->opened);
	sem_destroy(&t->started);
	free(t);
}
