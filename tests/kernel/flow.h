/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flow.h - a sender and a receiver, each in a thread that runs until it is stopped or its
 * device is gone, and the link and device faults reported to them.
 */
#ifndef ZCXSK_TESTS_FLOW_H
#define ZCXSK_TESTS_FLOW_H

#include <pthread.h>
#include <stdbool.h>
#include <zcxsk/zcxsk.h>

/* Written by its own thread; other threads read it through the functions below. */
struct flow_end {
	struct zcxsk_socket *s;
	bool in_epoll; /* a sender that sleeps in its own epoll loop */
	bool stop;
	bool gone; /* -ENXIO was reported, and the thread has ended */
	uint64_t packets;
	uint64_t reported_ns; /* when a missing link or device was first reported */
	pthread_t thread;
};

struct flow {
	struct flow_end tx, rx;
};

/* Takes over the two sockets of a pair. Returns when traffic flows. */
void flow_start(struct flow *flow, struct zcxsk_socket *tx, struct zcxsk_socket *rx,
		bool sender_in_epoll);
/* Ends both threads. The caller owns the sockets again. */
void flow_stop(struct flow *flow);

/* Waits until the receiver gets more packets. */
void flow_await_traffic(const struct flow *flow);
/* When a fault was first reported to this end; 0 if none was. */
uint64_t flow_reported(const struct flow_end *end);
void flow_clear_reported(struct flow_end *end);
bool flow_gone(const struct flow_end *end);

#endif
