/* SPDX-License-Identifier: BSD-2-Clause */
/* packet.c - writes and checks the packets of the verification. */
#include "packet.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>

/* Writing and checking work on words, because the guest's processor may be emulated. */
#define WORD 8u		  /* bytes */
#define MAGIC 0x7a637864u /* "zcxd": fills the word of the length */

/* Knuth's constants for a linear congruence of 64 bits. */
#define LCG_FACTOR 6364136223846793005ull
#define LCG_STEP 1442695040888963407ull
/* The prime of the 64-bit FNV hash, which works on bytes; here it takes words. */
#define FNV_PRIME 0x100000001b3ull

/* In host byte order, since both ends are on one machine. The pattern follows. */
struct header {
	struct packet_addresses addresses;
	uint16_t ethertype; /* network byte order */
	uint16_t unused;    /* zero */
	uint64_t check;	    /* over all other words of the packet */
	uint64_t sequence;
	uint32_t length; /* bytes of the whole packet */
	uint32_t magic;
};

_Static_assert(sizeof(struct header) == 5 * WORD, "the checksum takes whole words");
_Static_assert(sizeof(struct header) <= PACKET_MIN, "every packet has a header");

static uint64_t mix(uint64_t value)
{
	value = value * LCG_FACTOR + LCG_STEP;
	return value ^ value >> 29;
}

/* Most packets are short, as in real traffic; one in eight has any length. */
static uint32_t length_of(uint64_t sequence)
{
	uint64_t random = mix(sequence) >> 16;
	uint32_t range = random % 8 ? 68 : PACKET_MAX - PACKET_MIN + 1;

	return PACKET_MIN + (uint32_t)(random / 8 % range);
}

/*
 * Received packets may be unaligned, so words are copied. Each step is invertible, so
 * one wrong bit anywhere changes the result.
 */
static uint64_t checksum(const unsigned char *data, uint32_t length)
{
	uint64_t sum = length, word;
	uint32_t at;

	for (at = 0; at + WORD <= length; at += WORD) {
		if (at == offsetof(struct header, check))
			continue;
		memcpy(&word, data + at, WORD);
		sum = (sum ^ word) * FNV_PRIME;
		sum ^= sum >> 32;
	}
	word = 0;
	memcpy(&word, data + at, length - at);
	return (sum ^ word) * FNV_PRIME;
}

uint32_t packet_write(void *data, const struct packet_addresses *addresses, uint64_t sequence)
{
	struct header header = {
		.addresses = *addresses,
		.ethertype = htons(PACKET_ETHERTYPE),
		.sequence = sequence,
		.length = length_of(sequence),
		.magic = MAGIC,
	};
	unsigned char *bytes = data;
	uint64_t word = mix(~sequence);

	memcpy(bytes, &header, sizeof(header));
	/* The last word may extend past the packet; a frame has room for it. */
	for (uint32_t at = sizeof(header); at < header.length; at += WORD) {
		memcpy(bytes + at, &word, WORD);
		word = word * LCG_FACTOR + LCG_STEP;
	}
	header.check = checksum(bytes, header.length);
	memcpy(bytes + offsetof(struct header, check), &header.check, WORD);
	return header.length;
}

enum packet_verdict packet_check(const void *data, uint32_t length, uint64_t *sequence)
{
	struct header header;

	if (length < sizeof(header))
		return PACKET_FOREIGN;
	memcpy(&header, data, sizeof(header));
	if (header.ethertype != htons(PACKET_ETHERTYPE))
		return PACKET_FOREIGN;
	if (header.magic != MAGIC || header.length != length ||
	    length != length_of(header.sequence) || header.check != checksum(data, length))
		return PACKET_CORRUPT;
	*sequence = header.sequence;
	return PACKET_GOOD;
}
