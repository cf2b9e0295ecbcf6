/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * service.h - one descriptor for everything that an owner in its own event loop has to wake up
 * for, and the work that is due then.
 */
#ifndef ZCXSK_LIB_DATAPATH_SERVICE_H
#define ZCXSK_LIB_DATAPATH_SERVICE_H

#include <poll.h>

#include "datapath/siblings.h"
#include "datapath/socket.h"

/* There is no descriptor yet. */
void service_init(struct zcxsk_socket *s);

/* Creates the descriptor, unless it exists. Returns 0, or -errno with nothing changed. */
int service_open(struct zcxsk_socket *s);
/* Closes descriptors only: a child of the process shares what is behind them. */
void service_close(struct zcxsk_socket *s);

/* Adds another descriptor whose readiness wakes the owner. Returns 0 or -errno. */
int service_add(struct zcxsk_socket *s, int fd);

/*
 * The kernel socket is new, or will be closed: adds it to the set or removes it. The first
 * returns 0 or -errno; zcxsk_socket_service() tries again.
 */
int service_attach(struct zcxsk_socket *s);
void service_detach(struct zcxsk_socket *s);

/*
 * Does what is due: reads link changes, reaps, refills, kicks, runs the watchdog, and arms the
 * descriptor again.
 */
void service_run(struct zcxsk_socket *s);

/* Waits for packets and the service descriptor end when others free frames. */
void service_watch_frames(struct zcxsk_socket *s);

/* Frames were posted: packets that the floor refused may be received now. */
void service_unmute(struct zcxsk_socket *s);

/* A sending call was cut short: the descriptor becomes readable when there is room. */
void service_want_room(struct zcxsk_socket *s);

/* The same if no frame was free: those of siblings make room, too. */
void service_want_frames(struct zcxsk_socket *s);

/* The owner waits for completions, and no event of the kernel's stands for them. */
static inline bool service_needs_completions(const struct zcxsk_socket *s)
{
	return s->service.muted || (s->service.short_of_room && !(s->service.reported & POLLOUT));
}

/* The owner waits for frames that siblings have in flight. */
static inline bool service_awaits_siblings(const struct zcxsk_socket *s)
{
	return (s->service.muted || (s->has_tx && s->service.short_of_frames)) &&
	       siblings_in_flight(s);
}

#endif
