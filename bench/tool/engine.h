/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * engine.h - a way to move packets that can be measured: the kernel's sockets,
 * a plain loop on libxdp, DPDK, and this library. Every engine sends the same
 * packet from the same processor to the same place. Functions that an engine
 * lacks are NULL; the cases skip the engine and report it.
 */
#ifndef ZCXSK_BENCH_ENGINE_H
#define ZCXSK_BENCH_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

enum { WHY_BYTES = 200 };

struct place;	      /* place.h: where it is measured */
struct kernel_socket; /* kernel_socket.h */

/* How an engine is to be set up for one turn. */
struct engine_setup {
	const struct engine *engine;
	const struct place *place;
	const char *ifname; /* of the interface it works on */
	const char *mode;   /* "zero-copy", "native-copy", "generic-copy"; NULL = the best */
	uint32_t queue;
	uint32_t batch;
	uint32_t packet_size; /* bytes, Ethernet header included */
	uint32_t ring_size;   /* 0 = the engine's default */
	bool spin;	      /* spins instead of sleeping */
	bool busy_poll;
	bool gaps;	  /* find the longest gap, at the price of more clock reads */
	const char *kick; /* zcxsk: kick policy, NULL = its default */
	/*
	 * `ready` is called after everything is open and before the clock
	 * starts, `over` after the clock stops and before anything is closed.
	 * NULL = none.
	 */
	void (*ready)(void *context);
	void (*over)(void *context);
	void *context;
};

/* The readings of one turn. */
struct engine_turn {
	uint64_t packets;	 /* that the device or the kernel completed */
	uint64_t ns;		 /* from the first call to the last completion */
	uint64_t calls;		 /* system calls, if the engine can count them; 0 = not counted */
	uint64_t cpu_ns;	 /* of this thread, user and system */
	uint64_t longest_gap_ns; /* between completions while frames were in flight; 0 = unknown */
	char mode[32];		 /* the actual mode */
};

/* Each function but `open` runs one turn and closes everything it opened. */
struct engine {
	const char *name;
	const char *words; /* for --list */
	/* False: its programs are not installed. NULL = it needs none. */
	bool (*is_here)(void);
	const char *packages; /* that contain those programs */
	bool has_modes;	      /* supports AF_XDP modes; otherwise its mode is "kernel" */
	/* Opens the socket, for engines that use kernel_send() and the like. */
	int (*open)(struct kernel_socket *s, const struct engine_setup *setup, int purpose,
		    char *why);
	/*
	 * A turn takes ns nanoseconds, with `rate` packets a second unless rate
	 * is 0. 0, or -errno with `why` filled (WHY_BYTES); -EOPNOTSUPP means
	 * that it is not possible here, which is not a failure.
	 */
	int (*send)(const struct engine_setup *setup, uint64_t ns, uint64_t rate,
		    struct engine_turn *turn, char *why);
	/* Receives packets, and sends them back if `forwards`. */
	int (*move)(const struct engine_setup *setup, bool forwards, uint64_t ns,
		    struct engine_turn *turn, char *why);
	bool receives, forwards; /* what move() can do */
	/*
	 * Sends `count` packets one by one and waits for the echo of each;
	 * round_trips_ns gets `count` values, UINT64_MAX for a lost one. Fills
	 * only the mode of the turn.
	 */
	int (*ping)(const struct engine_setup *setup, uint32_t count, struct engine_turn *turn,
		    uint64_t *round_trips_ns, char *why);
	/*
	 * Sends single packets at a rate, spinning, and receives their echoes
	 * meanwhile. *count is the capacity of delays_ns, then the number of echoes.
	 */
	int (*probe)(const struct engine_setup *setup, uint64_t ns, uint64_t rate,
		     struct engine_turn *turn, uint64_t *delays_ns, uint32_t *count, char *why);
};

extern const struct engine engine_udp_send, engine_udp_sendmmsg, engine_udp_gso, engine_af_packet,
	engine_tpacket, engine_libxdp, engine_dpdk, engine_mutex_queue, engine_zcxsk;

/* All of them, in the order of the table; ends with NULL. */
extern const struct engine *const engines[];

/* Fills `why` with the failed step and the error's text; returns -error. */
int engine_fails(char *why, const char *step, int error);
/* Fills `why` with the formatted text; returns -error. */
__attribute__((format(printf, 3, 4))) int engine_refuses(char *why, int error, const char *format,
							 ...);

#endif
