/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * service.h - what a socket has to report besides packets. zcxsk_socket_status()
 * is the present state; an event is a change of it, or of the interface.
 */
#ifndef ZCXSK_SERVICE_H
#define ZCXSK_SERVICE_H

#include <zcxsk/socket.h>

/* The comments name the value of each event. */
enum zcxsk_event_type {
	/* No frame in flight was completed for stall_ns; ns since the last one was. */
	ZCXSK_EVENT_STALL = 1,
	/* A packet's completion is missing while later ones arrive; its address. */
	ZCXSK_EVENT_COMPLETION_LOST = 2,
	/* The interface is down or has no carrier; 0. */
	ZCXSK_EVENT_LINK_DOWN = 3,
	/* The interface is up and has a carrier again; 0. */
	ZCXSK_EVENT_LINK_UP = 4,
	/* The interface was removed, or moved to another namespace; 0. */
	ZCXSK_EVENT_DEVICE_GONE = 5,
	/* The interface has a new name; its index. */
	ZCXSK_EVENT_RENAMED = 6,
	/* The number of usable queues has changed; the new number. */
	ZCXSK_EVENT_QUEUES_CHANGED = 7,
	/* The pool has too few frames to post for receiving; how many are missing. */
	ZCXSK_EVENT_STARVING = 8,
	/* The XDP program that delivers packets is not on the interface; the ID of the
	   one that is, or 0. */
	ZCXSK_EVENT_PROGRAM_REPLACED = 9,
	/* The kernel dropped messages about the interface, whose state was read again:
	   a change and its reversal may be missing; 0. */
	ZCXSK_EVENT_EVENTS_LOST = 10,
};

/* Events of one type since the last report. */
struct zcxsk_event {
	uint32_t type;	/* enum zcxsk_event_type */
	uint32_t count; /* how many, at least 1 */
	uint64_t value; /* of the latest, see the type */
};

#endif
