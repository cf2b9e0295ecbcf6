/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet.h - the one test packet: Ethernet, IPv4, UDP, and a payload of zeros.
 */
#ifndef ZCXSK_BENCH_PACKET_H
#define ZCXSK_BENCH_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "place.h"

enum {
	PACKET_HEADERS = 42,   /* bytes: Ethernet, IPv4 without options, UDP */
	PACKET_MIN = 60,       /* bytes: the shortest Ethernet frame, without checksum */
	PACKET_MAX = 9014,     /* bytes: at an MTU of 9000 */
	PACKET_PORT = 9000,    /* UDP, both ways, so that an echo comes back to who sent it */
	PACKET_NUMBER_AT = 42, /* bytes: where a numbered packet has its number */
};

/* Writes `size` bytes. From the near end to the far end, or the other way. */
void packet_make(uint8_t *bytes, const struct place *place, bool to_far, uint32_t size);

/*
 * Numbers a packet. Its UDP checksum is taken out, which is allowed in IPv4,
 * since the engines are not to be compared in adding up.
 */
void packet_number(uint8_t *bytes, uint64_t number);
/* The number, or UINT64_MAX for what is no packet of ours. */
uint64_t packet_number_of(const uint8_t *bytes, uint32_t size);

/* Swaps the MAC addresses, as a forwarder that sends back where it came from does. */
void packet_turn_back(uint8_t *bytes);
/* Swaps IP addresses and ports as well, as who answers a datagram does. */
void packet_answer(uint8_t *bytes, uint32_t size);

#endif
