/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * engine.h - a way to move packets that can be measured: the kernel's sockets,
 * a plain loop on libxdp, DPDK, and this library. Every engine sends the same
 * packet from the same processor to the same place; what it cannot do it leaves
 * NULL, and the cases leave it out and say so.
 */
#ifndef ZCXSK_BENCH_ENGINE_H
#define ZCXSK_BENCH_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

struct place; /* place.h: where it is measured */

/* How an engine is to be set up for one turn. */
struct engine_setup {
	const struct place *place;
	const char *ifname; /* of the interface it works on */
	const char *mode;   /* "zero-copy", "native-copy", "generic-copy"; NULL = the best */
	uint32_t queue;
	uint32_t batch;
	uint32_t packet_size; /* bytes, Ethernet header included */
	uint32_t ring_size;   /* 0 = the engine's default */
	uint32_t frames;      /* 0 = the engine's default */
	bool spin;	      /* uses up the processor instead of sleeping */
	bool busy_poll;
	bool gaps;	  /* find the longest gap, at the price of looks at the clock */
	const char *kick; /* zcxsk: kick policy, NULL = its default */
	/*
	 * Called when all is open, before the time is taken, and when the time
	 * is over, before anything is closed; NULL = nothing.
	 */
	void (*ready)(void *context);
	void (*over)(void *context);
	void *context;
};

/* What a turn has brought. */
struct engine_turn {
	uint64_t packets; /* that the device or the kernel has taken and given back */
	uint64_t ns;	  /* from the first call to the last frame home */
	uint64_t calls;	  /* system calls, where the engine can count them; 0 = not counted */
	uint64_t cpu_ns;  /* of this thread, user and system */
	uint64_t longest_gap_ns; /* without a completion while frames were out; 0 = not known */
	char mode[32];		 /* that it really was in */
};

struct engine {
	const char *name;  /* "udp-send", "udp-sendmmsg", "udp-gso", "af-packet",
			      "tpacket-v3", "libxdp", "dpdk", "mutex-queue", "zcxsk" */
	const char *words; /* for the table */
	/* False: its programs are not installed. NULL = it needs none. */
	bool (*is_here)(void);
	const char *packages; /* that it is in, where is_here can be false */
	bool has_modes;	      /* can be asked for an AF_XDP mode; else its mode is "kernel" */
	/*
	 * Each runs one turn of ns nanoseconds, or of rate packets a second if
	 * rate is not 0, and closes all it has opened. 0, or -errno with `why`
	 * filled (200 bytes); -EOPNOTSUPP: not possible here, which is no
	 * failure.
	 */
	int (*send)(const struct engine_setup *setup, uint64_t ns, uint64_t rate,
		    struct engine_turn *turn, char *why);
	int (*receive)(const struct engine_setup *setup, uint64_t ns, struct engine_turn *turn,
		       char *why);
	int (*forward)(const struct engine_setup *setup, uint64_t ns, struct engine_turn *turn,
		       char *why);
	/*
	 * Sends `count` packets one by one and waits for the echo of each;
	 * round_trips_ns gets `count` values, UINT64_MAX for a lost one. Of the
	 * turn only the mode is filled.
	 */
	int (*ping)(const struct engine_setup *setup, uint32_t count, struct engine_turn *turn,
		    uint64_t *round_trips_ns, char *why);
	/*
	 * Sends single packets at a rate, spinning, and takes in their echoes
	 * meanwhile. *count is the room in delays_ns, and then how many came.
	 */
	int (*probe)(const struct engine_setup *setup, uint64_t ns, uint64_t rate,
		     struct engine_turn *turn, uint64_t *delays_ns, uint32_t *count, char *why);
};

extern const struct engine engine_udp_send, engine_udp_sendmmsg, engine_udp_gso, engine_af_packet,
	engine_tpacket, engine_libxdp, engine_dpdk, engine_mutex_queue, engine_zcxsk;

/* All of them, in the order of the table; ends with NULL. */
extern const struct engine *const engines[];

#endif
