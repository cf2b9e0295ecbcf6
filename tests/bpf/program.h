/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program.h - the BPF program on no interface at all: BPF_PROG_TEST_RUN gives
 * the verdict on a packet of queue 0 of lo, which has a socket.
 */
#ifndef ZCXSK_TESTS_PROGRAM_H
#define ZCXSK_TESTS_PROGRAM_H

#include "packets.h"
#include "redirect.skel.h"

/* Loads it, without any rules; skips the test without root. */
void program_load(void);
void program_unload(void);
/* The same in three steps, for a test that has its own interface. */
void program_open(void);
void program_socket(uint32_t queue);

/* The loaded program. */
struct redirect *program(void);

/* Puts a set into one of the two places, as a map of its own. */
void program_put(enum redirect_which which, const struct redirect_rules *set);
/* The current set is this one; nobody may be looking at it. */
void program_use(const struct redirect_rules *set);
/* The current set is one box, which takes. */
void program_use_one(struct redirect_term term);
void program_deadline(uint32_t slot, uint64_t ns);

/* The box of every packet, and with a value in a range. */
struct redirect_term box_full(void);
struct redirect_term box_value(enum redirect_value which, uint16_t first, uint16_t last);

/* XDP_REDIRECT or XDP_PASS. */
uint32_t program_verdict(const struct packet *packet);
void program_expect(const struct packet *packet, bool taken, const char *what);

/* What the program has counted, over all processors. */
struct redirect_counters program_counters(void);
uint64_t program_hits(uint32_t slot, uint32_t rule);
void program_expect_counters(uint64_t redirected, uint64_t passed, uint64_t matched_no_socket);

#endif
