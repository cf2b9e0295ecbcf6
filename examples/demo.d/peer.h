/* SPDX-License-Identifier: BSD-2-Clause */
/* peer.h - the sender to compare with: libxdp-loop, a program without libzcxsk. */
#ifndef DEMO_PEER_H
#define DEMO_PEER_H

#include <zcxsk/zcxsk.h>

struct peer_result {
	double pps;    /* packets completed per second */
	double gap_us; /* longest time without a completion while packets were in flight */
};

/*
 * Runs the program for one turn in zero-copy mode. It sends batches from as many
 * frames as the TX ring holds, and calls poll() for up to sleep_ms if none is free.
 * 0, or -errno with *error set; -EINTR after a signal.
 */
int peer_send(const char *program, const char *ifname, uint32_t batch, uint32_t sleep_ms,
	      double seconds, struct peer_result *result, struct zcxsk_error *error);

#endif
