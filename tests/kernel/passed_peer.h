/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * passed_peer.h - sends UDP packets to the interface under test from the other end of its link,
 * and checks that the kernel gets those that no rule takes.
 */
#ifndef ZCXSK_TESTS_PASSED_PEER_H
#define ZCXSK_TESTS_PASSED_PEER_H

#include <stdbool.h>
#include <stdint.h>

#define TAKEN 7777u /* UDP port of the rule */
#define RULES "take udp dport 7777"

#define DEADLINE_NS 20000000000ull
#define FRAME_BYTES 60u

/* Gives the interface an address, and takes it away. */
void open_peer(void);
void close_peer(void);

/* Sends one UDP packet from 10.5.0.2 to 10.5.0.1. */
void send_udp(uint16_t port);

/* The kernel gets each packet that no rule takes. */
void check_passed(const char *behaviour);
/* The same after a close, when the kernel resets the queues for some time. */
void check_closed(void);
/* Whether the kernel has got packets to TAKEN since the last call. */
bool kernel_gets_taken(void);

#endif
