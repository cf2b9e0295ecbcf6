/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * headers.h - where the transport header of a frame is, and what its
 * pseudo-header consists of.
 */
#ifndef ZCXSK_LIB_PACKET_HEADERS_H
#define ZCXSK_LIB_PACKET_HEADERS_H

#include <stdbool.h>
#include <stdint.h>

/* Offsets are from the first byte of the frame, all within it. */
struct packet_headers {
	uint32_t ip;
	uint32_t ip_header; /* bytes of the IPv4 header, with options; 0 = not IPv4 */

	/* Set only if packet_read_headers() returns 1. */
	uint8_t protocol;
	uint32_t transport;
	uint32_t length; /* bytes from there to the end of the IP packet */
	/* The addresses of the pseudo-header. */
	uint32_t source;
	uint32_t destination;
	uint32_t address_bytes; /* each */
};

/*
 * Returns 1 if the frame has a transport header, 0 if it has none or only a
 * fragment of the packet after it, or -EPROTO if it is truncated or malformed.
 */
int packet_read_headers(struct packet_headers *h, const uint8_t *frame, uint32_t len);

#endif
