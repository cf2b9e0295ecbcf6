/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parse.c - a recursive descent parser for rules. Each function parses what it is
 * named after, starting with the current token, and stops at the first token after it.
 *
 *   rule         take|pass alternatives
 *   alternatives conditions or conditions ...
 *   conditions   negation and negation ...
 *   negation     not ... group
 *   group        primary primary ...
 *   primary      ( alternatives ), or a field
 */
#include <errno.h>
#include <string.h>

#include "explain/explain.h"
#include "rules/values.h"
#include "rules/rules.h"

/* Nested parentheses: bounds the stack, far above any real need. */
#define NESTED_MAX 32

struct parser {
	struct rule_reader reader;
	struct zcxsk_rules *rules;
	struct rule_expr *expr; /* of the rules */
	unsigned nested;
};

static int parse_alternatives(struct parser *p, uint32_t *node);

static int make_node(struct parser *p, enum rule_kind kind, uint32_t *node)
{
	return rule_expr_node(p->expr, kind, node) ? rules_no_memory(p->reader.error) : 0;
}

/* ---- fields -------------------------------------------------------------- */

static int make_leaf(struct parser *p, enum redirect_value value, uint32_t *leaf)
{
	int ret = make_node(p, RULE_VALUE, leaf);

	if (!ret)
		p->expr->nodes[*leaf].value = value;
	return ret;
}

static int add_range(struct parser *p, uint32_t leaf, uint32_t first, uint32_t last)
{
	return rule_expr_add_range(p->expr, leaf, first, last) ? rules_no_memory(p->reader.error)
							       : 0;
}

/* A word that stands for one value, such as udp. */
static int parse_name(struct parser *p, const struct rule_name *name, uint32_t *node)
{
	int ret = make_leaf(p, name->value, node);

	if (ret)
		return ret;
	p->expr->nodes[*node].family = name->family;
	return add_range(p, *node, name->number, name->number);
}

/* Whether values of the field follow; any other word starts the next condition. */
static bool values_follow(const struct parser *p, enum redirect_value value)
{
	if (p->reader.token == '{' || item_is_number(&p->reader))
		return true;
	if (value != REDIRECT_V_FRAGMENT)
		return false;
	for (unsigned i = 0; i < RULE_FRAGMENTS; i++)
		if (reader_is(&p->reader, rule_fragments[i]))
			return true;
	return reader_is(&p->reader, "any");
}

/* After the word of a field. */
static int parse_values(struct parser *p, enum redirect_value value, uint32_t *node)
{
	const struct rule_field *field = &rule_fields[value];
	int ret = make_leaf(p, value, node);

	if (ret)
		return ret;
	if (field->alone >= 0 && !values_follow(p, value))
		return add_range(p, *node, (uint32_t)field->alone, field->max);
	return item_read_values(&p->reader, p->expr, *node);
}

/* Matches in either direction: the leaf in *node, or the other one. */
static int either(struct parser *p, struct rule_node other, uint32_t *node)
{
	uint32_t leaf = *node, twin;
	int ret = make_node(p, RULE_OR, node);

	if (!ret)
		ret = make_node(p, other.kind, &twin);
	if (ret)
		return ret;
	p->expr->nodes[twin] = other;
	rule_expr_append(p->expr, *node, leaf);
	rule_expr_append(p->expr, *node, twin);
	return 0;
}

/* After "port". */
static int parse_port(struct parser *p, uint32_t *node)
{
	int ret = parse_values(p, REDIRECT_V_SRC_PORT, node);
	struct rule_node other;

	if (ret)
		return ret;
	other = p->expr->nodes[*node];
	other.value = REDIRECT_V_DST_PORT;
	return either(p, other, node);
}

/* After "src" or "dst". */
static int parse_addresses(struct parser *p, enum rule_kind kind, uint32_t *node)
{
	int ret = make_node(p, kind, node);

	if (ret)
		return ret;
	return reader_accept(&p->reader, "in") ? item_read_prefixes(&p->reader, p->expr, *node)
					       : item_read_prefix(&p->reader, p->expr, *node);
}

static int parse_bare_address(struct parser *p, uint32_t *node)
{
	int ret = make_node(p, RULE_SRC, node);
	struct rule_node other;

	if (!ret)
		ret = item_read_prefix(&p->reader, p->expr, *node);
	if (ret)
		return ret;
	other = p->expr->nodes[*node];
	other.kind = RULE_DST;
	return either(p, other, node);
}

static int parse_untagged(struct parser *p, uint32_t *node)
{
	int ret = make_leaf(p, REDIRECT_V_VLAN, node);

	if (!ret)
		ret = add_range(p, *node, 0, rule_fields[REDIRECT_V_VLAN].max);
	if (!ret && rule_expr_negate(p->expr, node))
		ret = rules_no_memory(p->reader.error);
	return ret;
}

static int fail_unknown(struct parser *p)
{
	if (item_is_number(&p->reader))
		return reader_fail(&p->reader, p->reader.at, -EINVAL,
				   "Put a field before it, such as dport:",
				   "no field before the number '%.*s'",
				   READER_PIECE(&p->reader, p->reader.at, p->reader.length));
	return reader_fail(
		&p->reader, p->reader.at, -EINVAL,
		"See zcxsk_rules(7) for all words. Correct it here:", "unknown word '%.*s'",
		READER_PIECE(&p->reader, p->reader.at, p->reader.length));
}

static int parse_field(struct parser *p, uint32_t *node)
{
	struct rule_reader *reader = &p->reader;

	if (item_is_address(reader))
		return parse_bare_address(p, node);
	for (unsigned i = 0; i < RULE_NAMES; i++)
		if (reader_accept(reader, rule_names[i].word))
			return parse_name(p, &rule_names[i], node);
	for (unsigned i = 0; i < REDIRECT_VALUES; i++)
		if (reader_accept(reader, rule_fields[i].word))
			return parse_values(p, (enum redirect_value)i, node);
	if (reader_accept(reader, "port"))
		return parse_port(p, node);
	if (reader_accept(reader, "src"))
		return parse_addresses(p, RULE_SRC, node);
	if (reader_accept(reader, "dst"))
		return parse_addresses(p, RULE_DST, node);
	if (reader_accept(reader, "any"))
		return make_node(p, RULE_AND, node);
	if (reader_accept(reader, "untagged"))
		return parse_untagged(p, node);
	return fail_unknown(p);
}

/* ---- conditions ---------------------------------------------------------- */

static int parse_primary(struct parser *p, uint32_t *node)
{
	uint32_t at = p->reader.at;
	int ret;

	if (p->reader.token == RULE_WORD)
		return parse_field(p, node);
	if (!reader_accept_sign(&p->reader, '('))
		return reader_unexpected(&p->reader, "a condition");
	if (p->nested == NESTED_MAX)
		return reader_fail(&p->reader, at, -E2BIG, NULL,
				   "parentheses are nested %d deep, the limit is %d",
				   NESTED_MAX + 1, NESTED_MAX);
	p->nested++;
	ret = parse_alternatives(p, node);
	p->nested--;
	if (!ret && !reader_accept_sign(&p->reader, ')'))
		ret = reader_unexpected(&p->reader, "'and', 'or' or ')'");
	return ret;
}

/* Whether another condition follows without "and". */
static bool primary_follows(const struct parser *p)
{
	static const char *const others[] = {"and", "or", "not", "take", "pass"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (reader_is(&p->reader, others[i]))
			return false;
	return p->reader.token == RULE_WORD || p->reader.token == '(';
}

static int parse_group(struct parser *p, uint32_t *node)
{
	uint32_t group, child;
	int ret = make_node(p, RULE_AND, &group);

	if (ret)
		return ret;
	if (!primary_follows(p))
		return reader_unexpected(&p->reader, "a condition");
	while (!ret && primary_follows(p)) {
		ret = parse_primary(p, &child);
		if (!ret)
			rule_expr_append(p->expr, group, child);
	}
	*node = rule_expr_reduce(p->expr, group);
	return ret;
}

static int parse_negation(struct parser *p, uint32_t *node)
{
	bool negated = false;
	int ret;

	while (reader_accept(&p->reader, "not"))
		negated = !negated;
	ret = parse_group(p, node);
	if (!ret && negated && rule_expr_negate(p->expr, node))
		ret = rules_no_memory(p->reader.error);
	return ret;
}

/* Parts separated by a word. */
static int parse_chain(struct parser *p, enum rule_kind kind, const char *word,
		       int (*parse_part)(struct parser *p, uint32_t *node), uint32_t *node)
{
	uint32_t chain, child;
	int ret = make_node(p, kind, &chain);

	if (ret)
		return ret;
	do {
		ret = parse_part(p, &child);
		if (ret)
			return ret;
		rule_expr_append(p->expr, chain, child);
	} while (reader_accept(&p->reader, word));
	*node = rule_expr_reduce(p->expr, chain);
	return 0;
}

static int parse_conditions(struct parser *p, uint32_t *node)
{
	return parse_chain(p, RULE_AND, "and", parse_negation, node);
}

static int parse_alternatives(struct parser *p, uint32_t *node)
{
	return parse_chain(p, RULE_OR, "or", parse_conditions, node);
}

/* ---- rules --------------------------------------------------------------- */

static int parse_rule(struct parser *p)
{
	enum zcxsk_action action = reader_is(&p->reader, "take") ? ZCXSK_TAKE : ZCXSK_PASS;
	struct rules_place place;
	uint32_t condition;
	int ret;

	if (p->rules->rule_count == ZCXSK_RULES_MAX)
		return reader_fail(&p->reader, p->reader.at, -E2BIG, NULL,
				   "this is rule number %u, the limit is %u rules",
				   ZCXSK_RULES_MAX + 1, ZCXSK_RULES_MAX);
	reader_place(&p->reader, p->reader.at, &place);
	if (!reader_accept(&p->reader, "take") && !reader_accept(&p->reader, "pass"))
		return reader_unexpected(&p->reader, "take or pass");
	ret = parse_alternatives(p, &condition);
	if (ret)
		return ret;
	if (p->reader.token != RULE_BREAK && p->reader.token != RULE_END)
		return reader_unexpected(&p->reader, "'and', 'or' or the end of the rule");
	return rules_append(p->rules, condition, action, &place, p->reader.error);
}

static int parse_rules(struct parser *p)
{
	int ret = 0;

	reader_next(&p->reader);
	while (!ret && p->reader.token != RULE_END)
		if (!reader_accept_sign(&p->reader, RULE_BREAK))
			ret = parse_rule(p);
	return ret;
}

int zcxsk_rules_parse(struct zcxsk_rules **out, const char *text, struct zcxsk_error *error)
{
	struct parser p = {.reader = {.text = text, .error = error}};
	int ret;

	if (out)
		*out = NULL;
	if (!out || !text)
		return explain_usage(error, "read rules", "", "%s is NULL", out ? "text" : "out");
	if (strlen(text) > ZCXSK_RULES_TEXT_MAX)
		return explain_text(error, "read rules", -E2BIG, "",
				    "the text has %zu bytes, the limit is %u", strlen(text),
				    ZCXSK_RULES_TEXT_MAX);
	p.rules = rules_new();
	if (!p.rules)
		return rules_no_memory(error);
	p.expr = &p.rules->expr;
	ret = parse_rules(&p);
	if (ret) {
		zcxsk_rules_destroy(p.rules);
		return ret;
	}
	explain_clear(error);
	*out = p.rules;
	return 0;
}
