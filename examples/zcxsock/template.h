/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * template.h - the UDP packet that tx sends. It is written once into each frame;
 * later packets only change the sequence number and the checksum.
 */
#ifndef ZCXSOCK_TEMPLATE_H
#define ZCXSOCK_TEMPLATE_H

#include <string.h>

#include "options.h"

struct template
{
	uint32_t len;		  /* bytes of the whole packet */
	uint32_t udp_checksum_at; /* offset in bytes */
	uint32_t sequence_at;	  /* offset in bytes, even from the start of UDP */
	uint32_t udp_sum;	  /* of everything except checksum and sequence number */
	unsigned char bytes[FRAME_SIZE_MAX];
};

void template_make(struct template *t, const struct options *o, const uint8_t *src_mac);

static inline void template_put16(unsigned char *at, uint16_t value)
{
	at[0] = (unsigned char)(value >> 8);
	at[1] = (unsigned char)value;
}

/* The Internet checksum of a sum of 16-bit words. */
static inline uint16_t template_checksum(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Writes sequence number and checksum into a frame that holds the template. */
static inline void template_stamp(const struct template *t, unsigned char *frame, uint64_t sequence)
{
	uint32_t sum = t->udp_sum;
	uint16_t checksum;

	for (int i = 3; i >= 0; i--) {
		template_put16(frame + t->sequence_at + 2 * i, (uint16_t)sequence);
		sum += (uint16_t)sequence;
		sequence >>= 16;
	}
	checksum = template_checksum(sum);
	/* 0 means "no checksum"; 0xffff is the same number in ones' complement. */
	template_put16(frame + t->udp_checksum_at, checksum ? checksum : 0xffff);
}

#endif
