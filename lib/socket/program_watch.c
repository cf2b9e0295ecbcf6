/* SPDX-License-Identifier: BSD-2-Clause */
/* program_watch.c - compares two counters over time. */
#include "socket/program_watch.h"

uint64_t program_watch_update(struct program_watch *w, uint64_t runs, uint64_t received,
			      uint64_t now_ns)
{
	uint64_t without;

	if (!w->started || runs != w->runs)
		*w = (struct program_watch){.started = true, .runs = runs, .ran_ns = now_ns};
	/* A card that was reset may count from 0 on. */
	if (now_ns - w->ran_ns < PROGRAM_LATE_NS || received < w->received)
		w->received = received;
	without = received - w->received;
	if (w->silent || without < PROGRAM_SILENT_PACKETS)
		return 0;
	w->silent = true;
	return without;
}
