/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire.h - sends and receives frames on an interface by AF_PACKET, distinguished by
 * EtherType, and queries its XDP program.
 */
#ifndef ZCXSK_TESTS_WIRE_H
#define ZCXSK_TESTS_WIRE_H

#include <stdbool.h>
#include <stdint.h>

/* EtherTypes reserved for experiments, so foreign packets do not have them. */
#define WIRE_TAKEN 0x88b5  /* the tests' rules take it */
#define WIRE_PASSED 0x88b6 /* no rule takes it */

/* A socket that sends on the interface and receives its frames of a type. */
int wire_open(const char *ifname, uint16_t ethertype);
/* Sends one frame with the socket's EtherType. */
void wire_send(int fd);
/* Waits for a frame; false if none arrives in time. */
bool wire_receive(int fd, int timeout_ms);

/* The ID of the XDP program on the interface, 0 = none. */
uint32_t wire_program(const char *ifname);
/* Waits until there is none; false on timeout. */
bool wire_becomes_free(const char *ifname, int timeout_ms);
/* True while the kernel has a program with that ID. */
bool wire_program_lives(uint32_t id);

/* Number of open files of this process. */
unsigned wire_count_files(void);

#endif
