/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * missed.h - packets that the device itself had no room for, of all its queues: they are in no
 * counter of a socket. Many cards reset their counters now and then.
 */
#ifndef ZCXSK_LIB_NIC_MISSED_H
#define ZCXSK_LIB_NIC_MISSED_H

#include "nic/nic.h"

struct missed {
	struct nic nic; /* a copy: any thread reads it, while the owner changes its own facts */
	bool started;
	uint64_t last; /* as the interface reported it */
	uint64_t sum;  /* since the first update */
};

/* Begins with what the interface reports now. */
void missed_start(struct missed *m, const struct nic *nic);

/* Reads the interface; without an answer nothing changes. */
void missed_update(struct missed *m);

#endif
