/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_boxes.h - the boxes of packets that a machine needs, and which rules take them. */
#ifndef ZCXSK_LIB_REDIRECT_GUARD_BOXES_H
#define ZCXSK_LIB_REDIRECT_GUARD_BOXES_H

#include <zcxsk/rule.h>

#include "redirect/guard_share.h"

/* A protocol inside IPv4 (AF_INET) or IPv6, whole packets and first fragments. */
struct redirect_term guard_ip_box(int family, uint8_t protocol);

/* The same with later fragments, which have no ports. */
struct redirect_term guard_protocol_box(int family, uint8_t protocol);

/* To a port of UDP or TCP. */
struct redirect_term guard_port_box(int family, uint8_t protocol, uint16_t port);

/* ICMP or ICMPv6, by the family, of these types. */
struct redirect_term guard_icmp_box(int family, uint8_t first, uint8_t last);

/* No IP, of these EtherTypes. */
struct redirect_term guard_ethertype_box(uint16_t first, uint16_t last);

/* TCP or UDP to a socket: what listens, from anywhere; what is connected, from its peer. */
struct redirect_term guard_socket_box(const struct guard_socket *s, int family, uint8_t protocol);

/*
 * The first rule that could take a packet of the box that arrives with these tags; -1 if
 * none can. Some cards remove tags before the program runs, so each may be missing.
 */
int guard_taker(const struct zcxsk_rules *rules, const struct redirect_term *box,
		const struct guard_tags *tags);

#endif
