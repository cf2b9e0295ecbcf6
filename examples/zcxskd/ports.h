/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ports.h - the attached programs, their clients, and the owner of each queue. All
 * clients of an interface share one program, so they must request the same rules; it
 * is detached with the last client.
 *
 * Functions return 0, or -errno with *error filled.
 */
#ifndef ZCXSKD_PORTS_H
#define ZCXSKD_PORTS_H

#include <zcxsk/redirect.h>

#include "policy.h"

struct port;

struct ports {
	struct port *first;
	struct port *staying; /* without clients; their programs must not go yet */
};

/* A client's request. */
struct wish {
	const char *ifname;
	uint32_t flags; /* ZCXSK_REDIRECT_* */
	uint32_t modes;
	const struct zcxsk_rules *rules;
};

/* Attaches a program for the client, or shares the one that is attached. */
int ports_attach(struct ports *ports, const struct identity *who, const struct wish *wish,
		 const struct zcxsk_redirect **redirect, struct zcxsk_error *error);
int ports_detach(struct ports *ports, const struct identity *who, const char *ifname,
		 struct zcxsk_error *error);

/* Gives the queue to the client, unless another client has it. */
int ports_claim(struct ports *ports, const struct identity *who, const char *ifname, uint32_t queue,
		struct zcxsk_error *error);
/* Adds a socket to the map for a queue of the client; removes it and frees the queue. */
int ports_enter(struct ports *ports, const struct identity *who, const char *ifname, uint32_t queue,
		int fd, struct zcxsk_error *error);
int ports_leave(struct ports *ports, const struct identity *who, const char *ifname, uint32_t queue,
		struct zcxsk_error *error);

/* Releases everything of a client that has disconnected. */
void ports_end(struct ports *ports, const struct identity *who);

/* At the end of the broker: waits as long as a program must not go. */
void ports_close(struct ports *ports);

#endif
