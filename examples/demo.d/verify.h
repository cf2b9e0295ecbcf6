/* SPDX-License-Identifier: BSD-2-Clause */
/* verify.h - sends numbered packets from one interface to another and checks each. */
#ifndef DEMO_VERIFY_H
#define DEMO_VERIFY_H

#include <zcxsk/zcxsk.h>

/* Every place that counts the packets it drops. */
enum verify_drop {
	DROP_KERNEL_RX,	      /* XDP_STATISTICS: no frame for it */
	DROP_DEVICE_RX,	      /* of the interface: no buffer, or no time */
	DROP_RX_RING_FULL,    /* XDP_STATISTICS: no room in the RX ring */
	DROP_RX_INVALID,      /* descriptors outside the packet memory */
	DROP_TX_KICK,	      /* copy modes: the device refused it */
	DROP_TX_INVALID,      /* XDP_STATISTICS: invalid descriptor */
	DROP_NO_SOCKET,	      /* arrived on a queue without a socket */
	DROP_SENDER_DEVICE,   /* the sending interface's own counter */
	DROP_RECEIVER_DEVICE, /* the receiving interface's own counter */
	DROP_COUNT,
};

struct verify_result {
	uint64_t sent;
	uint64_t received;  /* different packets that arrived intact */
	uint64_t corrupt;   /* arrived changed */
	uint64_t duplicate; /* arrived intact, again */
	uint64_t reordered; /* arrived after one with a higher number */
	uint64_t foreign;   /* not one of ours; ignored */
	uint64_t lost;
	uint64_t lost_explained; /* of these, the number that the counters below explain */
	uint64_t drops[DROP_COUNT];
	double seconds;
	enum zcxsk_mode tx_mode; /* both as read back from the kernel */
	enum zcxsk_mode rx_mode;
	struct zcxsk_error refusal; /* why zero copy was refused; code 0 = it was not */
	char driver[32];
};

/* Lost packets that no counter explains. */
static inline uint64_t verify_lost_unexplained(const struct verify_result *v)
{
	return v->lost - v->lost_explained;
}

/* Packets received per second. */
static inline double verify_rx_pps(const struct verify_result *v)
{
	return v->seconds > 0 ? (double)v->received / v->seconds : 0;
}

/* Name of a drop counter, as in the JSON. */
const char *verify_drop_name(enum verify_drop drop);

/* 0 if the run completed, whatever it found, or -errno with *error set. */
int verify_run(const char *sender, const char *receiver, uint64_t packets,
	       struct verify_result *result, struct zcxsk_error *error);

#endif
