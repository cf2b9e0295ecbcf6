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
 * Local experiments, the second of the two numbers that IEEE keeps for them;
 * the library's own test frame has the first. The receiver takes packets of
 * this type only, everything else on the interface goes on to the kernel.
 */
#define PACKET_ETHERTYPE 0x88B6u

#define PACKET_MIN 60u	 /* bytes; Ethernet's shortest, without the checksum of the wire */
#define PACKET_MAX 1500u /* bytes; fits the usual MTU of 1500 with its header of 14 */

struct packet_addresses {
	uint8_t dst[MAC_BYTES];
	uint8_t src[MAC_BYTES];
};

enum packet_verdict {
	PACKET_GOOD,
	PACKET_CORRUPT, /* of ours, but not as it was sent */
	PACKET_FOREIGN, /* not of ours */
};

/* Writes packet number `sequence` and returns its length in bytes. */
uint32_t packet_write(void *data, const struct packet_addresses *addresses, uint64_t sequence);

/* Looks at every byte of a packet. *sequence is set when it is good. */
enum packet_verdict packet_check(const void *data, uint32_t length, uint64_t *sequence);

#endif
