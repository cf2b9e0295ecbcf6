/* SPDX-License-Identifier: BSD-2-Clause */
/* device_watch.c - looks for changes of the queues and of the XDP program. */
#include "socket/device_watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/fd.h"
#include "datapath/events.h"
#include "datapath/kernel_calls.h"
#include "nic/linkwatch.h"
#include "redirect/redirect.h"

#define PERIOD_NS 1000000000ull
/* A device in another namespace is asked for its link, too: half of a second is in time. */
#define PERIOD_ELSEWHERE_NS 500000000ull

struct device_watch {
	int fd; /* a timer that expires for each check */
	uint64_t next_ns;
	uint32_t queues;     /* usable ones at the last check */
	uint32_t program_id; /* as the link's messages said at the last check */
	bool replaced;	     /* the program was not in place at the last check */
};

static void set_next(struct device_watch *d, const struct nic *nic)
{
	d->next_ns = clock_deadline(nic->elsewhere ? PERIOD_ELSEWHERE_NS : PERIOD_NS);
	kernel_timer_set(d->fd, d->next_ns);
}

/* Usable queues, under the interface's present name; `before` if they cannot be read. */
static uint32_t count_queues(const struct nic *nic, const struct linkwatch *link, uint32_t before)
{
	struct nic now = *nic;

	if (nic->elsewhere)
		return before;
	if (link->ifname[0])
		snprintf(now.ifname, sizeof(now.ifname), "%s", link->ifname);
	return nic_recount(&now) ? before : nic_usable_queues(&now);
}

int device_watch_new(struct device_watch **out, const struct nic *nic, const struct linkwatch *link)
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
	d->queues = count_queues(nic, link, nic_usable_queues(nic));
	set_next(d, nic);
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

static void check_queues(struct device_watch *d, const struct nic *nic,
			 const struct linkwatch *link, struct events *events)
{
	uint32_t queues = count_queues(nic, link, d->queues);

	if (queues != d->queues)
		events_add(events, ZCXSK_EVENT_QUEUES_CHANGED, queues);
	d->queues = queues;
}

static void check_program(struct device_watch *d, const struct zcxsk_redirect *redirect,
			  struct events *events)
{
	uint32_t other_id;
	bool replaced = redirect && !redirect_is_in_place(redirect, &other_id);

	if (replaced && !d->replaced)
		events_add(events, ZCXSK_EVENT_PROGRAM_REPLACED, other_id);
	d->replaced = replaced;
}

void device_watch_check(struct device_watch *d, const struct nic *nic, const struct linkwatch *link,
			const struct zcxsk_redirect *redirect, struct events *events)
{
	if (!d || (link->program_id == d->program_id && clock_now() < d->next_ns))
		return;
	set_next(d, nic);
	d->program_id = link->program_id;
	if (link->gone)
		return;
	check_queues(d, nic, link, events);
	check_program(d, redirect, events);
}
