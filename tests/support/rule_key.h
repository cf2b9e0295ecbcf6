/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rule_key.h - what the BPF program reads of a packet, and what it makes of it
 * by the boxes of a set; for tests of the rules without packets.
 */
#ifndef ZCXSK_TESTS_RULE_KEY_H
#define ZCXSK_TESTS_RULE_KEY_H

#include "rules/rules.h"

/* What a packet has not got is 0. */
struct rule_key {
	uint32_t fields; /* REDIRECT_* */
	uint16_t value[REDIRECT_VALUES];
	struct redirect_address src, dst;
};

/* The number of the rule that decides, -1 when none matches. */
int rule_key_decided(const struct zcxsk_rules *rules, const struct rule_key *key);

/* Whether the packet is taken. */
bool rule_key_taken(const struct zcxsk_rules *rules, const struct rule_key *key);

/* An address from its text. */
struct redirect_address rule_key_address(const char *text);

#endif
