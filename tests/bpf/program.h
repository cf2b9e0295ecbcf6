/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program.h - runs the BPF program without attaching it: BPF_PROG_TEST_RUN returns the
 * verdict on a packet of queue 0 of lo, which has a socket.
 */
#ifndef ZCXSK_TESTS_PROGRAM_H
#define ZCXSK_TESTS_PROGRAM_H

#include "packets.h"
#include "redirect.skel.h"

/* Loads the program without rules; skips the test without root. */
void program_load(void);
void program_unload(void);
/* The same in three steps, for a test that has its own interface. */
void program_open(void);
void program_socket(uint32_t queue);

/* The loaded program. */
struct redirect *program(void);

/* Stores a set, in a map of its own, as the current or the previous one. */
void program_put(enum redirect_which which, const struct redirect_rules *set);
/* Makes this the current set; the program must not be running. */
void program_use(const struct redirect_rules *set);
/* Makes the current set one box that takes. */
void program_use_one(struct redirect_term term);
void program_deadline(uint32_t slot, uint64_t ns);

/* The box of all packets, and the box of packets with a value in a range. */
struct redirect_term box_full(void);
struct redirect_term box_value(enum redirect_value which, uint16_t first, uint16_t last);

/* Returns XDP_REDIRECT or XDP_PASS. */
uint32_t program_verdict(const struct packet *packet);
void program_expect(const struct packet *packet, bool taken, const char *what);

/* The counters of the program, summed over all processors. */
struct redirect_counters program_counters(void);
uint64_t program_hits(uint32_t slot, uint32_t rule);
void program_expect_counters(uint64_t redirected, uint64_t passed, uint64_t matched_no_socket);

#endif
