/* SPDX-License-Identifier: BSD-2-Clause */
/* packets.c - builds given and random packets. */
#include "packets.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A few values, so that packets often match boxes; the unusual ones are near misses. */
static const uint16_t ethertypes[] = {0x0800, 0x0800, 0x0800, 0x86dd, 0x86dd,
				      0x86dd, 0x0806, 0x8100, 0x88a8, 0x0008};
static const uint8_t protocols[] = {17, 17, 17, 6, 6, 132, 1, 58, 59, 51, 0, 43, 44, 60};
static const uint8_t extensions[] = {0, 43, 44, 60};
static const uint16_t ports[] = {53, 53, 80, 443, 0, 65535, 0x3500};
static const uint16_t vlans[] = {0, 5, 5, 6, 0xfff, 0xe005};
static const uint8_t icmp_types[] = {0, 8, 8, 128, 135, 255};
static const uint32_t addresses[] = {0,		 0x0a000001, 0x0a000001, 0x0a0000ff,
				     0x0a000100, 0xc0000201, UINT32_MAX};

void packet_ip_length(struct packet *packet, size_t length)
{
	uint8_t *ip = packet->data + packet->ip;
	size_t at = ip[0] >> 4 == 4 ? 2 : 4;

	/* That of IPv6 is without its header. */
	length -= at == 4 ? 40 : 0;
	ip[at] = (uint8_t)(length >> 8);
	ip[at + 1] = (uint8_t)length;
}

/* The IP packet extends to the end of the frame. */
static uint8_t *append(struct packet *packet, size_t bytes)
{
	uint8_t *at = packet->data + packet->length;

	if (packet->length + bytes > PACKET_MAX) {
		/* Longer chains are truncated, as on a real network. */
		packet->length = PACKET_MAX;
		return NULL;
	}
	memset(at, 0, bytes);
	packet->length += bytes;
	if (packet->ip)
		packet_ip_length(packet, packet->length - packet->ip);
	return at;
}

static void append16(struct packet *packet, uint16_t value)
{
	uint8_t *at = append(packet, 2);

	if (!at)
		return;
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

void packet_start(struct packet *packet)
{
	memset(packet, 0, sizeof(*packet));
	append(packet, 12);
}

void packet_ethertype(struct packet *packet, uint16_t ethertype)
{
	append16(packet, ethertype);
}

void packet_vlan(struct packet *packet, uint16_t tag_type, uint16_t tci)
{
	append16(packet, tag_type);
	append16(packet, tci);
}

void packet_ipv4(struct packet *packet, uint8_t protocol, uint16_t offset, unsigned options)
{
	uint8_t *at = append(packet, 20 + 4 * (size_t)options);

	if (!at)
		return;
	packet->ip = (size_t)(at - packet->data);
	at[0] = (uint8_t)(0x45 + options);
	at[6] = (uint8_t)(offset >> 8);
	at[7] = (uint8_t)offset;
	at[9] = protocol;
	packet_ip_length(packet, packet->length - packet->ip);
}

void packet_ipv6(struct packet *packet, uint8_t next)
{
	uint8_t *at = append(packet, 40);

	if (!at)
		return;
	packet->ip = (size_t)(at - packet->data);
	at[0] = 0x60;
	at[6] = next;
}

void packet_extension(struct packet *packet, uint8_t next, uint8_t units)
{
	uint8_t *at = append(packet, 8 + 8 * (size_t)units);

	if (!at)
		return;
	at[0] = next;
	at[1] = units;
}

void packet_fragment(struct packet *packet, uint8_t next, uint16_t offset, bool more)
{
	uint8_t *at = append(packet, 8);

	if (!at)
		return;
	at[0] = next;
	/* A reserved field; a parser that reads it as a length fails. */
	at[1] = 2;
	at[2] = (uint8_t)(offset >> 5);
	at[3] = (uint8_t)(offset << 3 | more);
}

void packet_ports(struct packet *packet, uint16_t src_port, uint16_t dst_port)
{
	append16(packet, src_port);
	append16(packet, dst_port);
	append(packet, 8);
}

void packet_icmp(struct packet *packet, uint8_t type)
{
	uint8_t *at = append(packet, 8);

	if (at)
		at[0] = type;
}

static void put32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

void packet_addresses(struct packet *packet, uint32_t src, uint32_t dst)
{
	uint8_t *ip = packet->data + packet->ip;

	if (!packet->ip)
		return;
	if (ip[0] >> 4 == 4) {
		put32(ip + 12, src);
		put32(ip + 16, dst);
		return;
	}
	put32(ip + 8, PACKET_PREFIX >> 32);
	put32(ip + 20, src);
	put32(ip + 24, PACKET_PREFIX >> 32);
	put32(ip + 36, dst);
}

static uint8_t any_protocol(struct prng *prng)
{
	return protocols[prng_below(prng, COUNT(protocols))];
}

static void random_ipv6(struct packet *packet, struct prng *prng)
{
	/* Up to two more than the program skips. */
	unsigned count = prng_below(prng, 2) ? prng_below(prng, 8) : 0;
	uint8_t chain[9];

	for (unsigned i = 0; i < count; i++)
		chain[i] = extensions[prng_below(prng, COUNT(extensions))];
	chain[count] = any_protocol(prng);
	packet_ipv6(packet, chain[0]);
	for (unsigned i = 0; i < count; i++) {
		uint16_t offset = prng_below(prng, 3) ? 0 : (uint16_t)(1 + i * 700);

		if (chain[i] == 44)
			packet_fragment(packet, chain[i + 1], offset, prng_below(prng, 2));
		else
			packet_extension(packet, chain[i + 1],
					 prng_below(prng, 20) ? (uint8_t)(i % 3) : 255);
	}
}

/* An IP packet that ends somewhere near its transport header, or after the frame. */
static void shorten(struct packet *packet, struct prng *prng)
{
	size_t whole = packet->length - packet->ip;

	if (packet->ip)
		packet_ip_length(packet, 40 + prng_below(prng, (uint32_t)whole + 8));
}

static void mutate(struct packet *packet, struct prng *prng)
{
	size_t cut;

	for (uint32_t flips = prng_below(prng, 4); flips; flips--)
		packet->data[prng_below(prng, (uint32_t)packet->length)] ^=
			(uint8_t)(1u << prng_below(prng, 8));
	if (prng_below(prng, 2)) {
		cut = prng_below(prng, (uint32_t)packet->length);
		packet->length = cut < PACKET_MIN ? PACKET_MIN : cut;
	}
}

static void random_transport(struct packet *packet, struct prng *prng)
{
	if (prng_below(prng, 4))
		packet_ports(packet, ports[prng_below(prng, COUNT(ports))],
			     ports[prng_below(prng, COUNT(ports))]);
	else
		packet_icmp(packet, icmp_types[prng_below(prng, COUNT(icmp_types))]);
}

void packet_random(struct packet *packet, struct prng *prng)
{
	uint16_t type = ethertypes[prng_below(prng, COUNT(ethertypes))];

	packet_start(packet);
	for (uint32_t tags = prng_below(prng, 2) ? prng_below(prng, 4) : 0; tags; tags--)
		packet_vlan(packet, prng_below(prng, 2) ? 0x8100 : 0x88a8,
			    vlans[prng_below(prng, COUNT(vlans))]);
	packet_ethertype(packet, type);
	if (type == 0x0800)
		packet_ipv4(packet, any_protocol(prng),
			    prng_below(prng, 4) ? 0 : (uint16_t)prng_below(prng, 65536),
			    prng_below(prng, 3) ? 0 : prng_below(prng, 11));
	else if (type == 0x86dd)
		random_ipv6(packet, prng);
	packet_addresses(packet, addresses[prng_below(prng, COUNT(addresses))],
			 addresses[prng_below(prng, COUNT(addresses))]);
	random_transport(packet, prng);
	if (!prng_below(prng, 4))
		shorten(packet, prng);
	if (!prng_below(prng, 3))
		mutate(packet, prng);
}

/* ---- boxes ----------------------------------------------------------------- */

static uint16_t any_value(enum redirect_value which, struct prng *prng)
{
	switch (which) {
	case REDIRECT_V_ETHERTYPE:
		return ethertypes[prng_below(prng, COUNT(ethertypes))];
	case REDIRECT_V_IP_PROTOCOL:
		return any_protocol(prng);
	case REDIRECT_V_VLAN:
	case REDIRECT_V_INNER_VLAN:
		return vlans[prng_below(prng, COUNT(vlans))] & 0xfff;
	case REDIRECT_V_ICMP_TYPE:
		return icmp_types[prng_below(prng, COUNT(icmp_types))];
	case REDIRECT_V_FRAGMENT:
		return (uint16_t)prng_below(prng, 3);
	default:
		return ports[prng_below(prng, COUNT(ports))];
	}
}

/* A range of one value or between two values. */
static void random_range(struct redirect_term *term, enum redirect_value which, struct prng *prng)
{
	uint16_t a = any_value(which, prng), b = any_value(which, prng);

	if (prng_below(prng, 2))
		b = a;
	term->fields |= 1u << which;
	term->first[which] = a < b ? a : b;
	term->last[which] = a < b ? b : a;
}

static void random_addresses(struct redirect_address *first, struct redirect_address *last,
			     uint64_t high, struct prng *prng)
{
	uint32_t a = addresses[prng_below(prng, COUNT(addresses))];
	uint32_t b = addresses[prng_below(prng, COUNT(addresses))];

	*first = (struct redirect_address){high, a < b ? a : b};
	*last = (struct redirect_address){high, a < b ? b : a};
	/* Also ranges across the boundary between the two halves. */
	if (high && !prng_below(prng, 3))
		*(prng_below(prng, 2) ? first : last) = (struct redirect_address){
			prng_below(prng, 2) ? high : high + 1, prng_below(prng, 3)};
}

static void random_term(struct redirect_term *term, struct prng *prng)
{
	memset(term, 0, sizeof(*term));
	memset(term->last, 0xff, sizeof(term->last));
	memset(&term->src_last, 0xff, sizeof(term->src_last));
	memset(&term->dst_last, 0xff, sizeof(term->dst_last));
	for (uint32_t n = 1 + prng_below(prng, 3); n; n--)
		random_range(term, prng_below(prng, REDIRECT_VALUES), prng);
	if (!prng_below(prng, 4))
		term->absent = 1u << prng_below(prng, 10);
	if (!prng_below(prng, 3)) {
		bool six = prng_below(prng, 2);
		uint64_t high = six ? PACKET_PREFIX : 0;

		term->fields |= six ? REDIRECT_IPV6 : REDIRECT_IPV4;
		if (prng_below(prng, 2))
			random_addresses(&term->src_first, &term->src_last, high, prng);
		else
			random_addresses(&term->dst_first, &term->dst_last, high, prng);
	}
	term->rule = (uint16_t)prng_below(prng, REDIRECT_RULES);
	term->take = prng_below(prng, 3) != 0;
}

void set_random(struct redirect_rules *set, struct prng *prng)
{
	static const uint32_t limits[] = {2, 5, 12, 12, 40, 40, 40, 40, REDIRECT_TERMS + 1};

	memset(set, 0, sizeof(*set));
	set->version = REDIRECT_VERSION;
	set->take_all = !prng_below(prng, 50);
	set->term_count = prng_below(prng, limits[prng_below(prng, COUNT(limits))]);
	/* Fills the boxes beyond the count, too, which must not be read. */
	for (unsigned i = 0; i < REDIRECT_TERMS; i++)
		random_term(&set->terms[i], prng);
}
