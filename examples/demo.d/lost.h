/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lost.h - what a lost TX interrupt does to a sender that sleeps: to a plain
 * loop on libxdp, and to ours.
 */
#ifndef DEMO_LOST_H
#define DEMO_LOST_H

#include <zcxsk/zcxsk.h>

#define LOST_BATCH 64u		 /* packets, for both */
#define LOST_PEER_SLEEP_MS 1000u /* the longest poll() of the plain loop */
#define LOST_TURNS_MAX 9u	 /* of a sender, with and without; odd, for a median */

/* The turns of one sender, all with the interrupt or all without. */
struct lost_turns {
	double pps[LOST_TURNS_MAX]; /* what the device has given back */
	double mean;
	double gap_us; /* longest time without a completion while packets were out */
	/* Only of ours. */
	uint64_t packets;
	uint64_t forced;    /* kicks by the watchdog */
	uint64_t recovered; /* of these, those that brought completions */
};

struct lost_sender {
	struct lost_turns with, without;
	uint32_t turns;
	double ratio; /* of the rate without to the one with it: the median of the turns */
};

struct lost_result {
	struct lost_sender peer, ours;
};

/*
 * Takes turns of both, with the interrupt of the interface's first TX queue and
 * with it masked, and gives it back, also when a signal comes. The interface is
 * a virtio card prepared by rate_run(); program is libxdp-loop. 0, or -errno
 * with *error set.
 */
int lost_run(const char *ifname, const char *program, struct lost_result *result,
	     struct zcxsk_error *error);

#endif
