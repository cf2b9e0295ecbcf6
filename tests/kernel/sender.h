/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sender.h - a sender like a user's program: in the library's waits, in its own epoll loop,
 * or spinning. It records the longest time without a completion while frames were in
 * flight.
 */
#ifndef ZCXSK_TESTS_SENDER_H
#define ZCXSK_TESTS_SENDER_H

#include <stdbool.h>
#include <zcxsk/zcxsk.h>

struct rig_opts;

#define SENDER_RING 4096u /* entries of the TX ring; fewer frames are in flight */

enum sender_owner { OWNER_WAITS, OWNER_EPOLL, OWNER_SPINS };

struct sender {
	struct zcxsk_socket *s;
	enum sender_owner owner;
	int epoll;
	bool may_stop; /* no watchdog, so that it may stop */
	uint64_t sent;
	uint64_t completed;   /* as last seen */
	uint64_t progress_ns; /* when the last completion was seen */
	uint64_t gap_ns;      /* longest time without one, while frames were in flight */
};

/* Figures of one run. */
struct sender_figures {
	double pps;
	uint64_t gap_ns;
	uint64_t forced, recovered, kicks, packets;
};

/*
 * Options for a zero-copy socket that only sends. The kernel wakes a sender when half of
 * the ring is free; the other half holds more packets than one system call moves, so that
 * the sender really sleeps.
 */
void sender_opts(struct rig_opts *opts, uint64_t watchdog_first_ns);

/* Takes over a socket that has sent only its self-test. */
void sender_start(struct sender *sender, struct zcxsk_socket *socket, enum sender_owner owner);
/* Fails the test unless every frame is completed and none is lost. Closes the socket. */
void sender_end(struct sender *sender);

/* Sends as fast as possible; prints a line named `what`. */
struct sender_figures sender_run(struct sender *sender, uint64_t ns, const char *what);
/* In an epoll loop: sleeps until the watchdog's descriptor is readable, or for `ms`. */
void sender_sleep(struct sender *sender, int ms);

#endif
