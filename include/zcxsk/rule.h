/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rule.h - the rules that select packets, as a text or as C structs, compiled
 * into an immutable set.
 *
 * The rules of a set are ordered, and the first one that matches a packet
 * decides whether it is taken or passes to the kernel. A packet that matches no
 * rule passes. Rules are numbered from 0.
 *
 * zcxsk_rules(7) describes the language.
 */
#ifndef ZCXSK_RULE_H
#define ZCXSK_RULE_H

#include <zcxsk/base.h>
#include <zcxsk/error.h>

struct zcxsk_rules; /* a compiled set */

/* The destination of a packet that a rule matches. */
enum zcxsk_action {
	ZCXSK_TAKE = 0, /* the socket of its queue */
	ZCXSK_PASS = 1, /* the kernel */
};

/*
 * Fields that a rule can name. A packet that lacks the field does not match:
 * later fragments of a packet lack ports, ARP lacks addresses. The bits in
 * between are reserved for the library.
 */
#define ZCXSK_RULE_ETHERTYPE 1u	      /* after up to two VLAN tags */
#define ZCXSK_RULE_IP_PROTOCOL 2u     /* IPv4 protocol; IPv6: after the extension headers */
#define ZCXSK_RULE_DST_PORT 4u	      /* of UDP, TCP and SCTP */
#define ZCXSK_RULE_SRC_PORT 8u	      /* of UDP, TCP and SCTP */
#define ZCXSK_RULE_VLAN 0x10u	      /* VLAN id of the outer tag */
#define ZCXSK_RULE_INNER_VLAN 0x20u   /* VLAN id of the second tag */
#define ZCXSK_RULE_ICMP_TYPE 0x40u    /* of ICMP and ICMPv6; IP_PROTOCOL says which */
#define ZCXSK_RULE_FRAGMENT 0x80u     /* of IPv4 and IPv6 */
#define ZCXSK_RULE_SRC 0x400u	      /* source address, by a prefix */
#define ZCXSK_RULE_DST 0x800u	      /* destination address, by a prefix */
#define ZCXSK_RULE_EVERYTHING 0x1000u /* no field: every packet matches */

/* Kinds of IP packets; bits of zcxsk_rule.fragment. */
#define ZCXSK_FRAGMENT_NONE 1u	/* not fragmented */
#define ZCXSK_FRAGMENT_FIRST 2u /* the first fragment */
#define ZCXSK_FRAGMENT_LATER 4u /* any other fragment */

/*
 * A packet matches if every named field matches, or does not match if `negated`
 * has its bit. Numbers are in host byte order; fields that are not named are
 * not read.
 */
struct zcxsk_rule {
	uint32_t fields;	/* ZCXSK_RULE_*, at least one */
	uint32_t negated;	/* the fields that must not match */
	uint32_t action;	/* enum zcxsk_action */
	uint16_t ethertype;	/* 0x0800 = IPv4 */
	uint8_t ip_protocol;	/* 17 = UDP, 6 = TCP */
	uint8_t icmp_type;	/* 8 = ICMP echo request */
	uint16_t src_port;	/* the first of a range */
	uint16_t src_port_last; /* 0 = src_port alone */
	uint16_t dst_port;	/* the first of a range */
	uint16_t dst_port_last; /* 0 = dst_port alone */
	uint16_t vlan;		/* 0 to 4095 */
	uint16_t inner_vlan;	/* 0 to 4095 */
	uint8_t fragment;	/* ZCXSK_FRAGMENT_*, at least one */
	uint8_t src_family;	/* 4 or 6 */
	uint8_t src_prefix;	/* bits that count: 0 to 32, 0 to 128 */
	uint8_t dst_family;	/* 4 or 6 */
	uint8_t dst_prefix;	/* bits that count: 0 to 32, 0 to 128 */
	uint8_t reserved0[3];	/* zero */
	uint8_t src[16];	/* network byte order; IPv4 in the first four, the rest zero */
	uint8_t dst[16];	/* the same */
	uint32_t reserved[15];	/* zero */
};

ZCXSK_STATIC_ASSERT(sizeof(struct zcxsk_rule) == 128, "ABI");

#define ZCXSK_RULES_MAX 256u	      /* rules of one set */
#define ZCXSK_RULES_TEXT_MAX 0x40000u /* bytes of a text without the terminator: 256 KiB */

ZCXSK_BEGIN_DECLS

/*
 * Compiles a text. An empty text gives a set without rules.
 *
 *   -EINVAL  out or text is NULL; a syntax error: the cause names line and
 *            column, and the remedy shows the place; a rule that no packet can
 *            match
 *   -E2BIG   more than ZCXSK_RULES_MAX rules or ZCXSK_RULES_TEXT_MAX bytes, too
 *            deeply nested, or too complex: a set has room for 1024 boxes
 *   -ENOMEM  out of memory
 *
 * Does not block; refusing a text as too complex takes some tenths of a second.
 * Makes no system call. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_rules_parse(struct zcxsk_rules **out, const char *text,
						struct zcxsk_error *error);

/*
 * Compiles C structs. If count is 0, rules may be NULL. Errors as above; the
 * cause names the rule by its number and the field. Does not block. Makes no
 * system call. Any thread.
 */
ZCXSK_API ZCXSK_NODISCARD int zcxsk_rules_create(struct zcxsk_rules **out,
						 const struct zcxsk_rule *rules, uint32_t count,
						 struct zcxsk_error *error);

/* Frees a set. NULL is accepted. Does not block. Any thread. */
ZCXSK_API void zcxsk_rules_destroy(struct zcxsk_rules *rules);

/* Number of rules; 0 for NULL. Does not block. Any thread. */
ZCXSK_API uint32_t zcxsk_rules_count(const struct zcxsk_rules *rules);

/*
 * Writes rule n as a text of the language, in normal form, to buf, truncated to
 * size bytes and terminated unless size is 0. Returns the length of the whole
 * text, like snprintf; -EINVAL for NULL or if there is no rule n. Does not
 * block. Any thread.
 */
ZCXSK_API int zcxsk_rules_text(const struct zcxsk_rules *rules, uint32_t n, char *buf, size_t size);

ZCXSK_END_DECLS

#endif
