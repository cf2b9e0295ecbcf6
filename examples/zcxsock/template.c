/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * template.c - builds the UDP packet: Ethernet, an optional VLAN tag, IPv4, UDP,
 * eight bytes of sequence number in network order, then 0, 1, 2 ...
 */
#include "template.h"

#include <netinet/in.h>

enum {
	IPV4_HEADER = 20, /* bytes, no options */
	UDP_HEADER = 8,	  /* bytes */
	SEQUENCE = 8,	  /* bytes */
	TTL = 64,	  /* hops, the default of Linux */
};

static uint32_t sum_words(const unsigned char *at, uint32_t len)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)at[i] << 8 | at[i + 1];
	return len % 2 ? sum + ((uint32_t)at[len - 1] << 8) : sum;
}

/* Returns the length of the header. */
static uint32_t put_ethernet(unsigned char *at, const struct options *o, const uint8_t *src_mac)
{
	uint32_t len = 2 * MAC_BYTES;

	memcpy(at, o->dst_mac, MAC_BYTES);
	memcpy(at + MAC_BYTES, src_mac, MAC_BYTES);
	if (o->vlan) {
		template_put16(at + len, 0x8100); /* 802.1Q */
		template_put16(at + len + 2, o->vlan);
		len += VLAN_TAG;
	}
	template_put16(at + len, 0x0800); /* IPv4 */
	return len + 2;
}

static void put_ipv4(unsigned char *at, const struct options *o, uint32_t len)
{
	memset(at, 0, IPV4_HEADER);
	at[0] = 0x45; /* version 4, five words */
	template_put16(at + 2, (uint16_t)len);
	template_put16(at + 6, 0x4000); /* do not fragment */
	at[8] = TTL;
	at[9] = IPPROTO_UDP;
	memcpy(at + 12, &o->src_ip, sizeof(o->src_ip));
	memcpy(at + 16, &o->dst_ip, sizeof(o->dst_ip));
	template_put16(at + 10, template_checksum(sum_words(at, IPV4_HEADER)));
}

void template_make(struct template *t, const struct options *o, const uint8_t *src_mac)
{
	uint32_t ip_at = put_ethernet(t->bytes, o, src_mac);
	uint32_t udp_at = ip_at + IPV4_HEADER;
	uint32_t udp_len = o->packet_size - udp_at;
	unsigned char *udp = t->bytes + udp_at;

	t->len = o->packet_size;
	t->udp_checksum_at = udp_at + 6;
	t->sequence_at = udp_at + UDP_HEADER;
	put_ipv4(t->bytes + ip_at, o, IPV4_HEADER + udp_len);
	template_put16(udp, o->src_port);
	template_put16(udp + 2, o->dst_port);
	template_put16(udp + 4, (uint16_t)udp_len);
	memset(udp + 6, 0, 2 + SEQUENCE);
	for (uint32_t i = UDP_HEADER + SEQUENCE; i < udp_len; i++)
		udp[i] = (unsigned char)(i - UDP_HEADER - SEQUENCE);
	/* The pseudo header: both addresses, protocol and length. */
	t->udp_sum = sum_words(udp, udp_len) + sum_words(t->bytes + ip_at + 12, 8) + IPPROTO_UDP +
		     udp_len;
}
