/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lost.h - measures the effect of a lost TX interrupt on a sender that sleeps: a
 * plain libxdp loop, and libzcxsk.
 */
#ifndef DEMO_LOST_H
#define DEMO_LOST_H

#include <zcxsk/zcxsk.h>

#define LOST_BATCH 64u		 /* packets, for both */
#define LOST_PEER_SLEEP_MS 1000u /* the longest poll() of the plain loop */
#define LOST_TURNS_MAX 9u	 /* per sender, with and without the interrupt; odd, for a median */

/* The turns of one sender, either all with the interrupt or all without. */
struct lost_turns {
	double pps[LOST_TURNS_MAX]; /* packets completed per second */
	double mean;
	double gap_us; /* longest time without a completion while packets were in flight */
	/* libzcxsk only */
	uint64_t packets;
	uint64_t forced;    /* kicks by the watchdog */
	uint64_t recovered; /* of these, the ones that led to completions */
};

struct lost_sender {
	struct lost_turns with, without;
	uint32_t turns;
	double ratio; /* rate without / rate with the interrupt, the median of the turns */
};

struct lost_result {
	struct lost_sender peer, ours;
};

/*
 * Runs turns of both senders, with the interrupt of the first TX queue enabled and
 * masked, and unmasks it at the end, also after a signal. The interface is a virtio
 * card prepared by rate_run(); program is libxdp-loop. 0, or -errno with *error set.
 */
int lost_run(const char *ifname, const char *program, struct lost_result *result,
	     struct zcxsk_error *error);

#endif
