/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * events.h - events that the application has not fetched yet, one entry for each type: many of
 * one type take no more room than one.
 */
#ifndef ZCXSK_LIB_DATAPATH_EVENTS_H
#define ZCXSK_LIB_DATAPATH_EVENTS_H

#include <zcxsk/service.h>

#define EVENT_TYPES 11u /* ZCXSK_EVENT_PROGRAM_SILENT is the last */

struct events {
	int fd; /* an eventfd, readable while any are pending; -1 = not created */
	uint32_t count;
	struct zcxsk_event pending[EVENT_TYPES]; /* in the order in which they last occurred */
};

/* No event is pending, and there is no descriptor. */
void events_init(struct events *e);

/* Creates the descriptor. Returns 0 or -errno. */
int events_open(struct events *e);
void events_close(struct events *e);

/* Adds one event, or counts it with those of its type. */
void events_add(struct events *e, enum zcxsk_event_type type, uint64_t value);

/* Adds the changes that a message about the interface reports. */
struct linkwatch;
void events_add_link(struct events *e, const struct linkwatch *link, uint32_t changes);

/* Moves up to max events, the oldest first, to `out`. Returns their number. */
uint32_t events_take(struct events *e, struct zcxsk_event *out, uint32_t max);

/* Raises an event of a socket, for zcxsk_socket_service(). Owner thread of the socket. */
void event_raise(struct zcxsk_socket *s, enum zcxsk_event_type type, uint64_t value);

#endif
