/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * expr.h - the conditions of a set of rules as trees: and, or and not
 * over fields. Text and C structs become such trees; boxes and the normal text
 * are made from them.
 */
#ifndef ZCXSK_LIB_RULES_EXPR_H
#define ZCXSK_LIB_RULES_EXPR_H

#include "rules/prefix.h"

enum rule_kind {
	RULE_AND,   /* all children hold; without children: always */
	RULE_OR,    /* one child holds */
	RULE_NOT,   /* its child does not hold */
	RULE_VALUE, /* the packet has the value, and it is in one of the ranges */
	RULE_SRC,   /* the packet has addresses, and this one is in the list of prefixes */
	RULE_DST,
};

/* No node. */
#define RULE_NONE UINT32_MAX

/* What follows is by index: the arrays move when they grow. */
struct rule_node {
	enum rule_kind kind;
	enum redirect_value value; /* of RULE_VALUE */
	uint32_t first;		   /* child, or entry of the list */
	uint32_t last;		   /* child */
	uint32_t count;		   /* children, or entries of the list */
	uint32_t next;		   /* child of the same parent, or RULE_NONE */
};

/* Both ends included. Up to the greatest value of a field is up to 0xffff. */
struct rule_range {
	uint16_t first;
	uint16_t last;
};

/* Zeroed, it is empty. */
struct rule_expr {
	struct rule_node *nodes;
	struct rule_range *ranges;
	struct rule_prefix *prefixes;
	uint32_t node_count, node_room;
	uint32_t range_count, range_room;
	uint32_t prefix_count, prefix_room;
};

/* What a field of 16 bits is called, and what it can hold. */
struct rule_field {
	const char *word; /* in the language */
	const char *noun; /* in messages */
	uint16_t max;
	int alone; /* what the word without a number says: this or more; -1 = needs a number */
};

extern const struct rule_field rule_fields[REDIRECT_VALUES];

/* Words for one value of a field. */
struct rule_name {
	const char *word;
	enum redirect_value value;
	uint16_t number;
};

#define RULE_NAMES 8

extern const struct rule_name rule_names[RULE_NAMES];

/* Kinds of fragments, by their value. */
#define RULE_FRAGMENTS 3

extern const char *const rule_fragments[RULE_FRAGMENTS];

void rule_expr_free(struct rule_expr *expr);

/* A new node without children and without a list. 0 or -ENOMEM. */
int rule_expr_node(struct rule_expr *expr, enum rule_kind kind, uint32_t *node);

/*
 * Makes a node the last child of RULE_AND, RULE_OR or RULE_NOT. A child of the
 * parent's own kind hands over its children instead: "a and (b and c)" is "a
 * and b and c".
 */
void rule_expr_append(struct rule_expr *expr, uint32_t parent, uint32_t child);

/* What a node comes to: an only child stands for RULE_AND and RULE_OR. */
uint32_t rule_expr_reduce(const struct rule_expr *expr, uint32_t node);

/* Turns a node into its opposite. 0 or -ENOMEM. */
int rule_expr_negate(struct rule_expr *expr, uint32_t *node);

/*
 * Adds to the list of a leaf. A list is filled without a break, and then
 * sorted. 0 or -ENOMEM.
 */
int rule_expr_add_range(struct rule_expr *expr, uint32_t node, uint32_t first, uint32_t last);
int rule_expr_add_prefix(struct rule_expr *expr, uint32_t node, const struct rule_prefix *prefix);

/* Sorts a list of ranges; those that touch become one. */
void rule_expr_sort_ranges(struct rule_expr *expr, uint32_t node);

/*
 * Sorts a list of prefixes, without those that stand twice. Returns one that
 * is said to be in the list and not to be in it, RULE_NONE when there is none.
 */
uint32_t rule_expr_sort_prefixes(struct rule_expr *expr, uint32_t node);

/*
 * Writes the condition in the normal form into buf, cut to size bytes. Returns
 * the length of the whole, like snprintf.
 */
size_t rule_expr_text(const struct rule_expr *expr, uint32_t node, char *buf, size_t size);

#endif
