/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/*
 * redirect_abi.h - what the BPF program and lib/redirect.c share: the layout
 * of the one configuration entry and of the counters. Plain types only.
 */
#ifndef ZCXSK_BPF_REDIRECT_ABI_H
#define ZCXSK_BPF_REDIRECT_ABI_H

#include <linux/types.h>

/*
 * Changes with every change of the layout. A fresh map holds 0, so a program
 * that runs before its configuration is written passes everything.
 */
#define REDIRECT_VERSION 1

/* Rules in one configuration; the same number as ZCXSK_RULES_MAX. */
#define REDIRECT_RULES 16

/* Fields of a packet, as bits; the same values as ZCXSK_RULE_*. */
#define REDIRECT_ETHERTYPE 1
#define REDIRECT_IP_PROTOCOL 2
#define REDIRECT_DST_PORT 4

/* Every field named in `fields` must match. Values in host byte order. */
struct redirect_rule {
	__u32 fields;
	__u16 ethertype;
	__u16 dst_port;
	__u8 ip_protocol;
	__u8 reserved[7];
};

struct redirect_config {
	__u32 version;	  /* REDIRECT_VERSION */
	__u32 take_all;	  /* not 0: every packet is taken, rules are not read */
	__u32 rule_count; /* valid entries of rules[] */
	__u32 reserved;
	struct redirect_rule rules[REDIRECT_RULES];
};

/* What became of a packet; index into struct redirect_counters. */
enum redirect_counter {
	REDIRECT_REDIRECTED, /* handed to the socket of its queue */
	REDIRECT_PASSED,     /* no rule took it */
	REDIRECT_NO_SOCKET,  /* a rule took it, its queue has no socket: passed */
	REDIRECT_COUNTERS,
};

/* One a processor, so that counting needs no atomics. */
struct redirect_counters {
	__u64 packets[REDIRECT_COUNTERS];
};

#endif
