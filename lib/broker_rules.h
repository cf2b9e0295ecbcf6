/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker_rules.h - rules as text: what a program asks a broker for, and what a
 * broker's policy allows.
 *
 *   any                 every packet
 *   RULE; RULE ...      packets that match one of them
 *
 * A RULE is a sequence of conditions that must all hold: ethertype N, proto N,
 * udp, tcp, dport N. Nothing at all takes nothing.
 */
#ifndef ZCXSK_LIB_BROKER_RULES_H
#define ZCXSK_LIB_BROKER_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <zcxsk/redirect.h>

#define BROKER_RULE_MAX 64u /* characters of one rule, with its end */

struct broker_rules {
	bool any;
	uint32_t count;
	struct zcxsk_rule rules[ZCXSK_RULES_MAX];
};

/* The text of one rule, the same for rules that mean the same. */
void broker_rule_text(const struct zcxsk_rule *rule, char buf[BROKER_RULE_MAX]);

/* Text of all of them; like snprintf. */
size_t broker_rules_write(const struct broker_rules *rules, char *buf, size_t size);

/* The reverse. 0, or -EINVAL with the reason in why. */
int broker_rules_read(struct broker_rules *rules, const char *text, char *why, size_t size);

bool broker_rules_same(const struct broker_rules *a, const struct broker_rules *b);

#endif
