/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flood.c - the far end's sender.
 */
#include "flood.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel_socket.h"
#include "plain.h"

enum {
	BATCH = 64, /* packets a kick */
	/*
	 * Frames to send from. Few, so that the near end's rings take in what
	 * is on its way after the near end has stopped to look.
	 */
	FRAMES = 512,
};

struct flood {
	const struct place *place;
	uint32_t packet_size;
	pthread_t thread;
	sem_t opened, started;
	atomic_bool ended;
	atomic_uint_least64_t sent; /* packets so far, for the near end */
	int rc;
	char why[WHY_BYTES];
	struct plain plain;
};

/* The far end's program, if any, stays: a socket that only sends needs none of its own. */
static int open_far(struct flood *f)
{
	static const char *const ladder[] = {"zero-copy", "native-copy", "generic-copy"};
	struct plain_opts opts = {.ifname = f->place->far,
				  .packet_size = f->packet_size,
				  .frames = FRAMES,
				  .sends = true};
	uint8_t packet[PACKET_MAX];
	int rc = place_enter_far(f->place);

	if (rc)
		return engine_fails(f->why, "far end's namespace", -rc);
	place_pin(f->place->far_cpu);
	for (size_t i = 0; i < sizeof(ladder) / sizeof(ladder[0]); i++) {
		opts.mode = ladder[i];
		rc = plain_open(&f->plain, &opts, f->why);
		if (!rc)
			break;
	}
	if (rc)
		return rc;
	packet_make(packet, f->place, false, f->packet_size);
	plain_fill_in(&f->plain, packet, f->packet_size);
	return 0;
}

static void *flood_run(void *context)
{
	struct flood *f = context;

	f->rc = open_far(f);
	sem_post(&f->opened);
	if (f->rc)
		return NULL;
	while (sem_wait(&f->started) && errno == EINTR)
		;
	while (!atomic_load_explicit(&f->ended, memory_order_relaxed)) {
		plain_reap(&f->plain);
		f->rc = plain_send(&f->plain, BATCH, f->packet_size, true);
		if (f->rc < 0)
			break;
		atomic_store_explicit(&f->sent, f->plain.completed, memory_order_relaxed);
	}
	plain_drain(&f->plain);
	plain_close(&f->plain);
	return NULL;
}

int flood_open(struct flood **out, const struct place *place, uint32_t packet_size, char *why)
{
	struct flood *f;
	int rc;

	if (!place->far[0]) {
		snprintf(why, WHY_BYTES, "there is no far end to send from");
		return -EOPNOTSUPP;
	}
	f = calloc(1, sizeof(*f));
	if (!f)
		return engine_fails(why, "memory", ENOMEM);
	f->place = place;
	f->packet_size = packet_size;
	sem_init(&f->opened, 0, 0);
	sem_init(&f->started, 0, 0);
	rc = pthread_create(&f->thread, NULL, flood_run, f);
	if (rc) {
		free(f);
		return engine_fails(why, "thread", rc);
	}
	while (sem_wait(&f->opened) && errno == EINTR)
		;
	*out = f;
	rc = f->rc;
	if (rc) {
		snprintf(why, WHY_BYTES, "far end: %.180s", f->why);
		flood_close(f);
	}
	return rc;
}

void flood_start(void *flood)
{
	struct flood *f = flood;

	sem_post(&f->started);
}

uint64_t flood_sent(struct flood *f)
{
	return atomic_load_explicit(&f->sent, memory_order_relaxed);
}

void flood_close(struct flood *f)
{
	atomic_store(&f->ended, true);
	sem_post(&f->started); /* for one that was never started */
	pthread_join(f->thread, NULL);
	sem_destroy(&f->opened);
	sem_destroy(&f->started);
	free(f);
}
