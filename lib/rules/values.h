/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * values.h - reads what a field is compared with: a number, a range, a kind
 * of fragment, a prefix, or a list of these.
 */
#ifndef ZCXSK_LIB_RULES_VALUES_H
#define ZCXSK_LIB_RULES_VALUES_H

#include "rules/expr.h"
#include "rules/tokens.h"

/* Whether the token at hand looks like an address, or like a number. */
bool item_is_address(const struct rule_reader *reader);
bool item_is_number(const struct rule_reader *reader);

/*
 * Read the list of a leaf, which is of RULE_VALUE, or of RULE_SRC or RULE_DST,
 * and sort it. 0, or -errno, explained.
 */
int item_read_values(struct rule_reader *reader, struct rule_expr *expr, uint32_t leaf);
int item_read_prefixes(struct rule_reader *reader, struct rule_expr *expr, uint32_t leaf);

/* The same for one prefix that stands alone. */
int item_read_prefix(struct rule_reader *reader, struct rule_expr *expr, uint32_t leaf);

#endif
