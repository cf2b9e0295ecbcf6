/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * expr.h - the conditions of a set of rules as trees of and, or and not over fields.
 * Text and C structs are converted to such trees; boxes and the normal form of the
 * text are generated from them.
 */
#ifndef ZCXSK_LIB_RULES_EXPR_H
#define ZCXSK_LIB_RULES_EXPR_H

#include "rules/prefix.h"

enum rule_kind {
	RULE_AND,   /* all children match; without children every packet matches */
	RULE_OR,    /* at least one child matches */
	RULE_NOT,   /* its child does not match */
	RULE_VALUE, /* the packet has the field, with a value in one of the ranges */
	RULE_SRC,   /* the packet has a source address, which is in the list of prefixes */
	RULE_DST,   /* the same for the destination address */
};

/* No node. */
#define RULE_NONE UINT32_MAX

/* Nodes and lists are referred to by index, since the arrays move when they grow. */
struct rule_node {
	enum rule_kind kind;
	enum redirect_value value; /* of RULE_VALUE */
	uint32_t family;	   /* of RULE_VALUE: REDIRECT_IPV4 or _IPV6, 0 = any packet */
	uint32_t first;		   /* child, or entry of the list */
	uint32_t last;		   /* child */
	uint32_t count;		   /* children, or entries of the list */
	uint32_t next;		   /* child of the same parent, or RULE_NONE */
};

/* Both ends included. A range up to the field's maximum is stored as up to 0xffff. */
struct rule_range {
	uint16_t first;
	uint16_t last;
};

/* The trees of all rules; all zero: empty. */
struct rule_expr {
	struct rule_node *nodes;
	struct rule_range *ranges;
	struct rule_prefix *prefixes;
	uint32_t node_count, node_room;
	uint32_t range_count, range_room;
	uint32_t prefix_count, prefix_room;
};

/* The names and the maximum of a field of 16 bits. */
struct rule_field {
	const char *word; /* in the language */
	const char *noun; /* in messages */
	uint16_t max;
	int alone; /* the word alone means at least this value; -1 = it needs a number */
};

extern const struct rule_field rule_fields[REDIRECT_VALUES];

/* A word for one value of a field, such as udp, perhaps only in one version of IP. */
struct rule_name {
	const char *word;
	enum redirect_value value;
	uint16_t number;
	uint32_t family;
};

#define RULE_NAMES 8

extern const struct rule_name rule_names[RULE_NAMES];

/* Words for the kinds of fragments, by value. */
#define RULE_FRAGMENTS 3

extern const char *const rule_fragments[RULE_FRAGMENTS];

void rule_expr_free(struct rule_expr *expr);

/* Adds a node without children and without a list. 0 or -ENOMEM. */
int rule_expr_node(struct rule_expr *expr, enum rule_kind kind, uint32_t *node);

/*
 * Makes a node the last child of a RULE_AND, RULE_OR or RULE_NOT. For a child of the
 * parent's kind it appends the grandchildren instead: "a and (b and c)" becomes
 * "a and b and c".
 */
void rule_expr_append(struct rule_expr *expr, uint32_t parent, uint32_t child);

/* Simplifies a node: returns the only child of a RULE_AND or RULE_OR, else the node. */
uint32_t rule_expr_reduce(const struct rule_expr *expr, uint32_t node);

/* Negates a node. 0 or -ENOMEM. */
int rule_expr_negate(struct rule_expr *expr, uint32_t *node);

/*
 * Adds an entry to the list of a leaf. The entries of a list must be added without
 * others between them, and then sorted. 0 or -ENOMEM.
 */
int rule_expr_add_range(struct rule_expr *expr, uint32_t node, uint32_t first, uint32_t last);
int rule_expr_add_prefix(struct rule_expr *expr, uint32_t node, const struct rule_prefix *prefix);

/* Sorts a list of ranges and merges those that overlap or touch. */
void rule_expr_sort_ranges(struct rule_expr *expr, uint32_t node);

/*
 * Sorts a list of prefixes and removes duplicates. If a prefix is both included and
 * excluded, returns its index, otherwise RULE_NONE.
 */
uint32_t rule_expr_sort_prefixes(struct rule_expr *expr, uint32_t node);

/*
 * Writes the condition in normal form into buf, cut to size bytes. Returns the full
 * length, as snprintf does.
 */
size_t rule_expr_text(const struct rule_expr *expr, uint32_t node, char *buf, size_t size);

#endif
