/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak.h - the soak's controller: the worker process, the BPF objects that workers made,
 * the host of the guest, and the operations.
 */
#ifndef ZCXSK_TESTS_SOAK_H
#define ZCXSK_TESTS_SOAK_H

#include <sys/types.h>

#include "soak_far.h"
#include "soak_tcp.h"

#define SOAK_OBJECTS 65536u

struct soak {
	struct soak_shared *sh;
	int memory; /* descriptor of *sh */
	struct soak_cards cards;
	struct soak_far far;
	struct soak_tcp tcp;
	struct prng prng;
	pid_t worker;
	int orders;	 /* to the worker */
	uint32_t queues; /* of the near card */
	/* IDs of the BPF programs and maps that were seen on the near card. */
	uint32_t programs[SOAK_OBJECTS], maps[SOAK_OBJECTS];
	uint32_t program_count, map_count;
};

/* ---- soak_process.c: the worker ------------------------------------------------- */

void soak_start_worker(struct soak *s);
/* Has the worker do something; fails the test if it ends instead. */
void soak_order(struct soak *s, enum soak_order order, uint32_t value);
/* The same in two steps. */
void soak_send_order(struct soak *s, enum soak_order order, uint32_t value);
void soak_await_answer(struct soak *s);
/* Kills the worker, and checks that its program leaves the card. */
void soak_kill_worker(struct soak *s);
/* Ends the worker, which checks that it leaves nothing. */
void soak_end_worker(struct soak *s);

/* ---- soak_objects.c: what must be gone at the end -------------------------------- */

/* Notes the program on the near card, and its maps. */
void soak_note_objects(struct soak *s);
/* Waits until every noted object is gone. */
void soak_check_objects(struct soak *s);

/* ---- soak_host.c: the guest's host ------------------------------------------------ */

/* Has the host do something, by a line on standard output, and waits for its answer. */
void soak_ask_host(const char *words);
/* True if the host has asked for the end. */
bool soak_host_ends(void);

/* ---- soak_progress.c: what must go on ---------------------------------------------- */

/* Waits until TCP has carried more bytes in both directions. */
void soak_await_tcp(struct soak *s);
/* Waits until packets arrive at both ends, from every queue, and TCP goes on. */
void soak_await_traffic(struct soak *s);

/* ---- soak_operations.c -------------------------------------------------------------- */

struct soak_operation {
	const char *name;
	void (*run)(struct soak *s);
	bool veth, guest; /* where it is possible */
	uint64_t runs;
};

extern struct soak_operation soak_operations[];
extern const unsigned soak_operation_count;

#endif
