/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak_packet.h - the soak's packets: UDP, of which every byte follows from a number. Each
 * number is sent once. The low bits are the sequence in which one queue or flow sends.
 */
#ifndef ZCXSK_TESTS_SOAK_PACKET_H
#define ZCXSK_TESTS_SOAK_PACKET_H

#include <stddef.h>

#include "soak_shared.h"

#define SOAK_HEADERS 42u /* Ethernet, IPv4 and UDP */
#define SOAK_QUEUE_AT 40u
#define SOAK_REFLECTED (1ull << 63) /* received, and sent back */
#define SOAK_PAYLOAD_MAX 1400u

/* Bytes of UDP payload of this packet. */
uint32_t soak_payload(uint64_t number);
void soak_write_payload(unsigned char *payload, uint64_t number);
/* Returns the number; fails the test unless every byte follows from it. */
uint64_t soak_check_payload(const char *end, const unsigned char *payload, size_t bytes);

/* Writes a whole packet to the far end, and returns its length. */
uint32_t soak_write(const struct soak_shared *sh, unsigned char *bytes, uint64_t number);
/* Checks a received packet, and returns its number. */
uint64_t soak_check(const unsigned char *bytes, uint32_t length);
/* Turns a received packet into one for the far end. */
void soak_reflect(const struct soak_shared *sh, unsigned char *bytes);

/* Notes an arrival; fails the test if this packet has arrived before. */
void soak_arrived(const char *end, _Atomic uint64_t *seen, uint64_t number);

#endif
