/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flow.h - a sender and a receiver, each in a thread that waits and goes on
 * until it is stopped or its device is gone, and what they are told meanwhile.
 */
#ifndef ZCXSK_TESTS_FLOW_H
#define ZCXSK_TESTS_FLOW_H

#include <pthread.h>
#include <stdbool.h>
#include <zcxsk/zcxsk.h>

/* Written by its own thread; read by the others with the functions below. */
struct flow_end {
	struct zcxsk_socket *s;
	bool in_epoll; /* a sender that sleeps in a loop of its own */
	bool stop;
	bool gone; /* told -ENXIO: its thread has ended */
	uint64_t packets;
	uint64_t told_ns; /* when it was told first that link or device are missing */
	pthread_t thread;
};

struct flow {
	struct flow_end tx, rx;
};

/* Takes over two sockets of a pair. Returns when traffic flows. */
void flow_start(struct flow *flow, struct zcxsk_socket *tx, struct zcxsk_socket *rx,
		bool sender_in_epoll);
/* Ends both threads. The sockets are the caller's again. */
void flow_stop(struct flow *flow);

/* Awaits more packets at the receiver. */
void flow_await_traffic(const struct flow *flow);
/* When this end was told first, 0 for not yet. */
uint64_t flow_told(const struct flow_end *end);
void flow_forget_told(struct flow_end *end);
bool flow_gone(const struct flow_end *end);

#endif
