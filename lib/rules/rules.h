/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules.h - the private struct of a set of rules: its boxes in the order in which
 * the BPF program tries them. parse.c creates it from text, from_structs.c from C
 * structs.
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
	atomic_uint holders;	     /* references, the first not counted */
	struct redirect_term *terms; /* boxes of rule 0, then of rule 1, and so on */
	uint32_t budget;	     /* that compiling may still take */
	struct rule_expr expr;	     /* all conditions; the texts are generated from it */
	struct {
		uint32_t condition; /* a node of expr */
		enum zcxsk_action action;
	} rules[ZCXSK_RULES_MAX];
};

/* A place in the input, as error messages show it. */
struct rules_place {
	char where[48]; /* "column 14", "rule 3" */
	char show[200]; /* the line, with a mark below it; "" = none */
};

/*
 * Takes another reference to a set; zcxsk_rules_destroy() drops it. NULL is
 * accepted.
 */
struct zcxsk_rules *rules_hold(const struct zcxsk_rules *rules);

/* An empty set, to be filled and then not changed any more. NULL = out of memory. */
struct zcxsk_rules *rules_new(void);

/*
 * Compiles a condition, a node of rules->expr, as the next rule. Returns 0, or fills
 * *error and returns -EINVAL if no packet can match it, -E2BIG if it does not fit, or
 * -ENOMEM.
 */
int rules_append(struct zcxsk_rules *rules, uint32_t condition, enum zcxsk_action action,
		 const struct rules_place *place, struct zcxsk_error *error);

/* Explains an error at a place of the input. Returns code. */
int rules_fail(struct zcxsk_error *error, const struct rules_place *place, int code,
	       const char *remedy, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Explains that memory ran out. Returns -ENOMEM. */
int rules_no_memory(struct zcxsk_error *error);

/*
 * The number of the first rule that could take a packet of the box; -1 if none can.
 * Conservative: it may return a rule although several earlier rules together pass
 * all these packets. The box must also list the fields that its packets lack, in
 * `absent`; otherwise a packet with the EtherType of ARP could have a port.
 */
int rules_taker(const struct zcxsk_rules *rules, const struct redirect_term *packets);

/* Whether the first rule takes every packet, so packets need not be parsed. */
bool rules_take_everything(const struct zcxsk_rules *rules);

static inline bool rules_may_take(const struct zcxsk_rules *rules,
				  const struct redirect_term *packets)
{
	return rules_taker(rules, packets) >= 0;
}

#endif
