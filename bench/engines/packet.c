/* SPDX-License-Identifier: BSD-2-Clause */
/* packet.c - the one test packet, for all engines. */
#include "packet.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <string.h>

enum { TTL = 64 /* hops, the default of Linux */ };

/* The headers in the packet, without alignment. */
struct headers {
	struct ethhdr ethernet;
	struct iphdr ip;
	struct udphdr udp;
} __attribute__((packed));

_Static_assert(sizeof(struct headers) == PACKET_HEADERS, "no gaps");

static uint32_t sum(const void *bytes, uint32_t size)
{
	const uint8_t *at = bytes;
	uint32_t total = 0;

	for (uint32_t i = 0; i + 1 < size; i += 2)
		total += (uint32_t)at[i] << 8 | at[i + 1];
	return total;
}

static uint16_t fold(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return htons((uint16_t)~total);
}

void packet_make(uint8_t *bytes, const struct place *place, bool to_far, uint32_t size)
{
	uint16_t udp_size = (uint16_t)(size - PACKET_HEADERS + sizeof(struct udphdr));
	struct headers h = {
		.ethernet.h_proto = htons(ETH_P_IP),
		.ip = {.version = 4, .ihl = 5, .ttl = TTL, .protocol = IPPROTO_UDP},
		.udp = {.source = htons(PACKET_PORT), .dest = htons(PACKET_PORT)},
	};

	memcpy(h.ethernet.h_dest, to_far ? place->far_mac : place->near_mac, ETH_ALEN);
	memcpy(h.ethernet.h_source, to_far ? place->near_mac : place->far_mac, ETH_ALEN);
	h.ip.saddr = to_far ? place->near_ip : place->far_ip;
	h.ip.daddr = to_far ? place->far_ip : place->near_ip;
	h.ip.tot_len = htons((uint16_t)(size - sizeof(struct ethhdr)));
	h.ip.check = fold(sum(&h.ip, sizeof(h.ip)));
	h.udp.len = htons(udp_size);
	/* The payload is zero. The pseudo header has both addresses, protocol and length. */
	h.udp.check =
		fold(sum(&h.udp, sizeof(h.udp)) + sum(&h.ip.saddr, 8) + IPPROTO_UDP + udp_size);
	memset(bytes, 0, size);
	memcpy(bytes, &h, sizeof(h));
}

void packet_number(uint8_t *bytes, uint64_t number)
{
	memset(bytes + PACKET_NUMBER_AT - sizeof(uint16_t), 0, sizeof(uint16_t));
	memcpy(bytes + PACKET_NUMBER_AT, &number, sizeof(number));
}

uint64_t packet_number_of(const uint8_t *bytes, uint32_t size)
{
	uint64_t number;
	struct headers h;

	if (size < PACKET_MIN)
		return UINT64_MAX;
	memcpy(&h, bytes, sizeof(h));
	if (h.ethernet.h_proto != htons(ETH_P_IP) || h.udp.dest != htons(PACKET_PORT))
		return UINT64_MAX;
	memcpy(&number, bytes + PACKET_NUMBER_AT, sizeof(number));
	return number;
}

void packet_turn_back(uint8_t *bytes, uint32_t size)
{
	uint8_t mac[ETH_ALEN];

	(void)size;
	memcpy(mac, bytes, ETH_ALEN);
	memcpy(bytes, bytes + ETH_ALEN, ETH_ALEN);
	memcpy(bytes + ETH_ALEN, mac, ETH_ALEN);
}

/* Swapping addresses and ports does not change the checksums. */
void packet_answer(uint8_t *bytes, uint32_t size)
{
	struct headers h;
	uint32_t ip;
	uint16_t port;

	if (size < PACKET_MIN)
		return;
	packet_turn_back(bytes, size);
	memcpy(&h, bytes, sizeof(h));
	ip = h.ip.saddr;
	h.ip.saddr = h.ip.daddr;
	h.ip.daddr = ip;
	port = h.udp.source;
	h.udp.source = h.udp.dest;
	h.udp.dest = port;
	memcpy(bytes, &h, sizeof(h));
}
