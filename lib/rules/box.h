/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * box.h - boxes (struct redirect_term: a range for each field) and the
 * compilation of a condition into a list of them.
 */
#ifndef ZCXSK_LIB_RULES_BOX_H
#define ZCXSK_LIB_RULES_BOX_H

#include "rules/expr.h"

struct rule_boxes {
	struct redirect_term *boxes;
	uint32_t count;
	uint32_t room;
};

/* The box of every packet. */
struct redirect_term rule_box_full(void);

/* The packets of both; false when there can be none. */
bool rule_box_intersect(struct redirect_term *out, const struct redirect_term *a,
			const struct redirect_term *b);

/* Whether every packet of the inner box is one of the outer. */
bool rule_box_contains(const struct redirect_term *outer, const struct redirect_term *inner);

/*
 * Compiles a condition: a packet that it matches is in one of the boxes, any
 * other in none. They may overlap. What it costs is taken off *steps, which
 * are comparisons of two boxes.
 *
 * 0 or -ENOMEM; -E2BIG when a list on the way has more than REDIRECT_TERMS
 * boxes, or, with *steps 0, when the steps do not suffice. The caller frees
 * out->boxes, after an error too.
 */
int rule_box_compile(const struct rule_expr *expr, uint32_t node, uint32_t *steps,
		     struct rule_boxes *out);

#endif
