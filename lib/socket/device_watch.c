/* SPDX-License-Identifier: BSD-2-Clause */
/* device_watch.c - looks for changes of the queues and of the XDP program. */
#include "socket/device_watch.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/fd.h"
#include "datapath/events.h"
#include "datapath/kernel_calls.h"
#include "nic/linkwatch.h"
#include "nic/offloads.h"
#include "redirect/redirect.h"
#include "socket/program_watch.h"

struct device_watch {
	int fd; /* a timer that expires for each check */
	uint64_t period_ns;
	uint64_t next_ns;
	uint32_t queues;     /* usable ones at the last check */
	uint32_t program_id; /* as the link's messages said at the last check */
	bool replaced;	     /* the program was not in place at the last check */
	struct program_watch program;
};

static void set_next(struct device_watch *d)
{
	d->next_ns = clock_deadline(d->period_ns);
	kernel_timer_set(d->fd, d->next_ns);
}

int device_watch_new(struct device_watch **out, uint64_t period_ns, const struct linkwatch *link,
		     uint32_t queues)
{
	struct device_watch *d = calloc(1, sizeof(*d));
	int ret;

	if (!d)
		return -ENOMEM;
	d->fd = kernel_timer_open();
	if (d->fd < 0) {
		ret = d->fd;
		free(d);
		return ret;
	}
	d->program_id = link->program_id;
	d->period_ns = period_ns;
	d->queues = queues;
	set_next(d);
	*out = d;
	return 0;
}

void device_watch_free(struct device_watch *d)
{
	device_watch_forget(d);
	free(d);
}

void device_watch_forget(struct device_watch *d)
{
	if (d)
		fd_close(&d->fd);
}

int device_watch_fd(const struct device_watch *d)
{
	return d->fd;
}

bool device_watch_due(struct device_watch *d, const struct linkwatch *link)
{
	if (!d || (link->program_id == d->program_id && clock_now() < d->next_ns))
		return false;
	set_next(d);
	d->program_id = link->program_id;
	return !link->gone;
}

bool device_watch_queues(struct device_watch *d, uint32_t queues)
{
	bool changed = queues != d->queues;

	d->queues = queues;
	return changed;
}

/* Nothing is known of a program whose counters another process has. */
static void check_runs(struct device_watch *d, const struct zcxsk_redirect *redirect,
		       struct events *events)
{
	struct zcxsk_redirect_stats st;
	struct nic_link link;
	uint64_t without;

	zcxsk_redirect_stats_init(&st);
	if (zcxsk_redirect_read_stats(redirect, &st) ||
	    nic_read_link_of(&link, redirect_nic(redirect)))
		return;
	without =
		program_watch_update(&d->program, st.redirected + st.passed + st.matched_no_socket,
				     link.received, clock_now());
	if (without)
		events_add(events, ZCXSK_EVENT_PROGRAM_SILENT, without);
}

void device_watch_program(struct device_watch *d, const struct zcxsk_redirect *redirect,
			  struct events *events)
{
	uint32_t other_id;
	bool replaced = redirect && !redirect_is_in_place(redirect, &other_id);

	if (replaced && !d->replaced)
		events_add(events, ZCXSK_EVENT_PROGRAM_REPLACED, other_id);
	d->replaced = replaced;
	/* In a dispatcher an earlier program may take all packets. */
	if (redirect && !replaced && !redirect_is_shared(redirect))
		check_runs(d, redirect, events);
}
