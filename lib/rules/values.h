/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * values.h - reads the values that a field is compared with: a number, a range, a
 * kind of fragment, a prefix, or a list of these.
 */
#ifndef ZCXSK_LIB_RULES_VALUES_H
#define ZCXSK_LIB_RULES_VALUES_H

#include "rules/expr.h"
#include "rules/tokens.h"

/* Whether the current token looks like an address, or like a number. */
bool item_is_address(const struct rule_reader *reader);
bool item_is_number(const struct rule_reader *reader);

/*
 * Read the list of a leaf and sort it: values for a RULE_VALUE, prefixes for a
 * RULE_SRC or RULE_DST. Return 0, or -errno with *error filled.
 */
int item_read_values(struct rule_reader *reader, struct rule_expr *expr, uint32_t leaf);
int item_read_prefixes(struct rule_reader *reader, struct rule_expr *expr, uint32_t leaf);

/* Reads a single prefix. */
int item_read_prefix(struct rule_reader *reader, struct rule_expr *expr, uint32_t leaf);

#endif
