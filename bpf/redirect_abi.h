/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * redirect_abi.h - the layout shared by the BPF program and the library: the
 * fields of a packet, a set of rules as boxes over them, and the counters.
 * Plain types only.
 */
#ifndef ZCXSK_BPF_REDIRECT_ABI_H
#define ZCXSK_BPF_REDIRECT_ABI_H

#include <linux/types.h>

/*
 * Incremented with every change of the layout. A new map holds 0, so a program
 * that runs before its rules are written passes everything.
 */
#define REDIRECT_VERSION 3

#define REDIRECT_RULES 256  /* rules of one set; the same number as ZCXSK_RULES_MAX */
#define REDIRECT_TERMS 1024 /* boxes of one set */

/* Fields of a packet, as bits; equal to ZCXSK_RULE_* where both exist. */
#define REDIRECT_ETHERTYPE 1   /* after up to two VLAN tags */
#define REDIRECT_IP_PROTOCOL 2 /* after up to five IPv6 extension headers */
#define REDIRECT_DST_PORT 4    /* of UDP, TCP, SCTP */
#define REDIRECT_SRC_PORT 8    /* likewise */
#define REDIRECT_VLAN 0x10     /* VLAN of the outer tag */
#define REDIRECT_INNER_VLAN 0x20
#define REDIRECT_ICMP_TYPE 0x40 /* of ICMP and ICMPv6; IP_PROTOCOL says which */
#define REDIRECT_FRAGMENT 0x80	/* enum redirect_fragment */
#define REDIRECT_IPV4 0x100	/* source and destination are IPv4 addresses */
#define REDIRECT_IPV6 0x200	/* source and destination are IPv6 addresses */

/* The 16-bit values; bit n of `fields` belongs to value n. */
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
	REDIRECT_WHOLE, /* also an IPv6 packet with a fragment header for all of it */
	REDIRECT_FIRST,
	REDIRECT_LATER, /* no ports and no ICMP type */
};

/* In host byte order; an IPv4 address is in low, and high is 0. */
struct redirect_address {
	__u64 high;
	__u64 low;
};

/*
 * A box: the packets that have all of `fields`, none of `absent`, and every
 * value in its range, both ends included. Missing values count as 0, so an
 * unconstrained range goes from 0 to all ones.
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
	__u16 rule; /* its index in the set, for the hit counter */
	__u16 take; /* 1 = take the packet, 0 = pass it */
	__u32 reserved;
};

/* The two sets of a program; index into its map of sets. */
enum redirect_which {
	REDIRECT_CURRENT, /* the last one set */
	REDIRECT_BEFORE,  /* applies again if the current one is not confirmed */
	REDIRECT_SETS,
};

/*
 * A slot holds the data of a set that changes while it is in force: hit
 * counters and deadline. There are three, so that one is free for the next set.
 */
#define REDIRECT_SLOTS 3

/* A set; never changed once it is in the map. The first matching box decides. */
struct redirect_rules {
	__u32 version; /* REDIRECT_VERSION */
	__u32 term_count;
	__u32 slot;	   /* below REDIRECT_SLOTS */
	__u16 take_all;	   /* not 0: rule 0 takes every packet; boxes are not read */
	__u16 provisional; /* not 0: ends at the deadline of its slot; 0 there: never */
	struct redirect_term terms[REDIRECT_TERMS];
};

/* The outcome for a packet; index into struct redirect_counters. */
enum redirect_counter {
	REDIRECT_REDIRECTED,	    /* taken, and sent to the socket of its queue */
	REDIRECT_PASSED,	    /* matched no rule, or a pass rule first */
	REDIRECT_MATCHED_NO_SOCKET, /* taken, but its queue has no socket: passed */
	REDIRECT_UNREAD, /* taken by zcxsk_takes_all; also counted above, not in PASSED */
	REDIRECT_COUNTERS,
};

/* One per CPU, so that counting needs no atomics. */
struct redirect_counters {
	__u64 packets[REDIRECT_COUNTERS];
};

/* Packets that each rule decided; one per slot and CPU. */
struct redirect_hits {
	__u64 packets[REDIRECT_RULES];
};

#endif
