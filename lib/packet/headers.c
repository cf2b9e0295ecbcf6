/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * headers.c - walks from the Ethernet header over VLAN tags, the IP header and
 * IPv6 extension headers. Every length is compared with what is left of the
 * frame or of the IP packet before it is used.
 */
#include "packet/headers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <stddef.h>
#include <string.h>

#define VLAN_TAG 4u	       /* bytes */
#define IPV6_EXTENSION_UNIT 8u /* bytes */
#define IPV6_MORE_FRAGMENTS 1u

/* Types of routing headers whose final destination is found by its position. */
enum { ROUTING_SOURCE = 0, ROUTING_MOBILE = 2, ROUTING_SEGMENTS = 4 };

static uint16_t read16(const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return ntohs(value);
}

static bool is_vlan(uint16_t ethertype)
{
	return ethertype == ETH_P_8021Q || ethertype == ETH_P_8021AD;
}

static int read_ipv4(struct packet_headers *h, const uint8_t *frame, uint32_t len)
{
	const uint8_t *ip = frame + h->ip;
	uint32_t left = len - h->ip, total, header;
	uint16_t fragment;

	if (left < sizeof(struct iphdr) || ip[0] >> 4 != 4)
		return -EPROTO;
	header = (ip[0] & 15u) * 4;
	total = read16(ip + offsetof(struct iphdr, tot_len));
	if (header < sizeof(struct iphdr) || total < header || total > left)
		return -EPROTO;
	h->ip_header = header;
	fragment = read16(ip + offsetof(struct iphdr, frag_off));
	if (fragment & (IP_MF | IP_OFFMASK))
		return 0;
	h->protocol = ip[offsetof(struct iphdr, protocol)];
	h->transport = h->ip + header;
	h->length = total - header;
	h->source = h->ip + offsetof(struct iphdr, saddr);
	h->destination = h->ip + offsetof(struct iphdr, daddr);
	h->address_bytes = sizeof(struct in_addr);
	return 1;
}

/*
 * The pseudo-header has the final destination, which a routing header holds until the
 * packet has passed all others. Returns 0 for a type that stores it in another way.
 */
static int read_routing(struct packet_headers *h, const uint8_t *frame, uint32_t bytes)
{
	const uint8_t *routing = frame + h->transport;
	uint32_t addresses = h->transport + IPV6_EXTENSION_UNIT;
	uint32_t count = (bytes - IPV6_EXTENSION_UNIT) / sizeof(struct in6_addr);

	if (!routing[3]) /* segments left */
		return 1;
	if (!count)
		return -EPROTO;
	switch (routing[2]) {
	case ROUTING_SOURCE:
		h->destination = addresses + (count - 1) * (uint32_t)sizeof(struct in6_addr);
		return 1;
	case ROUTING_MOBILE:
	case ROUTING_SEGMENTS: /* the last one is first */
		h->destination = addresses;
		return 1;
	default:
		return 0;
	}
}

/* Skips one extension header. Returns as packet_read_headers(). */
static int skip_extension(struct packet_headers *h, const uint8_t *frame)
{
	const uint8_t *extension = frame + h->transport;
	uint32_t bytes = IPV6_EXTENSION_UNIT;
	int ret = 1;

	if (h->length < IPV6_EXTENSION_UNIT)
		return -EPROTO;
	if (h->protocol != IPPROTO_FRAGMENT)
		bytes += extension[1] * IPV6_EXTENSION_UNIT;
	else if (read16(extension + 2) & (0xfff8u | IPV6_MORE_FRAGMENTS))
		return 0;
	if (bytes > h->length)
		return -EPROTO;
	if (h->protocol == IPPROTO_ROUTING)
		ret = read_routing(h, frame, bytes);
	h->protocol = extension[0];
	h->transport += bytes;
	h->length -= bytes;
	return ret;
}

static bool is_extension(uint8_t protocol)
{
	return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
	       protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_FRAGMENT;
}

static int read_ipv6(struct packet_headers *h, const uint8_t *frame, uint32_t len)
{
	const uint8_t *ip = frame + h->ip;
	uint32_t left = len - h->ip;
	int ret = 1;

	if (left < sizeof(struct ip6_hdr) || ip[0] >> 4 != 6)
		return -EPROTO;
	h->protocol = ip[offsetof(struct ip6_hdr, ip6_nxt)];
	h->transport = h->ip + (uint32_t)sizeof(struct ip6_hdr);
	h->length = read16(ip + offsetof(struct ip6_hdr, ip6_plen));
	h->source = h->ip + offsetof(struct ip6_hdr, ip6_src);
	h->destination = h->ip + offsetof(struct ip6_hdr, ip6_dst);
	h->address_bytes = sizeof(struct in6_addr);
	if (h->length > left - sizeof(struct ip6_hdr))
		return -EPROTO;
	if (!h->length) /* a jumbogram, or nothing */
		return 0;
	while (ret > 0 && is_extension(h->protocol))
		ret = skip_extension(h, frame);
	return ret;
}

int packet_read_headers(struct packet_headers *h, const uint8_t *frame, uint32_t len)
{
	uint16_t ethertype;

	memset(h, 0, sizeof(*h));
	h->ip = ETH_HLEN;
	if (len < h->ip)
		return -EPROTO;
	ethertype = read16(frame + h->ip - sizeof(ethertype));
	while (is_vlan(ethertype)) {
		if (len - h->ip < VLAN_TAG)
			return -EPROTO;
		h->ip += VLAN_TAG;
		ethertype = read16(frame + h->ip - sizeof(ethertype));
	}
	switch (ethertype) {
	case ETH_P_IP:
		return read_ipv4(h, frame, len);
	case ETH_P_IPV6:
		return read_ipv6(h, frame, len);
	default:
		return 0;
	}
}
