/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text.c - formats a condition in the normal form of the language: with words for
 * values that have one, sorted lists, and no unnecessary parentheses.
 */
#include "rules/expr.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>

struct text {
	char *buf;
	size_t size;
	size_t length; /* of the full text, also if it does not fit */
};

static void say(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct text *text, const char *format, ...)
{
	size_t used = text->length < text->size ? text->length : text->size;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text->buf ? text->buf + used : NULL, text->size - used, format, args);
	va_end(args);
	if (length > 0)
		text->length += (size_t)length;
}

static void say_number(struct text *text, enum redirect_value value, unsigned number)
{
	if (value == REDIRECT_V_FRAGMENT)
		say(text, "%s", rule_fragments[number]);
	else
		say(text, value == REDIRECT_V_ETHERTYPE ? "0x%04x" : "%u", number);
}

/* A range of fragment kinds means nothing to a reader, so each kind is named. */
static void say_range(struct text *text, enum redirect_value value, struct rule_range range)
{
	unsigned max = rule_fields[value].max;
	unsigned last = range.last < max ? range.last : max;

	say_number(text, value, range.first);
	if (value == REDIRECT_V_FRAGMENT) {
		for (unsigned i = range.first; i < last; i++) {
			say(text, ", ");
			say_number(text, value, i + 1);
		}
	} else if (last > range.first) {
		say(text, "-");
		say_number(text, value, last);
	}
}

/* The word that stands for field and value together, or NULL. */
static const char *whole_word(const struct rule_node *node, struct rule_range range)
{
	enum redirect_value value = node->value;

	for (unsigned i = 0; i < RULE_NAMES; i++)
		if (rule_names[i].value == value && rule_names[i].number == range.first &&
		    range.first == range.last && rule_names[i].family == node->family)
			return rule_names[i].word;
	if (range.first == rule_fields[value].alone && range.last == UINT16_MAX)
		return rule_fields[value].word;
	return NULL;
}

static void say_value(struct text *text, const struct rule_expr *expr, const struct rule_node *node)
{
	const struct rule_range *ranges = &expr->ranges[node->first];
	const char *word = node->count == 1 ? whole_word(node, ranges[0]) : NULL;
	bool list = node->count > 1 ||
		    (node->value == REDIRECT_V_FRAGMENT && ranges[0].first < ranges[0].last);

	if (word) {
		say(text, "%s", word);
		return;
	}
	say(text, "%s %s", rule_fields[node->value].word, list ? "{" : "");
	for (uint32_t i = 0; i < node->count; i++) {
		say(text, "%s", i ? ", " : "");
		say_range(text, node->value, ranges[i]);
	}
	say(text, "%s", list ? "}" : "");
}

static void say_addresses(struct text *text, const struct rule_expr *expr,
			  const struct rule_node *node)
{
	const struct rule_prefix *prefixes = &expr->prefixes[node->first];
	bool list = node->count > 1 || prefixes[0].except;
	char prefix[INET6_ADDRSTRLEN + 4];

	say(text, "%s %s", node->kind == RULE_SRC ? "src" : "dst", list ? "in {" : "");
	for (uint32_t i = 0; i < node->count; i++) {
		rule_prefix_text(&prefixes[i], prefix, sizeof(prefix));
		say(text, "%s%s%s", i ? ", " : "", prefixes[i].except ? "not " : "", prefix);
	}
	say(text, "%s", list ? "}" : "");
}

static void say_node(struct text *text, const struct rule_expr *expr, uint32_t index,
		     enum rule_kind around);

static void say_children(struct text *text, const struct rule_expr *expr,
			 const struct rule_node *node, enum rule_kind around)
{
	/* "and" binds tighter than "or", "not" tighter than both. */
	bool parentheses = around == RULE_NOT || (around == RULE_AND && node->kind == RULE_OR);
	const char *between = node->kind == RULE_AND ? " and " : " or ";

	say(text, "%s", parentheses ? "(" : "");
	for (uint32_t i = node->first; i != RULE_NONE; i = expr->nodes[i].next) {
		say(text, "%s", i == node->first ? "" : between);
		say_node(text, expr, i, node->kind);
	}
	say(text, "%s", parentheses ? ")" : "");
}

static void say_node(struct text *text, const struct rule_expr *expr, uint32_t index,
		     enum rule_kind around)
{
	const struct rule_node *node = &expr->nodes[index];

	if (node->kind == RULE_VALUE) {
		say_value(text, expr, node);
	} else if (node->kind == RULE_SRC || node->kind == RULE_DST) {
		say_addresses(text, expr, node);
	} else if (node->kind == RULE_NOT) {
		say(text, "not ");
		say_node(text, expr, node->first, RULE_NOT);
	} else if (!node->count) {
		say(text, "any");
	} else {
		say_children(text, expr, node, around);
	}
}

size_t rule_expr_text(const struct rule_expr *expr, uint32_t node, char *buf, size_t size)
{
	struct text text = {.buf = buf, .size = size};

	say_node(&text, expr, node, RULE_OR);
	return text.length;
}
