/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trial.h - opens a real socket on a queue, sends some frames and undoes all of it, in a
 * child process that dies with this one. Whatever ends the child, the kernel removes its
 * program and its socket.
 */
#ifndef DOCTOR_TRIAL_H
#define DOCTOR_TRIAL_H

#include <zcxsk/zcxsk.h>

#include "card.h"
#include "options.h"

enum trial_step {
	TRIAL_OPENING,
	TRIAL_SENDING,
	TRIAL_CLOSING,
	TRIAL_DONE,
};

/* The traits after it are those of every card. */
#define TRIAL_TRAIT_MAX ZCXSK_TRAIT_UNTAGGED

#define TRIAL_FRAMES 8u /* sent: as many as the smallest batch of a driver */

/* Written by the child, in memory that both have. */
struct trial {
	uint32_t queue;
	bool verbose;
	uint8_t mac[6]; /* of the interface */
	volatile int step;
	int code; /* of opening, 0 or -errno */
	uint32_t mode;
	bool untested; /* there was no carrier */
	uint64_t carrier_wait_ns;
	uint32_t sent;
	uint32_t completed;
	struct zcxsk_error error; /* of opening */
	/* The forecast of the library for this queue; verdict 0 = none. */
	struct zcxsk_probe_result forecast;
	/* How received packets may differ from those on the wire. */
	bool differs[TRIAL_TRAIT_MAX + 1];
	struct zcxsk_error traits[TRIAL_TRAIT_MAX + 1];
};

/* The child's part. */
void trial_child(struct trial *trial, const char *ifname);

/* Tries the queue unless that is too dangerous, and adds what came out to the findings. */
void trial_run(struct card *card, const struct options *o);

const char *trial_step_name(int step);

#endif
