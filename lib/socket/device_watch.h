/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device_watch.h - changes of a device that the kernel does not report everywhere: the number
 * of its queues, and its XDP program. They are looked for once a second, if the owner has a
 * service descriptor.
 */
#ifndef ZCXSK_LIB_SOCKET_DEVICE_WATCH_H
#define ZCXSK_LIB_SOCKET_DEVICE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct events;
struct linkwatch;
struct zcxsk_redirect;

struct device_watch;

#define DEVICE_PERIOD_NS 1000000000ull
/* A device in another namespace is asked for its link, too: half of a second is in time. */
#define DEVICE_PERIOD_ELSEWHERE_NS 500000000ull

/* Creates one from the present state, and destroys it; NULL is accepted. 0 or -errno. */
int device_watch_new(struct device_watch **out, uint64_t period_ns, const struct linkwatch *link,
		     uint32_t queues);
void device_watch_free(struct device_watch *d);

/* In a child of the process: closes its descriptor; NULL is accepted. */
void device_watch_forget(struct device_watch *d);

/* A descriptor that is readable when it is time for a check. */
int device_watch_fd(const struct device_watch *d);

/*
 * Whether it is time for the next check, or the link's messages name another program; false
 * for NULL and for an interface that is gone.
 */
bool device_watch_due(struct device_watch *d, const struct linkwatch *link);

/* Notes the number of usable queues. Returns whether it is another one than before. */
bool device_watch_queues(struct device_watch *d, uint32_t queues);

/*
 * Adds an event if the program has gone since the last check, or does not run. `redirect` may
 * be NULL.
 */
void device_watch_program(struct device_watch *d, const struct zcxsk_redirect *redirect,
			  struct events *events);

#endif
