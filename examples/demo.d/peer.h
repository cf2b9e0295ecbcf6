/* SPDX-License-Identifier: BSD-2-Clause */
/* peer.h - the sender to compare with: libxdp-loop, a program of its own, without the library. */
#ifndef DEMO_PEER_H
#define DEMO_PEER_H

#include <zcxsk/zcxsk.h>

struct peer_result {
	double pps;    /* packets a second that the device has given back */
	double gap_us; /* longest time without a completion while packets were out */
};

/*
 * Runs the program for a turn, in zero copy: batches of `batch` packets from a
 * TX ring full of frames, and poll() for up to sleep_ms when it has no free
 * ones. 0, or -errno with *error set; -EINTR when a signal came.
 */
int peer_send(const char *program, const char *ifname, uint32_t batch, uint32_t sleep_ms,
	      double seconds, struct peer_result *result, struct zcxsk_error *error);

#endif
