/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rule_key.h - the fields that the BPF program reads from a packet, and its decision by the
 * boxes of a set; for tests of rules without packets.
 */
#ifndef ZCXSK_TESTS_RULE_KEY_H
#define ZCXSK_TESTS_RULE_KEY_H

#include "rules/rules.h"

/* Fields that the packet lacks are 0. */
struct rule_key {
	uint32_t fields; /* REDIRECT_* */
	uint16_t value[REDIRECT_VALUES];
	struct redirect_address src, dst;
};

/* The number of the deciding rule, -1 if none matches. */
int rule_key_decided(const struct zcxsk_rules *rules, const struct rule_key *key);

/* True if the rules take the packet. */
bool rule_key_taken(const struct zcxsk_rules *rules, const struct rule_key *key);

/* Parses an address. */
struct redirect_address rule_key_address(const char *text);

#endif
