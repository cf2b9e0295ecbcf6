/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sender.h - a sender that only sends, as a user's program would: in the
 * library's waits, in an epoll loop of its own, or spinning. It notes the longest
 * time without a completion while frames were out.
 */
#ifndef ZCXSK_TESTS_SENDER_H
#define ZCXSK_TESTS_SENDER_H

#include <stdbool.h>
#include <zcxsk/zcxsk.h>

struct rig_opts;

#define SENDER_RING 4096u /* entries of the TX ring; fewer frames are out */

enum sender_owner { OWNER_WAITS, OWNER_EPOLL, OWNER_SPINS };

struct sender {
	struct zcxsk_socket *s;
	enum sender_owner owner;
	int epoll;
	bool may_stop; /* nobody looks after it */
	uint64_t sent;
	uint64_t home;	      /* completed, as last seen */
	uint64_t progress_ns; /* when it was seen */
	uint64_t gap_ns;      /* longest time without, while frames were out */
};

/* Of one run. */
struct sender_figures {
	double pps;
	uint64_t gap_ns;
	uint64_t forced, recovered, kicks, packets;
};

/*
 * Options for a socket that sends only, in zero-copy, with room for more
 * packets than one system call moves behind the half of the ring at which the
 * kernel wakes a sender: it really sleeps.
 */
void sender_opts(struct rig_opts *opts, uint64_t watchdog_first_ns);

/* Takes over a socket that has sent nothing but its self-test. */
void sender_start(struct sender *sender, struct zcxsk_socket *socket, enum sender_owner owner);
/* Every frame comes home and none is lost, or the test fails. Closes the socket. */
void sender_end(struct sender *sender);

/* Sends as fast as it goes; prints a line named `what`. */
struct sender_figures sender_run(struct sender *sender, uint64_t ns, const char *what);
/* In an epoll loop: until the watchdog's descriptor wakes it, or `ms`. */
void sender_sleep(struct sender *sender, int ms);

#endif
