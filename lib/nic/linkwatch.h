/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linkwatch.h - changes of an interface (up, down, renamed, removed, its XDP program) as a
 * file descriptor to wait on: an AF_XDP socket does not report them.
 */
#ifndef ZCXSK_LIB_NIC_LINKWATCH_H
#define ZCXSK_LIB_NIC_LINKWATCH_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

/* Changes that one message reports. */
enum {
	LINKWATCH_DOWN = 1,
	LINKWATCH_UP = 2,
	LINKWATCH_GONE = 4,
	LINKWATCH_RENAMED = 8,
	LINKWATCH_LOST = 16, /* the kernel dropped messages; the state is read again */
};

struct linkwatch {
	int fd; /* readable when the interface changes; -1 = not watched */
	uint32_t ifindex;
	bool up; /* and running: it has a carrier; true if not watched */
	bool gone;
	bool had_carrier;    /* at some time since the interface was created; see linkwatch.c */
	bool ask;	     /* the state has to be asked for */
	uint32_t program_id; /* of the XDP program, 0 = none */
	char ifname[IFNAMSIZ];
};

/* Nothing is watched. */
void linkwatch_init(struct linkwatch *w);

/*
 * Watches an interface of the calling thread's network namespace, and reads its present
 * state. `beside`: a socket whose namespace this has to be; -1 = none. Returns 0, -EXDEV
 * for another namespace, or -errno.
 */
int linkwatch_open(struct linkwatch *w, uint32_t ifindex, int beside);
void linkwatch_close(struct linkwatch *w);

/*
 * Takes the next message and updates the state. Returns false if there is none, else true
 * and the set of changes, which may be empty.
 */
bool linkwatch_next(struct linkwatch *w, uint32_t *changes);

/* Asks the kernel for the present state, and takes it; the changes are not reported. */
void linkwatch_refresh(struct linkwatch *w);

#endif
