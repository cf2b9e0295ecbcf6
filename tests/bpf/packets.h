/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packets.h - packets for the verdict tests: put together header by header,
 * or made up from a seed.
 */
#ifndef ZCXSK_TESTS_PACKETS_H
#define ZCXSK_TESTS_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "redirect_abi.h"

/* BPF_PROG_TEST_RUN takes no packet shorter than an Ethernet header. */
#define PACKET_MIN 14
/* A chain of IPv6 extension headers of 255 units, and some more. */
#define PACKET_MAX 3000

/* The first half of the IPv6 addresses: 2001:db8::/64, for documentation. */
#define PACKET_PREFIX 0x20010db800000000ull

struct packet {
	uint8_t data[PACKET_MAX];
	size_t length;
	size_t ip; /* where its IP header begins */
};

/* Each appends one header; what follows names the next one. */
void packet_start(struct packet *packet);
void packet_ethertype(struct packet *packet, uint16_t ethertype);
void packet_vlan(struct packet *packet, uint16_t tag_type, uint16_t tci);
/* offset in units of 8 bytes, under the three flags; options in units of 4 bytes. */
void packet_ipv4(struct packet *packet, uint8_t protocol, uint16_t offset, unsigned options);
void packet_ipv6(struct packet *packet, uint8_t next);
/* units of 8 bytes after the first. */
void packet_extension(struct packet *packet, uint8_t next, uint8_t units);
void packet_fragment(struct packet *packet, uint8_t next, uint16_t offset, bool more);
void packet_ports(struct packet *packet, uint16_t src_port, uint16_t dst_port);
void packet_icmp(struct packet *packet, uint8_t type);
/* Sets those of the IP header; of IPv6 the last four bytes behind PACKET_PREFIX. */
void packet_addresses(struct packet *packet, uint32_t src, uint32_t dst);

/* Generator of numbers; the same seed gives the same tests everywhere. */
struct chance {
	uint64_t state;
};

/* 0 to limit - 1. */
uint32_t chance_below(struct chance *chance, uint32_t limit);

/*
 * A packet of the kinds that the rules tell apart, sometimes with a few bits
 * turned over, sometimes cut off; and boxes that are likely to meet it.
 */
void packet_random(struct packet *packet, struct chance *chance);
void set_random(struct redirect_rules *set, struct chance *chance);

#endif
