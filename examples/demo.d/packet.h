/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet.h - the packets of the verification: each carries its number, its
 * length and a checksum over all its bytes.
 */
#ifndef DEMO_PACKET_H
#define DEMO_PACKET_H

#include <stdint.h>

#include "net.h"

/*
 * The second EtherType that IEEE reserves for local experiments; the library's own
 * test frame uses the first. The receiver takes only packets of this type, the
 * kernel gets all others.
 */
#define PACKET_ETHERTYPE 0x88B6u

#define PACKET_MIN 60u	 /* bytes; the shortest Ethernet frame, without FCS */
#define PACKET_MAX 1500u /* bytes; fits the usual MTU of 1500 with its header of 14 */

struct packet_addresses {
	uint8_t dst[MAC_BYTES];
	uint8_t src[MAC_BYTES];
};

enum packet_verdict {
	PACKET_GOOD,
	PACKET_CORRUPT, /* one of ours, but changed */
	PACKET_FOREIGN, /* not one of ours */
};

/* Writes packet number `sequence` and returns its length in bytes. */
uint32_t packet_write(void *data, const struct packet_addresses *addresses, uint64_t sequence);

/* Checks every byte of a packet. Sets *sequence if it is good. */
enum packet_verdict packet_check(const void *data, uint32_t length, uint64_t *sequence);

#endif
