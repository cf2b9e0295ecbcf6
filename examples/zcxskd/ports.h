/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ports.h - what the broker has attached, for whom, and who has which queue. An
 * interface has one program for all clients on it, so all want the same rules;
 * it is taken off with the last of them.
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
};

/* What a client asked for. */
struct wish {
	const char *ifname;
	uint32_t flags; /* ZCXSK_REDIRECT_* */
	uint32_t modes;
	const struct zcxsk_rules *rules;
};

/* Attaches a program for who, or counts it in; *redirect is the program's. */
int ports_attach(struct ports *ports, const struct identity *who, const struct wish *wish,
		 const struct zcxsk_redirect **redirect, struct zcxsk_error *error);
int ports_detach(struct ports *ports, const struct identity *who, const char *ifname,
		 struct zcxsk_error *error);

/* Gives a queue to who, unless another has it. */
int ports_claim(struct ports *ports, const struct identity *who, const char *ifname, uint32_t queue,
		struct zcxsk_error *error);
/* Puts a socket into the map for a queue that who has; takes it out and frees the queue. */
int ports_enter(struct ports *ports, const struct identity *who, const char *ifname, uint32_t queue,
		int fd, struct zcxsk_error *error);
int ports_leave(struct ports *ports, const struct identity *who, const char *ifname, uint32_t queue,
		struct zcxsk_error *error);

/* Takes back everything from a client that has gone. */
void ports_end(struct ports *ports, const struct identity *who);

#endif
