/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak_port.h - the worker's port: its sockets, its threads, and the handoffs between them.
 */
#ifndef ZCXSK_TESTS_SOAK_PORT_H
#define ZCXSK_TESTS_SOAK_PORT_H

#include "soak_thread.h"

struct soak_port {
	struct soak_shared *sh;
	struct prng prng;
	struct zcxsk_port *port; /* NULL: closed */
	struct soak_thread threads[SOAK_QUEUES];
	struct zcxsk_handoff *rings[SOAK_QUEUES];
	uint32_t queues; /* that have a thread at work */
	/* Resources while the port was closed for the first time, and the times since. */
	unsigned files, mappings, closed;
};

void soak_port_stop(struct soak_port *p);
void soak_port_go(struct soak_port *p);

/* The calls below want stopped threads. */

/* Opens the port; returns its result. */
int soak_port_open(struct soak_port *p, struct zcxsk_error *error);
/* Closes the port, and checks that nothing is left. */
void soak_port_close(struct soak_port *p);
/* Takes sockets and handoffs from the threads, which hold no frame then. */
void soak_port_part(struct soak_port *p);
/* Gives sockets and new handoffs to the threads. */
void soak_port_join(struct soak_port *p);

/* Checks that every frame of the port is accounted for; stops the threads itself. */
void soak_port_check(struct soak_port *p);

#endif
