/* SPDX-License-Identifier: BSD-2-Clause */
/* soak_thread.c - the data path of the soak, and the gate at which its threads stop. */
#include "soak_thread.h"

#include <errno.h>
#include <poll.h>

#include "check.h"
#include "soak_packet.h"

#define WAIT_MS 4u /* longest wait */
#define PAUSE_MS 2 /* after a fault, and without a socket */
#define MS_NS 1000000ull
#define SEND_MOST SOAK_BURST
#define EVENTS 16u

/* ---- results ------------------------------------------------------------------ */

/* Link and device come and go; every other result is a fault of the library. */
static void check_result(struct soak_thread *t, const char *behaviour, int ret)
{
	switch (ret) {
	case 0:
	case -ETIMEDOUT:
	case -EINTR:
		return;
	case -ENXIO:
		t->gone = true;
		break;
	case -EAGAIN:
	case -ETIME:
	case -ENOBUFS:
	case -ENETDOWN:
		break;
	default:
		CHECK_EQ(behaviour, ret, 0);
	}
	poll(NULL, 0, PAUSE_MS);
}

static bool chance(struct soak_thread *t, uint32_t percent)
{
	return prng_below(&t->prng, 100) < percent;
}

/* ---- frames --------------------------------------------------------------------- */

/* Counts frames that the thread got; plants a leak when the count passes its multiple. */
static void count_frames(struct soak_thread *t, uint32_t n)
{
	uint64_t every = t->sh->leak_every, before = atomic_fetch_add(&t->sh->handled, n);

	if (every && before / every != (before + n) / every)
		t->leaks++;
}

static void release(struct soak_thread *t, const struct zcxsk_packet *p, uint32_t n)
{
	if (n && t->leaks) {
		t->leaks--;
		n--;
		atomic_fetch_add(&t->sh->leaked, 1);
	}
	CHECK_EQ("frames can be released", zcxsk_packet_release(t->socket, p, n), n);
}

/* Holds as many of the packets as it may, and releases the others. */
static void keep(struct soak_thread *t, const struct zcxsk_packet *p, uint32_t n)
{
	while (n && t->held_count < t->keep) {
		t->held[t->held_count++] = *p++;
		n--;
	}
	release(t, p, n);
}

void soak_thread_let_go(struct soak_thread *t, uint32_t left)
{
	while (t->held_count > left) {
		uint32_t n = t->held_count - left;

		if (n > SOAK_BURST)
			n = SOAK_BURST;
		t->held_count -= n;
		release(t, t->held + t->held_count, n);
	}
}

void soak_thread_empty(struct soak_thread *t)
{
	struct zcxsk_packet p[SOAK_BURST];
	uint32_t n;

	while (t->in && (n = zcxsk_handoff_pop(t->in, p, SOAK_BURST)) > 0)
		release(t, p, n);
}

/* ---- sending --------------------------------------------------------------------- */

/* Sends packets that the thread owns. Returns the number sent. */
static uint32_t send_some(struct soak_thread *t, const struct zcxsk_packet *p, uint32_t n)
{
	uint32_t taken;
	int ret;

	if (chance(t, 50)) {
		taken = zcxsk_tx_burst(t->socket, p, n);
		ret = taken < n ? zcxsk_socket_status(t->socket) : 0;
	} else {
		ret = zcxsk_tx_wait(t->socket, p, n, prng_below(&t->prng, WAIT_MS) * MS_NS, &taken);
	}
	check_result(t, "a sender continues", ret);
	return taken;
}

static void send_new(struct soak_thread *t)
{
	uint32_t wanted = prng_below(&t->prng, SEND_MOST + 1), n, taken;
	struct zcxsk_packet p[SEND_MOST];
	uint64_t first;

	n = zcxsk_tx_alloc(t->socket, p, wanted, 0);
	count_frames(t, n);
	first = atomic_fetch_add(&t->sh->next[t->queue], n);
	for (uint32_t i = 0; i < n; i++)
		p[i].len = soak_write(t->sh, zcxsk_packet_data(zcxsk_socket_base(t->socket), &p[i]),
				      (first + i) | (uint64_t)t->queue << SOAK_QUEUE_AT);
	taken = send_some(t, p, n);
	atomic_fetch_add(&t->sh->sent, taken);
	keep(t, p + taken, n - taken);
}

/* Takes free frames, so that few are left for everything else. */
static void hoard(struct soak_thread *t)
{
	struct zcxsk_packet p[SOAK_BURST];
	uint32_t n = zcxsk_tx_alloc(t->socket, p, SOAK_BURST, 0);

	count_frames(t, n);
	keep(t, p, n);
}

/* Sends received packets from the frames that they arrived in. */
static void reflect(struct soak_thread *t, struct zcxsk_packet *p, uint32_t n)
{
	uint32_t taken;

	for (uint32_t i = 0; i < n; i++)
		soak_reflect(t->sh, zcxsk_packet_data(zcxsk_socket_base(t->socket), &p[i]));
	taken = send_some(t, p, n);
	atomic_fetch_add(&t->sh->reflected, taken);
	release(t, p + taken, n - taken);
}

/* ---- receiving ------------------------------------------------------------------ */

static void check_packets(struct soak_thread *t, const struct zcxsk_packet *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint64_t number = soak_check(zcxsk_packet_data(zcxsk_socket_base(t->socket), &p[i]),
					     p[i].len);

		soak_arrived("no packet is received twice", t->sh->seen, number);
	}
	atomic_fetch_add(&t->sh->received, n);
	count_frames(t, n);
}

static void hand_on(struct soak_thread *t, const struct zcxsk_packet *p, uint32_t n)
{
	uint32_t pushed = 0;
	int ret = 0;

	if (t->out && chance(t, 50))
		pushed = zcxsk_handoff_push(t->out, p, n);
	else if (t->out)
		ret = zcxsk_handoff_push_wait(t->out, p, n, prng_below(&t->prng, WAIT_MS) * MS_NS,
					      &pushed);
	check_result(t, "a pushing thread continues", ret);
	atomic_fetch_add(&t->sh->handed, pushed);
	release(t, p + pushed, n - pushed);
}

static void deal(struct soak_thread *t, struct zcxsk_packet *p, uint32_t n)
{
	switch (prng_below(&t->prng, 4)) {
	case 0:
		keep(t, p, n);
		break;
	case 1:
		hand_on(t, p, n);
		break;
	case 2:
		reflect(t, p, n);
		break;
	default:
		release(t, p, n);
	}
}

/* Receives without a copy; whole views are released at times, which is the fast path. */
static void receive_view(struct soak_thread *t)
{
	struct zcxsk_packet copy[SOAK_BURST];
	const struct zcxsk_packet *p;
	uint32_t n = zcxsk_rx_view(t->socket, &p, SOAK_BURST);

	if (!n)
		return;
	check_packets(t, p, n);
	if (chance(t, 50)) {
		release(t, p, n);
		return;
	}
	memcpy(copy, p, n * sizeof(*p));
	deal(t, copy, n);
}

static void check_event(const struct zcxsk_event *e)
{
	CHECK("events have a type and a count",
	      e->type >= ZCXSK_EVENT_STALL && e->type <= ZCXSK_EVENT_PROGRAM_SILENT && e->count);
}

/* Sleeps like a program with its own event loop. */
static void serve(struct soak_thread *t)
{
	int fd = zcxsk_socket_service_fd(t->socket);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	struct zcxsk_event events[EVENTS];
	uint32_t n;

	/* The first call creates the descriptor, for which there may be none, or no card. */
	CHECK("the service descriptor is available",
	      fd >= 0 || fd == -EMFILE || fd == -ENOMEM || fd == -ENXIO || fd == -ENODEV);
	poll(&p, fd >= 0, (int)prng_below(&t->prng, WAIT_MS + 1));
	CHECK_EQ("a socket is served", zcxsk_socket_service(t->socket, events, EVENTS, &n), 0);
	for (uint32_t i = 0; i < n; i++)
		check_event(&events[i]);
	atomic_fetch_add(&t->sh->events, n);
	check_result(t, "a served socket continues", zcxsk_socket_status(t->socket));
}

static void receive(struct soak_thread *t)
{
	struct zcxsk_packet p[SOAK_BURST];
	uint32_t n;
	int ret;

	if (chance(t, 15))
		serve(t);
	if (chance(t, 25)) {
		receive_view(t);
		return;
	}
	if (chance(t, 25)) {
		n = zcxsk_rx_burst(t->socket, p, 1 + prng_below(&t->prng, SOAK_BURST));
	} else {
		ret = zcxsk_rx_wait(t->socket, p, SOAK_BURST,
				    prng_below(&t->prng, WAIT_MS + 1) * MS_NS, &n);
		check_result(t, "a receiver continues", ret);
	}
	check_packets(t, p, n);
	deal(t, p, n);
}

static void pop(struct soak_thread *t)
{
	struct zcxsk_packet p[SOAK_BURST];
	uint32_t n = 0;

	if (chance(t, 75))
		n = zcxsk_handoff_pop(t->in, p, SOAK_BURST);
	else
		check_result(t, "a popping thread continues",
			     zcxsk_handoff_pop_wait(t->in, p, SOAK_BURST, MS_NS, &n));
	if (chance(t, 50))
		reflect(t, p, n);
	else
		keep(t, p, n);
}

/* ---- the thread ------------------------------------------------------------------ */

static void step(struct soak_thread *t)
{
	if (!t->socket) {
		poll(NULL, 0, PAUSE_MS);
		return;
	}
	receive(t);
	if (t->in)
		pop(t);
	send_new(t);
	if (t->keep > SOAK_KEEP)
		hoard(t);
	else if (t->held_count > t->keep)
		soak_thread_let_go(t, t->keep);
	else if (chance(t, 30))
		soak_thread_let_go(t, prng_below(&t->prng, t->held_count + 1));
}

/* Returns false when the thread is to end. */
static bool pass_gate(struct soak_thread *t)
{
	bool quit;

	pthread_mutex_lock(&t->mutex);
	while (t->stop && !t->quit) {
		t->stopped = true;
		pthread_cond_broadcast(&t->changed);
		pthread_cond_wait(&t->changed, &t->mutex);
	}
	t->stopped = false;
	quit = t->quit;
	pthread_mutex_unlock(&t->mutex);
	return !quit;
}

static void *run(void *argument)
{
	struct soak_thread *t = argument;

	while (pass_gate(t))
		step(t);
	return NULL;
}

/* A new thread is stopped. */
void soak_thread_start(struct soak_thread *t, struct soak_shared *sh, uint32_t queue)
{
	memset(t, 0, sizeof(*t));
	t->sh = sh;
	t->queue = queue;
	t->keep = SOAK_KEEP;
	t->prng.state = (sh->seed + sh->workers) * SOAK_QUEUES + queue + 1;
	t->stop = true;
	pthread_mutex_init(&t->mutex, NULL);
	pthread_cond_init(&t->changed, NULL);
	CHECK_EQ("thread", pthread_create(&t->thread, NULL, run, t), 0);
	soak_thread_stop(t);
}

void soak_thread_stop(struct soak_thread *t)
{
	pthread_mutex_lock(&t->mutex);
	t->stop = true;
	while (!t->stopped)
		pthread_cond_wait(&t->changed, &t->mutex);
	pthread_mutex_unlock(&t->mutex);
}

void soak_thread_go(struct soak_thread *t)
{
	pthread_mutex_lock(&t->mutex);
	t->stop = false;
	t->stopped = false;
	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->mutex);
}

void soak_thread_end(struct soak_thread *t)
{
	pthread_mutex_lock(&t->mutex);
	t->quit = true;
	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->mutex);
	pthread_join(t->thread, NULL);
}
