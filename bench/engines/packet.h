/* SPDX-License-Identifier: BSD-2-Clause */
/* packet.h - the one test packet: Ethernet, IPv4, UDP, and a payload of zeros. */
#ifndef ZCXSK_BENCH_PACKET_H
#define ZCXSK_BENCH_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "place.h"

enum {
	PACKET_HEADERS = 42,   /* bytes: Ethernet, IPv4 without options, UDP */
	PACKET_MIN = 60,       /* bytes: the shortest Ethernet frame, without checksum */
	PACKET_MAX = 9014,     /* bytes: at an MTU of 9000 */
	PACKET_PORT = 9000,    /* UDP source and destination, so that an echo reaches its sender */
	PACKET_NUMBER_AT = 42, /* bytes: offset of the number in a numbered packet */
};

/* Writes `size` bytes: a packet from the near end to the far end, or back. */
void packet_make(uint8_t *bytes, const struct place *place, bool to_far, uint32_t size);

/*
 * Numbers a packet and removes its UDP checksum, which IPv4 permits: the
 * engines are not compared in computing checksums.
 */
void packet_number(uint8_t *bytes, uint64_t number);
/* The number, or UINT64_MAX for any other packet. */
uint64_t packet_number_of(const uint8_t *bytes, uint32_t size);

/* Swaps the MAC addresses, like a forwarder that returns packets to the sender. */
void packet_turn_back(uint8_t *bytes, uint32_t size);
/* Swaps IP addresses and ports as well, like the receiver that answers a datagram. */
void packet_answer(uint8_t *bytes, uint32_t size);

#endif
