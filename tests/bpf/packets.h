/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packets.h - packets for the verdict tests: built header by header, or random from a
 * seed.
 */
#ifndef ZCXSK_TESTS_PACKETS_H
#define ZCXSK_TESTS_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prng.h"
#include "redirect_abi.h"

/* BPF_PROG_TEST_RUN accepts no packet shorter than an Ethernet header. */
#define PACKET_MIN 14
/* A chain of IPv6 extension headers of 255 units, and some more. */
#define PACKET_MAX 3000

/* The upper half of the IPv6 addresses: 2001:db8::/64, reserved for documentation. */
#define PACKET_PREFIX 0x20010db800000000ull

struct packet {
	uint8_t data[PACKET_MAX];
	size_t length;
	size_t ip; /* offset of its IP header */
};

/* Each call appends one header; the arguments name the next one. */
void packet_start(struct packet *packet);
void packet_ethertype(struct packet *packet, uint16_t ethertype);
void packet_vlan(struct packet *packet, uint16_t tag_type, uint16_t tci);
/* offset is in units of 8 bytes, below the three flags; options in units of 4 bytes. */
void packet_ipv4(struct packet *packet, uint8_t protocol, uint16_t offset, unsigned options);
void packet_ipv6(struct packet *packet, uint8_t next);
/* units counts 8 bytes each, after the first 8. */
void packet_extension(struct packet *packet, uint8_t next, uint8_t units);
void packet_fragment(struct packet *packet, uint8_t next, uint16_t offset, bool more);
void packet_ports(struct packet *packet, uint16_t src_port, uint16_t dst_port);
void packet_icmp(struct packet *packet, uint8_t type);
/* Sets the length in the IP header, which so far was that up to the end of the frame. */
void packet_ip_length(struct packet *packet, size_t length);
/* Sets the addresses of the IP header; for IPv6 the last four bytes after PACKET_PREFIX. */
void packet_addresses(struct packet *packet, uint32_t src, uint32_t dst);

/*
 * A random packet of the kinds that rules distinguish, sometimes with a few bits flipped or
 * truncated; and random boxes that are likely to match it.
 */
void packet_random(struct packet *packet, struct prng *prng);
void set_random(struct redirect_rules *set, struct prng *prng);

#endif
