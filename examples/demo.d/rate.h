/* SPDX-License-Identifier: BSD-2-Clause */
/* rate.h - compares the rate of small packets: libzcxsk and the kernel's UDP. */
#ifndef DEMO_RATE_H
#define DEMO_RATE_H

#include <zcxsk/zcxsk.h>

#define RATE_ROUNDS 5u	/* odd, for a median */
#define RATE_BATCHES 4u /* batch sizes tried */

/* Packets per second of one sender. */
struct rate {
	double pps[RATE_ROUNDS];
	double median;
};

struct rate_batch {
	struct rate rate;
	uint32_t batch;	  /* packets */
	uint64_t packets; /* sent in all rounds */
	uint64_t kicks;	  /* system calls for them */
};

struct rate_result {
	enum zcxsk_mode mode; /* as read back from the kernel */
	struct rate udp;
	struct rate_batch batches[RATE_BATCHES];
	const struct rate_batch *best; /* of batches, the one with the highest median */
	double ratio;		       /* its median / the median of UDP */
};

static inline double rate_kicks_per_packet(const struct rate_batch *b)
{
	return b->packets ? (double)b->kicks / (double)b->packets : 0;
}

#define RATE_MEDIAN_MAX 9u /* the most values that any part of the demo has */

/* The median of an odd number of values. */
double rate_median(const double *values, uint32_t count);

/* Runs turns of UDP and of each batch size on one interface. 0, or -errno with *error set. */
int rate_run(const char *ifname, struct rate_result *result, struct zcxsk_error *error);

#endif
