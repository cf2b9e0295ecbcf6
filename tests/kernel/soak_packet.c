/* SPDX-License-Identifier: BSD-2-Clause */
/* soak_packet.c - writes and checks the soak's packets. */
#include "soak_packet.h"

#include <arpa/inet.h>

#include "check.h"

#define PAYLOAD_MIN 24u
#define SHORT_SPAN 64u
#define LONG_EVERY 16u
#define BODY_AT 8u /* after the number */
#define SEQUENCE_MASK ((1ull << SOAK_QUEUE_AT) - 1)
#define MIXER 2654435761u /* spreads a number over the bits of a word */

/* Offsets in a packet. */
#define IP_AT 14u
#define IP_LENGTH_AT 16u
#define IP_SUM_AT 24u
#define IP_SOURCE_AT 26u
#define IP_TO_AT 30u
#define PORT_SOURCE_AT 34u
#define PORT_TO_AT 36u
#define UDP_LENGTH_AT 38u
#define UDP_SUM_AT 40u

/* Reflecting changes the bits above the sequence, but not the bytes of the body. */
static uint32_t sequence(uint64_t number)
{
	return (uint32_t)(number & SEQUENCE_MASK);
}

uint32_t soak_payload(uint64_t number)
{
	uint32_t n = sequence(number);
	uint32_t span = n % LONG_EVERY ? SHORT_SPAN : SOAK_PAYLOAD_MAX - PAYLOAD_MIN + 1;

	return PAYLOAD_MIN + n * 7u % span;
}

static unsigned char byte_at(uint64_t number, uint32_t i)
{
	return (unsigned char)((sequence(number) * MIXER >> 16) + i);
}

void soak_write_payload(unsigned char *payload, uint64_t number)
{
	uint32_t bytes = soak_payload(number);

	memcpy(payload, &number, sizeof(number));
	for (uint32_t i = BODY_AT; i < bytes; i++)
		payload[i] = byte_at(number, i);
}

uint64_t soak_check_payload(const char *end, const unsigned char *payload, size_t bytes)
{
	uint64_t number;
	uint32_t wrong = 0;

	CHECK(end, bytes >= PAYLOAD_MIN);
	memcpy(&number, payload, sizeof(number));
	CHECK_EQ(end, bytes, soak_payload(number));
	for (uint32_t i = BODY_AT; i < bytes; i++)
		wrong += payload[i] != byte_at(number, i);
	CHECK_EQ(end, wrong, 0);
	return number;
}

static void put16(unsigned char *at, uint32_t value)
{
	at[0] = (unsigned char)(value >> 8);
	at[1] = (unsigned char)value;
}

static uint32_t get16(const unsigned char *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t ip_sum(const unsigned char *ip)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < 20; i += 2)
		sum += get16(ip + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

/* The far end's address, and a source address here; the rest of the headers stays. */
static void address(const struct soak_shared *sh, unsigned char *p)
{
	memcpy(p, sh->far_mac, 6);
	memcpy(p + 6, sh->near_mac, 6);
	inet_pton(AF_INET, SOAK_NEAR_IP, p + IP_SOURCE_AT);
	inet_pton(AF_INET, SOAK_FAR_IP, p + IP_TO_AT);
	put16(p + PORT_SOURCE_AT, SOAK_NEAR_PORT);
	put16(p + PORT_TO_AT, SOAK_FAR_PORT);
	put16(p + UDP_SUM_AT, 0);
	put16(p + IP_SUM_AT, 0);
	put16(p + IP_SUM_AT, ip_sum(p + IP_AT));
}

uint32_t soak_write(const struct soak_shared *sh, unsigned char *p, uint64_t number)
{
	uint32_t payload = soak_payload(number);

	memset(p, 0, SOAK_HEADERS);
	put16(p + 12, 0x0800);
	p[IP_AT] = 0x45;
	put16(p + IP_LENGTH_AT, payload + SOAK_HEADERS - IP_AT);
	p[22] = 64; /* time to live */
	p[23] = 17; /* UDP */
	put16(p + UDP_LENGTH_AT, payload + SOAK_HEADERS - PORT_SOURCE_AT);
	address(sh, p);
	soak_write_payload(p + SOAK_HEADERS, number);
	return payload + SOAK_HEADERS;
}

uint64_t soak_check(const unsigned char *p, uint32_t length)
{
	CHECK("only packets that a rule takes are received",
	      length >= SOAK_HEADERS && get16(p + 12) == 0x0800 && p[23] == 17 &&
		      get16(p + PORT_TO_AT) == SOAK_NEAR_PORT);
	return soak_check_payload("received packets are unchanged", p + SOAK_HEADERS,
				  length - SOAK_HEADERS);
}

void soak_reflect(const struct soak_shared *sh, unsigned char *p)
{
	uint64_t number;

	memcpy(&number, p + SOAK_HEADERS, sizeof(number));
	number |= SOAK_REFLECTED;
	memcpy(p + SOAK_HEADERS, &number, sizeof(number));
	address(sh, p);
}

void soak_arrived(const char *end, _Atomic uint64_t *seen, uint64_t number)
{
	uint64_t slot = (number * 0x9e3779b97f4a7c15ull) >> 40;

	/* 0 is a free place in the table. */
	CHECK(end, atomic_exchange(&seen[slot % SOAK_SEEN], number + 1) != number + 1);
}
