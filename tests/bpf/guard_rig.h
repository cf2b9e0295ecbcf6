/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_rig.h - a machine with a card, a peer on its link, and a TCP connection between
 * them, as a session by SSH is.
 */
#ifndef ZCXSK_TESTS_GUARD_RIG_H
#define ZCXSK_TESTS_GUARD_RIG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <zcxsk/error.h>

#define RIG_COMMANDS 16

/* The card is near; the peer has far, in a network namespace of its own. */
struct guard_rig {
	const char *near[RIG_COMMANDS]; /* commands that prepare each of the two */
	const char *far[RIG_COMMANDS];
	const char *server; /* the address to connect to */
	uint16_t port;	    /* 0 = 22 */
};

struct guard_session {
	int fd;	      /* of the server; -1 = another process has it */
	int listener; /* likewise */
	pid_t peer;
	char client[64]; /* its address and port */
	char name[96];	 /* "the SSH connection from 192.0.2.2 port 50000" */
};

/*
 * Enters a new network namespace with near, and starts a peer with far. Returns false if a
 * command failed, as when the kernel lacks a kind of device.
 */
bool guard_rig_set_up(const struct guard_rig *rig, struct guard_session *session);
/* Connects; both sockets belong to this process. */
void guard_rig_connect(const struct guard_rig *rig, struct guard_session *session);
/* Whether the connection still carries data both ways. */
bool guard_rig_lives(const struct guard_session *session);
void guard_rig_end(struct guard_session *session);

/*
 * Plays the situation: rules that take everything, and `hit`, are refused by the name of the
 * session, and accepted once the remedy is followed; rules that do not touch the session are
 * accepted, and it lives on. `hit` NULL: TCP to the session's port. `name` NULL: as is.
 */
void guard_rig_play(const struct guard_rig *rig, const char *hit, const char *name);

/* Attaches rules on near and detaches them. Returns what attaching did. */
int guard_rig_take(const char *rules, uint64_t give_up, struct zcxsk_error *error);

/* The kinds that the remedy of a refusal says to give up. */
uint64_t guard_rig_remedy(const struct zcxsk_error *error);

#endif
