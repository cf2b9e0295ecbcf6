/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kicker.c - a thread that kicks for an owner that may not wake up. It runs only if the
 * application starts it, and touches no ring.
 */
#include <zcxsk/watchdog.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "datapath/socket.h"
#include "datapath/kick.h"
#include "datapath/outstanding.h"
#include "base/clock.h"

#define INTERVAL_DEFAULT_NS 10000000ull /* the watchdog's longest interval */
#define INTERVAL_MAX_NS 1000000000ull	/* longer than anyone would accept waiting for a frame */

struct zcxsk_kicker {
	struct zcxsk_socket *socket;
	uint64_t interval_ns;
	uint64_t kicks;
	bool stop;
	pthread_t thread;
	pthread_mutex_t lock; /* protects stop */
	pthread_cond_t stopped;
	struct fork_node fork;
};

/* True if the interval passed without a stop request. */
static bool pause_over(struct zcxsk_kicker *k)
{
	struct timespec at = clock_timespec(clock_deadline(k->interval_ns));
	bool stop;

	pthread_mutex_lock(&k->lock);
	while (!k->stop && pthread_cond_timedwait(&k->stopped, &k->lock, &at) != ETIMEDOUT)
		;
	stop = k->stop;
	pthread_mutex_unlock(&k->lock);
	return !stop;
}

/* Not while the owner replaces the rings, as it does to hand them to the program. */
static bool kick_is_due(struct zcxsk_socket *s)
{
	bool due;

	pthread_mutex_lock(&s->readers.lock);
	due = !s->readers.paused && outstanding_in_kernel(s);
	pthread_mutex_unlock(&s->readers.lock);
	return due;
}

static void *run(void *argument)
{
	struct zcxsk_kicker *k = argument;

	while (pause_over(k)) {
		if (!kick_is_due(k->socket))
			continue;
		kick_bare(k->socket);
		k->kicks++;
	}
	return NULL;
}

/* Signals are for the application's own threads. */
static int start_quiet(struct zcxsk_kicker *k)
{
	sigset_t all, before;
	int ret;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = pthread_create(&k->thread, NULL, run, k);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -ret;
}

static void init_lock(struct zcxsk_kicker *k)
{
	clock_cond_init(&k->stopped);
	pthread_mutex_init(&k->lock, NULL);
}

static void kicker_free(struct zcxsk_kicker *k)
{
	fork_unregister(&k->fork);
	pthread_cond_destroy(&k->stopped);
	pthread_mutex_destroy(&k->lock);
	free(k);
}

int zcxsk_kicker_start(struct zcxsk_kicker **out, struct zcxsk_socket *socket, uint64_t interval_ns)
{
	struct zcxsk_kicker *k;
	int ret;

	if (out)
		*out = NULL;
	if (!out || !socket || !socket->has_tx || interval_ns > INTERVAL_MAX_NS)
		return socket_refuses(socket);
	if (fork_check(&socket->setup.fork))
		return -EOWNERDEAD;
	k = calloc(1, sizeof(*k));
	if (!k)
		return -ENOMEM;
	k->socket = socket;
	k->interval_ns = interval_ns ? interval_ns : INTERVAL_DEFAULT_NS;
	init_lock(k);
	ret = fork_register(&k->fork, NULL, k);
	if (!ret)
		ret = start_quiet(k);
	if (ret) {
		kicker_free(k);
		return ret;
	}
	*out = k;
	return 0;
}

uint64_t zcxsk_kicker_stop(struct zcxsk_kicker *k)
{
	uint64_t kicks;

	/* A child has no such thread to stop. */
	if (!k || fork_check(&k->fork))
		return 0;
	pthread_mutex_lock(&k->lock);
	k->stop = true;
	pthread_cond_signal(&k->stopped);
	pthread_mutex_unlock(&k->lock);
	pthread_join(k->thread, NULL);
	kicks = k->kicks;
	kicker_free(k);
	return kicks;
}
