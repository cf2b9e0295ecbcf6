/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program_watch.h - whether an attached program runs: only its own counters prove that. Some
 * drivers pass packets by it although it is attached, vmxnet3 after the interface was down.
 */
#ifndef ZCXSK_LIB_SOCKET_PROGRAM_WATCH_H
#define ZCXSK_LIB_SOCKET_PROGRAM_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* Some drivers count packets this much later than the program. */
#define PROGRAM_LATE_NS 3000000000ull
/* Packets without a run of the program; a few may be the device's own. */
#define PROGRAM_SILENT_PACKETS 8u

struct program_watch {
	bool started;
	bool silent;	   /* and reported */
	uint64_t runs;	   /* of the program, as last counted */
	uint64_t ran_ns;   /* when this number was first seen */
	uint64_t received; /* by the interface, up to PROGRAM_LATE_NS later */
};

/*
 * Compares the program's runs with the packets that the interface counts. Returns how many it
 * has received without a run, once for each time that the program stops running, else 0.
 */
uint64_t program_watch_update(struct program_watch *w, uint64_t runs, uint64_t received,
			      uint64_t now_ns);

#endif
