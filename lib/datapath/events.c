/* SPDX-License-Identifier: BSD-2-Clause */
/* events.c - keeps events until the application fetches them. */
#include "datapath/events.h"

#include "base/fd.h"
#include "base/minmax.h"
#include "datapath/kernel_calls.h"
#include "datapath/socket.h"

_Static_assert(EVENT_TYPES == ZCXSK_EVENT_PROGRAM_SILENT, "an entry for each type");

void events_init(struct events *e)
{
	*e = (struct events){.fd = -1};
}

int events_open(struct events *e)
{
	int fd = kernel_event_open();

	if (fd < 0)
		return fd;
	e->fd = fd;
	if (e->count)
		kernel_event_set(fd);
	return 0;
}

void events_close(struct events *e)
{
	fd_close(&e->fd);
}

/* Removes n events from an index on. */
static void drop(struct events *e, uint32_t index, uint32_t n)
{
	e->count -= n;
	memmove(e->pending + index, e->pending + index + n,
		(e->count - index) * sizeof(*e->pending));
}

void events_add(struct events *e, enum zcxsk_event_type type, uint64_t value)
{
	struct zcxsk_event event = {type, 1, value};

	if (!e->count && e->fd >= 0)
		kernel_event_set(e->fd);
	for (uint32_t i = 0; i < e->count; i++)
		if (e->pending[i].type == event.type) {
			event.count = e->pending[i].count + (e->pending[i].count < UINT32_MAX);
			drop(e, i, 1);
			break;
		}
	e->pending[e->count++] = event;
}

void events_add_link(struct events *e, const struct linkwatch *link, uint32_t changes)
{
	if (changes & LINKWATCH_LOST)
		events_add(e, ZCXSK_EVENT_EVENTS_LOST, 0);
	if (changes & LINKWATCH_RENAMED)
		events_add(e, ZCXSK_EVENT_RENAMED, link->ifindex);
	if (changes & LINKWATCH_DOWN)
		events_add(e, ZCXSK_EVENT_LINK_DOWN, 0);
	if (changes & LINKWATCH_UP)
		events_add(e, ZCXSK_EVENT_LINK_UP, 0);
	if (changes & LINKWATCH_GONE)
		events_add(e, ZCXSK_EVENT_DEVICE_GONE, 0);
}

uint32_t events_take(struct events *e, struct zcxsk_event *out, uint32_t max)
{
	uint32_t n = min_u32(max, e->count);

	if (!n)
		return 0;
	memcpy(out, e->pending, n * sizeof(*out));
	drop(e, 0, n);
	if (!e->count && e->fd >= 0)
		kernel_event_clear(e->fd);
	return n;
}

void event_raise(struct zcxsk_socket *s, enum zcxsk_event_type type, uint64_t value)
{
	events_add(&s->events, type, value);
}
