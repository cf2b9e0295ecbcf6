/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run.c - begins, reports and ends a run.
 */
#include "run.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "report.h"

volatile sig_atomic_t run_signalled;

static void note_signal(int number)
{
	(void)number;
	run_signalled = 1;
}

void run_catch_signals(const struct options *o)
{
	/* No SA_RESTART: a sleeping call must return. */
	struct sigaction action = {.sa_handler = note_signal};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	live_catch_signals(o);
}

void run_begin(struct run *r, double interval_s)
{
	r->start_ns = r->line_ns = clock_now_ns();
	r->stop_ns = UINT64_MAX;
	if (r->options->duration > 0)
		r->stop_ns = r->start_ns + (uint64_t)(r->options->duration * (double)NS_PER_S);
	r->next_line_ns = UINT64_MAX;
	if (interval_s > 0)
		r->next_line_ns = r->start_ns + (uint64_t)(interval_s * (double)NS_PER_S);
	live_begin(r, r->start_ns);
	run_look_soon(r);
}

/* 0, or the -errno of a socket that cannot recover. */
static int failure_of(const struct zcxsk_socket *socket)
{
	int status = socket ? zcxsk_socket_status(socket) : 0;

	switch (status) {
	case -EAGAIN:
	case -ENOBUFS:
	case -ENETDOWN:
	case -ETIME: /* see watch_stall() */
		return 0;
	default:
		return status;
	}
}

/* Reports a new stall once, and does what --on-stall says. */
static void watch_stall(struct run *r)
{
	struct zcxsk_socket_info info;
	struct zcxsk_stall stall;

	zcxsk_stall_init(&stall);
	zcxsk_socket_info_init(&info);
	if (!r->endpoints.out || zcxsk_watchdog_read_stall(r->endpoints.out, &stall) ||
	    stall.count == r->stalls_reported || zcxsk_socket_read_info(r->endpoints.out, &info))
		return;
	r->stalls_reported = stall.count;
	fprintf(stderr,
		"zcxsock: %s queue %u: stall %" PRIu64 ": no completion for %" PRIu64
		" ms; %u frames in flight, %u of them still in the TX ring\n",
		info.ifname, info.queue, stall.count, stall.age_ns / NS_PER_MS, stall.frames,
		stall.untaken);
	if (r->options->on_stall == ON_STALL_REBUILD)
		r->rebuild_due = true;
	else if (r->options->on_stall == ON_STALL_EXIT && !r->failure)
		r->failure = -ETIME;
}

/* Reports a link that goes down or comes up, once. Nothing else would end or show the silence. */
static void watch_link(const struct zcxsk_socket *socket, bool *down)
{
	bool is_down = socket && zcxsk_socket_status(socket) == -ENETDOWN;
	struct zcxsk_socket_info info;

	zcxsk_socket_info_init(&info);
	if (is_down == *down || zcxsk_socket_read_info(socket, &info))
		return;
	*down = is_down;
	fprintf(stderr, "zcxsock: %s: the link is %s\n", info.ifname,
		is_down ? "down" : "up again");
}

bool run_rebuild(struct run *r)
{
	int ret;

	if (ZCXSK_LIKELY(!r->rebuild_due))
		return false;
	r->rebuild_due = false;
	ret = endpoints_rebuild(&r->endpoints, r->options);
	if (!ret)
		fputs("zcxsock: the socket was rebuilt\n", stderr);
	else if (!r->failure)
		r->failure = ret;
	run_look_soon(r);
	return !ret;
}

/* Why the run ends now, or NULL. */
static const char *reason_to_end(struct run *r, uint64_t now)
{
	watch_stall(r);
	watch_link(r->endpoints.in, &r->in_down);
	if (r->endpoints.out != r->endpoints.in)
		watch_link(r->endpoints.out, &r->out_down);
	live_look(r, now);
	if (!r->failure)
		r->failure = failure_of(r->endpoints.in);
	if (!r->failure)
		r->failure = failure_of(r->endpoints.out);
	if (r->failure)
		return "error";
	if (r->live.expired)
		return "unconfirmed";
	if (run_signalled)
		return "signal";
	if (r->options->count && r->packets >= r->options->count)
		return "count";
	return now >= r->stop_ns ? "duration" : NULL;
}

bool run_look(struct run *r)
{
	uint64_t now = clock_now_ns();

	r->looks_in = RUN_BURSTS_PER_LOOK;
	r->ended_by = reason_to_end(r, now);
	if (r->ended_by) {
		r->stop_ns = now;
		/* An inner loop ends first; the outer loop asks again. */
		run_look_soon(r);
		return false;
	}
	if (now >= r->next_line_ns) {
		report_line(r, now);
		/* Relative to now, so that a process that was stopped does not print many lines. */
		r->next_line_ns = now + (uint64_t)(r->options->interval * (double)NS_PER_S);
	}
	return true;
}

void run_after_wait(struct run *r, int result)
{
	run_look_soon(r);
	if (result == -ENETDOWN)
		poll(NULL, 0, (int)(RUN_WAIT_NS / NS_PER_MS));
	else if (result == -ETIME)
		watch_stall(r);
	else if (result && result != -ETIMEDOUT && result != -EINTR && !r->failure)
		r->failure = result;
}
