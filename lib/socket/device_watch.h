/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device_watch.h - changes of a device that the kernel does not report everywhere: the number
 * of its queues, and its XDP program. They are looked for once a second, if the owner has a
 * service descriptor.
 */
#ifndef ZCXSK_LIB_SOCKET_DEVICE_WATCH_H
#define ZCXSK_LIB_SOCKET_DEVICE_WATCH_H

struct events;
struct linkwatch;
struct nic;
struct zcxsk_redirect;

struct device_watch;

/* Creates one from the present state, and destroys it; NULL is accepted. 0 or -errno. */
int device_watch_new(struct device_watch **out, const struct nic *nic,
		     const struct linkwatch *link);
void device_watch_free(struct device_watch *d);

/* In a child of the process: closes its descriptor; NULL is accepted. */
void device_watch_forget(struct device_watch *d);

/* A descriptor that is readable when it is time for a check. */
int device_watch_fd(const struct device_watch *d);

/*
 * If it is time, or the link's messages name another program, checks again and adds events.
 * `d` and `redirect` may be NULL.
 */
void device_watch_check(struct device_watch *d, const struct nic *nic, const struct linkwatch *link,
			const struct zcxsk_redirect *redirect, struct events *events);

#endif
