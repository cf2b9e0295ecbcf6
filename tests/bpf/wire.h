/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire.h - frames in and out of an interface by AF_PACKET, told apart by their
 * EtherType, and what XDP stands on it.
 */
#ifndef ZCXSK_TESTS_WIRE_H
#define ZCXSK_TESTS_WIRE_H

#include <stdbool.h>
#include <stdint.h>

/* EtherTypes set aside for experiments: nobody else's packets have them. */
#define WIRE_TAKEN 0x88b5  /* the tests' rules ask for it */
#define WIRE_PASSED 0x88b6 /* no rule asks for it */

/* A socket that sends on the interface and receives its frames of a type. */
int wire_open(const char *ifname, uint16_t ethertype);
/* Sends one frame with the socket's EtherType. */
void wire_send(int fd);
/* Waits for a frame; false when none came in time. */
bool wire_receive(int fd, int timeout_ms);

/* Kernel's number of the XDP program on the interface, 0 = none. */
uint32_t wire_program(const char *ifname);
/* Waits until there is none; false when it took longer. */
bool wire_becomes_free(const char *ifname, int timeout_ms);
/* True while the kernel has a program of that number. */
bool wire_program_lives(uint32_t id);

/* Open files of this process. */
unsigned wire_count_files(void);

#endif
