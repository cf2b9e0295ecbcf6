/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flows.h - numbered UDP packets of many flows between two ports, which a device spreads
 * over its queues. Each packet may arrive once, on any queue.
 */
#ifndef ZCXSK_TESTS_FLOWS_H
#define ZCXSK_TESTS_FLOWS_H

#include <zcxsk/zcxsk.h>

#include "rig.h"

#define FLOWS_MAX 32768u /* packets in one count */

/* The packets that have arrived. */
struct flows {
	uint32_t got;
	unsigned char seen[FLOWS_MAX];
};

/* Options of a port in a given mode, for these packets, with a checking pool. */
struct port_rig {
	struct rig_opts rig;
	struct zcxsk_port_opts port;
};

void flows_opts(struct port_rig *opts, enum zcxsk_mode mode);
/* Opens a port, or fails the test with the explanation. */
struct zcxsk_port *flows_open(const char *ifname, const struct port_rig *opts);

/*
 * Sends up to n packets, numbered from first on, on one queue's socket. Returns the
 * number sent.
 */
uint32_t flows_send(struct zcxsk_socket *socket, uint32_t first, uint32_t n);
/* Sends all n packets on all queues in turn, or fails the test. */
void flows_send_all(struct zcxsk_port *port, uint32_t first, uint32_t n);
/* Receives, checks, counts and releases the packets that a socket has. */
uint32_t flows_take(struct zcxsk_socket *socket, struct flows *flows);
/* The same on all queues of a port. */
uint32_t flows_take_all(struct zcxsk_port *port, struct flows *flows);
/* Sends n packets from one port to the other, paced so that none gets lost. */
void flows_run(struct zcxsk_port *from, struct zcxsk_port *to, uint32_t n);

/* Returns the sum of a port's counters; checks that the ten places hold all its frames. */
struct zcxsk_stats flows_stats(const char *behaviour, struct zcxsk_port *port);

#endif
