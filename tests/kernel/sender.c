/* SPDX-License-Identifier: BSD-2-Clause */
/* sender.c - three kinds of sender, and the longest time each had no progress. */
#include "sender.h"

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "check.h"
#include "rig.h"
#include "traffic.h"

#define BATCH 64u
#define LIMIT 3072u
#define SECOND_NS 1000000000.0
#define DEADLINE_NS 20000000000ull
#define WAIT_MS 1000

static const char *const owner_names[] = {"waits", "epoll", "spins"};

void sender_opts(struct rig_opts *o, uint64_t watchdog_first_ns)
{
	rig_opts(o, ZCXSK_MODE_ZERO_COPY);
	o->pool.flags = 0; /* so that the rates are those of a user's program */
	o->socket.flags = ZCXSK_SOCKET_TX_ONLY;
	o->socket.watchdog_first_ns = watchdog_first_ns;
	o->socket.tx_ring_size = SENDER_RING;
	o->socket.tx_limit = LIMIT;
}

void sender_start(struct sender *x, struct zcxsk_socket *s, enum sender_owner owner)
{
	struct epoll_event event = {.events = EPOLLIN};
	int fd;

	*x = (struct sender){.s = s, .owner = owner, .epoll = -1};
	CHECK_EQ("the self-test's frame is completed", zcxsk_tx_drain(s, DEADLINE_NS), 0);
	if (owner != OWNER_EPOLL)
		return;
	fd = zcxsk_socket_service_fd(s);
	x->epoll = epoll_create1(EPOLL_CLOEXEC);
	CHECK("the service descriptor is available", fd >= 0);
	CHECK_EQ("epoll watches the descriptor", epoll_ctl(x->epoll, EPOLL_CTL_ADD, fd, &event), 0);
}

void sender_end(struct sender *x)
{
	rig_check_quiet("every frame is completed", x->s);
	rig_check_places("no frame is lost", x->s);
	CHECK_EQ("a close finds none in flight", zcxsk_socket_close(x->s), 0);
	if (x->epoll >= 0)
		close(x->epoll);
}

/* Reads the clock if the number of frames in flight has decreased. */
static void note_progress(struct sender *x)
{
	uint64_t completed = x->sent - zcxsk_tx_outstanding(x->s), now;

	if (completed == x->completed)
		return;
	now = rig_now();
	if (now - x->progress_ns > x->gap_ns)
		x->gap_ns = now - x->progress_ns;
	x->completed = completed;
	x->progress_ns = now;
}

void sender_sleep(struct sender *x, int ms)
{
	struct epoll_event event;

	if (epoll_wait(x->epoll, &event, 1, ms) > 0)
		CHECK_EQ("the service reports no fault", rig_serve(x->s), 0);
}

/* Sends one burst, or as much of it as the ring has room for. */
static void send_once(struct sender *x, uint64_t timeout_ns)
{
	struct zcxsk_packet p[BATCH];
	uint32_t n = zcxsk_tx_alloc(x->s, p, BATCH, 0), taken;

	for (uint32_t i = 0; i < n; i++)
		p[i].len = traffic_length(0);
	if (x->owner == OWNER_WAITS) {
		int ret = zcxsk_tx_wait(x->s, p, n, timeout_ns, &taken);

		CHECK("a waiting sender continues", !ret || (x->may_stop && ret == -ETIMEDOUT));
	} else {
		taken = zcxsk_tx_burst(x->s, p, n);
	}
	zcxsk_packet_release(x->s, p + taken, n - taken);
	x->sent += taken;
	note_progress(x);
	if (x->owner == OWNER_EPOLL && !taken) {
		sender_sleep(x, WAIT_MS);
		note_progress(x);
	}
}

static void print(const char *what, const struct sender *x, const struct sender_figures *f)
{
	printf("  %-5s %-22s %8.0f packets/s, longest gap %7.2f ms, forced %llu, recovered %llu, "
	       "packets per kick %.1f\n",
	       owner_names[x->owner], what, f->pps, (double)f->gap_ns / 1e6,
	       (unsigned long long)f->forced, (unsigned long long)f->recovered,
	       f->kicks ? (double)f->packets / (double)f->kicks : 0.0);
}

struct sender_figures sender_run(struct sender *x, uint64_t ns, const char *what)
{
	struct zcxsk_stats before = rig_stats(x->s), after;
	uint64_t start = rig_now(), completed = x->completed, end = start + ns;
	struct sender_figures f = {0};

	x->gap_ns = 0;
	x->progress_ns = start;
	while (rig_now() < end)
		send_once(x, x->may_stop ? ns / 2 : DEADLINE_NS);
	/* A sender that has stopped has its longest gap at the end. */
	if (rig_now() - x->progress_ns > x->gap_ns)
		x->gap_ns = rig_now() - x->progress_ns;
	after = rig_stats(x->s);
	f.pps = (double)(x->completed - completed) * SECOND_NS / (double)(rig_now() - start);
	f.gap_ns = x->gap_ns;
	f.forced = after.tx_kicks_forced - before.tx_kicks_forced;
	f.recovered = after.tx_recovered - before.tx_recovered;
	f.kicks = after.tx_kicks - before.tx_kicks;
	f.packets = after.tx_packets - before.tx_packets;
	print(what, x, &f);
	return f;
}
