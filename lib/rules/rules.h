/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules.h - a compiled set of rules from inside: its boxes, in the order in
 * which the BPF program tries them. Made by parse.c from a text and by
 * from_structs.c from C structs.
 */
#ifndef ZCXSK_LIB_RULES_RULES_H
#define ZCXSK_LIB_RULES_RULES_H

#include <stdatomic.h>
#include <zcxsk/rule.h>

#include "redirect_abi.h"
#include "rules/expr.h"

struct zcxsk_rules {
	uint32_t rule_count;
	uint32_t term_count;
	atomic_uint holders;	     /* besides the first */
	struct redirect_term *terms; /* of rule 0, then of rule 1, and so on */
	uint32_t steps;		     /* that compiling may still take */
	struct rule_expr expr;	     /* all conditions; what the texts are made from */
	struct {
		uint32_t condition; /* a node of expr */
		enum zcxsk_action action;
	} rules[ZCXSK_RULES_MAX];
};

/* What an error message says of the place in the input. */
struct rules_place {
	char where[48]; /* "column 14", "rule 3" */
	char show[200]; /* the line with a mark under it, "" for none */
};

/*
 * One more holder of a set, which zcxsk_rules_destroy() takes off again. NULL
 * is accepted.
 */
struct zcxsk_rules *rules_hold(const struct zcxsk_rules *rules);

/* An empty set, to be filled and then left alone. NULL: no memory. */
struct zcxsk_rules *rules_new(void);

/*
 * Compiles a condition, a node of rules->expr, as the next rule. 0; -EINVAL
 * when no packet can match it, -E2BIG when it does not fit, -ENOMEM, each
 * explained.
 */
int rules_append(struct zcxsk_rules *rules, uint32_t condition, enum zcxsk_action action,
		 const struct rules_place *place, struct zcxsk_error *error);

/* Explains an error at a place of the input. Returns code. */
int rules_fail(struct zcxsk_error *error, const struct rules_place *place, int code,
	       const char *remedy, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The same for no memory. Returns -ENOMEM. */
int rules_no_memory(struct zcxsk_error *error);

/*
 * The number of the first rule that could take a packet of the box; -1 when
 * none can, since rules before pass all of them. It may name a rule whose
 * packets are passed by several rules before it together, each a part. The
 * box is to say what its packets have not got, as well as what they have:
 * without "absent" a packet with ARP's EtherType could have a port.
 */
int rules_taker(const struct zcxsk_rules *rules, const struct redirect_term *packets);

/* Whether the first rule takes every packet, so that no packet has to be read. */
bool rules_take_everything(const struct zcxsk_rules *rules);

static inline bool rules_may_take(const struct zcxsk_rules *rules,
				  const struct redirect_term *packets)
{
	return rules_taker(rules, packets) >= 0;
}

#endif
