/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak_shared.h - memory that the soak's controller shares with its worker, the process
 * that owns the sockets, and the orders that it gives to it. Workers are killed; the counts
 * survive them.
 */
#ifndef ZCXSK_TESTS_SOAK_SHARED_H
#define ZCXSK_TESTS_SOAK_SHARED_H

#include <net/if.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define SOAK_QUEUES 4u
#define SOAK_NEAR "near" /* the card of the sockets */
#define SOAK_FAR "far"	 /* the kernel's card at the other end, in its own namespace */
#define SOAK_NEAR_IP "198.18.7.1"
#define SOAK_FAR_IP "198.18.7.2"
#define SOAK_NEAR_PORT 9000 /* UDP that the rules take */
#define SOAK_FAR_PORT 9001
#define SOAK_SEEN (1u << 18) /* packets that a table of arrivals remembers */

/* A sanitizer needs memory while a limit is in force, and has mappings of its own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SOAK_SANITIZED true
#else
#define SOAK_SANITIZED false
#endif

struct soak_shared {
	/* Set once. */
	uint64_t seed;
	uint64_t leak_every; /* plants a leak of one frame in this many; 0 = none */
	uint32_t mode;
	uint32_t workers; /* started so far */
	unsigned char near_mac[6], far_mac[6];
	/* Numbers of the next packets, for each queue that sends. */
	_Atomic uint64_t next[SOAK_QUEUES];
	_Atomic uint64_t received, sent, reflected, handed; /* packets */
	_Atomic uint64_t events;			    /* of the service descriptors */
	_Atomic uint64_t handled, leaked;		    /* frames */
	_Atomic uint64_t checks; /* of the accounts, each found in balance */
	_Atomic uint64_t seen[SOAK_SEEN];
};

/* Orders to the worker; `value` is a queue, a number of queues, ms, or a seed. */
enum soak_order {
	SOAK_OPEN,
	SOAK_SWAP,
	SOAK_QUEUES_SET,
	SOAK_QUEUES_FOLLOW,
	SOAK_REBUILD,
	SOAK_HOARD,
	SOAK_RESIZE,
	SOAK_REOPEN,
	SOAK_FEW_FILES,
	SOAK_LITTLE_MEMORY,
	SOAK_GONE, /* the card is gone: the port has to report it, and is closed */
	SOAK_QUIT,
};

struct soak_message {
	uint32_t order; /* enum soak_order */
	uint32_t value;
};

/* The worker's program: obeys orders until SOAK_QUIT. */
int soak_worker(int orders, int memory);

#endif
