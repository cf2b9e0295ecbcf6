/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats_reader.h - a thread that reads the counters of a socket or port over and over while
 * others use it. Ends the program with a message if a counter goes back, or if a place holds
 * more frames than there are.
 */
#ifndef TESTS_SUPPORT_STATS_READER_H
#define TESTS_SUPPORT_STATS_READER_H

#include <pthread.h>
#include <stdbool.h>
#include <zcxsk/zcxsk.h>

/* Either a socket or a port. The sockets of a port change, so its places are not checked. */
struct stats_reader {
	struct zcxsk_socket *socket;
	struct zcxsk_port *port;
	pthread_t thread;
	uint32_t readings;
	bool finished;
};

void stats_reader_start(struct stats_reader *reader);
/* The number of readings until now. */
uint32_t stats_reader_count(const struct stats_reader *reader);
/* Ends the thread, after it has read at least once. */
void stats_reader_stop(struct stats_reader *reader);

#endif
