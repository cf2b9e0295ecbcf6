/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * box.h - boxes (struct redirect_term), each a set of packets given by a range for
 * each field, and the compilation of a condition into a list of them.
 */
#ifndef ZCXSK_LIB_RULES_BOX_H
#define ZCXSK_LIB_RULES_BOX_H

#include "rules/expr.h"

struct rule_boxes {
	struct redirect_term *boxes;
	uint32_t count;
	uint32_t room;
};

/* The box of all packets. */
struct redirect_term rule_box_full(void);

/* Writes the intersection of a and b to *out. Returns false if it is empty. */
bool rule_box_intersect(struct redirect_term *out, const struct redirect_term *a,
			const struct redirect_term *b);

/* Whether the outer box contains every packet of the inner one. */
bool rule_box_contains(const struct redirect_term *outer, const struct redirect_term *inner);

/*
 * Compiles a condition into boxes, which may overlap. A packet matches if it is in
 * any of them. Subtracts the comparisons of two boxes that this takes from *budget.
 *
 * Returns 0 or -ENOMEM; -E2BIG if an intermediate list has more than REDIRECT_TERMS
 * boxes or, with *budget 0, if the budget is used up. The caller frees out->boxes,
 * also after an error.
 */
int rule_box_compile(const struct rule_expr *expr, uint32_t node, uint32_t *budget,
		     struct rule_boxes *out);

#endif
