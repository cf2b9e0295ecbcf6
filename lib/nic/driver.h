/* SPDX-License-Identifier: BSD-2-Clause */
/* driver.h - what is known of a driver and cannot be asked for: one table for all rooms. */
#ifndef ZCXSK_LIB_NIC_DRIVER_H
#define ZCXSK_LIB_NIC_DRIVER_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/* Bytes: the unit below of the newer drivers of Intel. Others need none, and lose less by it. */
#define DRIVER_RECEIVE_UNIT 128u

/* A version of Linux; major 0: unknown, DRIVER_NEVER: none. */
struct driver_since {
	unsigned major;
	unsigned minor;
};
#define DRIVER_NEVER UINT_MAX

struct driver_facts {
	const char *name; /* as ethtool reports it */
	/*
	 * Bytes: in zero copy the device receives into as much of a frame as is a multiple of
	 * this, and cuts longer packets.
	 */
	uint32_t receive_unit;
	/*
	 * It runs a program only on queues that existed when it was attached. Packets on newer
	 * queues bypass the program until it is attached again.
	 */
	bool new_queues_lack_program;
	/*
	 * It resets its link when a program is attached or detached: for seconds after a close
	 * there is none.
	 */
	bool resets_link;
	/* The first Linux in which it has native XDP, and zero-copy in both directions. */
	struct driver_since native;
	struct driver_since zero_copy;
	/* foresee.c knows all conditions on which it refuses. */
	bool foreseen;
	/* A native program runs in the members of the interface instead of here. */
	bool runs_xdp_in_members;
};

/* The facts of a driver; those that hold for most drivers if it is not in the table. */
const struct driver_facts *driver_facts(const char *name);

#endif
