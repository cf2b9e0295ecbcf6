/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * redirect_abi.h - what the BPF program and the library share: the fields of a
 * packet, a set of rules as boxes over them, and the counters. Plain types only.
 */
#ifndef ZCXSK_BPF_REDIRECT_ABI_H
#define ZCXSK_BPF_REDIRECT_ABI_H

#include <linux/types.h>

/*
 * Changes with every change of the layout. A fresh map holds 0, so a program
 * that runs before its rules are written passes everything.
 */
#define REDIRECT_VERSION 3

#define REDIRECT_RULES 256  /* rules of one set; the same number as ZCXSK_RULES_MAX */
#define REDIRECT_TERMS 1024 /* boxes of one set */

/* Fields of a packet, as bits; the same values as ZCXSK_RULE_* where both exist. */
#define REDIRECT_ETHERTYPE 1   /* behind up to two VLAN tags */
#define REDIRECT_IP_PROTOCOL 2 /* behind up to five IPv6 extension headers */
#define REDIRECT_DST_PORT 4    /* of UDP, TCP, SCTP */
#define REDIRECT_SRC_PORT 8    /* likewise */
#define REDIRECT_VLAN 0x10     /* VLAN of the outer tag */
#define REDIRECT_INNER_VLAN 0x20
#define REDIRECT_ICMP_TYPE 0x40 /* of ICMP and ICMPv6; the protocol tells which */
#define REDIRECT_FRAGMENT 0x80	/* enum redirect_fragment */
#define REDIRECT_IPV4 0x100	/* source and destination are IPv4 addresses */
#define REDIRECT_IPV6 0x200	/* source and destination are IPv6 addresses */

/* The values of 16 bits; bit n of the fields belongs to value n. */
enum redirect_value {
	REDIRECT_V_ETHERTYPE,
	REDIRECT_V_IP_PROTOCOL,
	REDIRECT_V_DST_PORT,
	REDIRECT_V_SRC_PORT,
	REDIRECT_V_VLAN,
	REDIRECT_V_INNER_VLAN,
	REDIRECT_V_ICMP_TYPE,
	REDIRECT_V_FRAGMENT,
	REDIRECT_VALUES,
};

enum redirect_fragment {
	REDIRECT_WHOLE, /* also an IPv6 packet whose fragment header says so */
	REDIRECT_FIRST,
	REDIRECT_LATER, /* no ports and no ICMP type */
};

/* In host byte order; an IPv4 address is low, with high 0. */
struct redirect_address {
	__u64 high;
	__u64 low;
};

/*
 * A box: the packets that have all of `fields`, none of `absent`, and every
 * value in its range, both ends included. What a packet has not got counts as
 * 0, so a range that is not constrained goes from 0 to all ones.
 */
struct redirect_term {
	__u32 fields;
	__u32 absent;
	__u16 first[REDIRECT_VALUES];
	__u16 last[REDIRECT_VALUES];
	/* Constrained only together with REDIRECT_IPV4 or REDIRECT_IPV6 in `fields`. */
	struct redirect_address src_first;
	struct redirect_address src_last;
	struct redirect_address dst_first;
	struct redirect_address dst_last;
	__u16 rule; /* its number in the set, for the hit counter */
	__u16 take; /* 1 = take the packet, 0 = pass it */
	__u32 reserved;
};

/* Which of the two sets of a program; index into its map of sets. */
enum redirect_which {
	REDIRECT_CURRENT, /* the one given last */
	REDIRECT_BEFORE,  /* in force again when the current one was not confirmed */
	REDIRECT_SETS,
};

/*
 * What belongs to a set and changes while it is in force is kept at its slot:
 * hit counters and deadline. Three, so that one is free for the next set.
 */
#define REDIRECT_SLOTS 3

/* A set, never changed once it is in the map. The first box that fits decides. */
struct redirect_rules {
	__u32 version; /* REDIRECT_VERSION */
	__u32 term_count;
	__u32 slot;	   /* below REDIRECT_SLOTS */
	__u16 take_all;	   /* not 0: rule 0 takes every packet, boxes are not read */
	__u16 provisional; /* not 0: holds until the deadline of its slot; 0 there: for good */
	struct redirect_term terms[REDIRECT_TERMS];
};

/* What became of a packet; index into struct redirect_counters. */
enum redirect_counter {
	REDIRECT_REDIRECTED,	    /* handed to the socket of its queue */
	REDIRECT_PASSED,	    /* no rule took it */
	REDIRECT_MATCHED_NO_SOCKET, /* a rule took it, its queue has no socket: passed */
	REDIRECT_UNREAD,	    /* taken by zcxsk_takes_all; also counted as one of the above */
	REDIRECT_COUNTERS,
};

/* One a processor, so that counting needs no atomics. */
struct redirect_counters {
	__u64 packets[REDIRECT_COUNTERS];
};

/* Packets that a rule decided; one a slot and a processor. */
struct redirect_hits {
	__u64 packets[REDIRECT_RULES];
};

#endif
