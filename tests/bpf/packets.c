// SPDX-License-Identifier: BSD-2-Clause
/* packets.c - builds packets, by hand and by chance. */
#include "packets.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Few values, so that packets and rules meet; the odd ones are near misses. */
static const uint16_t ethertypes[] = {0x0800, 0x0800, 0x0800, 0x86dd, 0x86dd,
				      0x86dd, 0x0806, 0x8100, 0x88a8, 0x0008};
static const uint8_t protocols[] = {17, 17, 17, 6, 6, 1, 58, 59, 51, 0, 43, 44, 60};
static const uint8_t extensions[] = {0, 43, 44, 60};
static const uint16_t ports[] = {53, 53, 80, 443, 0, 65535, 0x3500};

static uint8_t *append(struct packet *packet, size_t bytes)
{
	uint8_t *at = packet->data + packet->length;

	if (packet->length + bytes > PACKET_MAX) {
		/* Longer chains are cut, as on a real network. */
		packet->length = PACKET_MAX;
		return NULL;
	}
	memset(at, 0, bytes);
	packet->length += bytes;
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

void packet_vlan(struct packet *packet, uint16_t tag_type)
{
	append16(packet, tag_type);
	append16(packet, 5);
}

void packet_ipv4(struct packet *packet, uint8_t protocol, uint16_t offset, unsigned options)
{
	uint8_t *at = append(packet, 20 + 4 * (size_t)options);

	if (!at)
		return;
	at[0] = (uint8_t)(0x45 + options);
	at[6] = (uint8_t)(offset >> 8);
	at[7] = (uint8_t)offset;
	at[9] = protocol;
}

void packet_ipv6(struct packet *packet, uint8_t next)
{
	uint8_t *at = append(packet, 40);

	if (!at)
		return;
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

void packet_fragment(struct packet *packet, uint8_t next, uint16_t offset)
{
	uint8_t *at = append(packet, 8);

	if (!at)
		return;
	at[0] = next;
	/* Not a length: a parser that takes it for one goes astray. */
	at[1] = 2;
	at[2] = (uint8_t)(offset >> 5);
	at[3] = (uint8_t)(offset << 3 | 1);
}

void packet_ports(struct packet *packet, uint16_t dst_port)
{
	append16(packet, 4242);
	append16(packet, dst_port);
	append(packet, 8);
}

/* xorshift64*: small, and good enough to pick test cases. */
uint32_t chance_below(struct chance *chance, uint32_t limit)
{
	chance->state ^= chance->state >> 12;
	chance->state ^= chance->state << 25;
	chance->state ^= chance->state >> 27;
	return (uint32_t)((chance->state * 0x2545f4914f6cdd1dULL) >> 33) % limit;
}

static uint8_t any_protocol(struct chance *chance)
{
	return protocols[chance_below(chance, COUNT(protocols))];
}

static void random_ipv6(struct packet *packet, struct chance *chance)
{
	/* Up to two more than the program is willing to skip. */
	unsigned count = chance_below(chance, 2) ? chance_below(chance, 8) : 0;
	uint8_t chain[9];

	for (unsigned i = 0; i < count; i++)
		chain[i] = extensions[chance_below(chance, COUNT(extensions))];
	chain[count] = any_protocol(chance);
	packet_ipv6(packet, chain[0]);
	for (unsigned i = 0; i < count; i++) {
		uint16_t offset = chance_below(chance, 3) ? 0 : (uint16_t)(1 + i * 700);

		if (chain[i] == 44)
			packet_fragment(packet, chain[i + 1], offset);
		else
			packet_extension(packet, chain[i + 1],
					 chance_below(chance, 20) ? (uint8_t)(i % 3) : 255);
	}
}

static void mutate(struct packet *packet, struct chance *chance)
{
	size_t cut;

	for (uint32_t flips = chance_below(chance, 4); flips; flips--)
		packet->data[chance_below(chance, (uint32_t)packet->length)] ^=
			(uint8_t)(1u << chance_below(chance, 8));
	if (chance_below(chance, 2)) {
		cut = chance_below(chance, (uint32_t)packet->length);
		packet->length = cut < PACKET_MIN ? PACKET_MIN : cut;
	}
}

void packet_random(struct packet *packet, struct chance *chance)
{
	uint16_t type = ethertypes[chance_below(chance, COUNT(ethertypes))];

	packet_start(packet);
	for (uint32_t tags = chance_below(chance, 2) ? chance_below(chance, 4) : 0; tags; tags--)
		packet_vlan(packet, chance_below(chance, 2) ? 0x8100 : 0x88a8);
	packet_ethertype(packet, type);
	if (type == 0x0800)
		packet_ipv4(packet, any_protocol(chance),
			    chance_below(chance, 4) ? 0 : (uint16_t)chance_below(chance, 65536),
			    chance_below(chance, 3) ? 0 : chance_below(chance, 11));
	else if (type == 0x86dd)
		random_ipv6(packet, chance);
	packet_ports(packet, ports[chance_below(chance, COUNT(ports))]);
	if (!chance_below(chance, 3))
		mutate(packet, chance);
}

void config_random(struct redirect_config *config, struct chance *chance)
{
	memset(config, 0, sizeof(*config));
	config->version = REDIRECT_VERSION;
	config->take_all = !chance_below(chance, 50);
	config->rule_count = chance_below(chance, REDIRECT_RULES + 1);
	for (unsigned i = 0; i < REDIRECT_RULES; i++)
		/* Those beyond the count are filled too: they must not be read. */
		config->rules[i] = (struct redirect_rule){
			.fields = 1 + chance_below(chance, 7),
			.ethertype = ethertypes[chance_below(chance, COUNT(ethertypes))],
			.ip_protocol = any_protocol(chance),
			.dst_port = ports[chance_below(chance, COUNT(ports))],
		};
}
