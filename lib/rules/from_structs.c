/* SPDX-License-Identifier: BSD-2-Clause */
/* from_structs.c - checks C structs and converts them to conditions. */
#include <errno.h>
#include <stdio.h>

#include "explain/explain.h"
#include "rules/rules.h"

#define FIELDS                                                                                     \
	(ZCXSK_RULE_ETHERTYPE | ZCXSK_RULE_IP_PROTOCOL | ZCXSK_RULE_DST_PORT |                     \
	 ZCXSK_RULE_SRC_PORT | ZCXSK_RULE_VLAN | ZCXSK_RULE_INNER_VLAN | ZCXSK_RULE_ICMP_TYPE |    \
	 ZCXSK_RULE_FRAGMENT | ZCXSK_RULE_SRC | ZCXSK_RULE_DST | ZCXSK_RULE_EVERYTHING)

#define FRAGMENTS (ZCXSK_FRAGMENT_NONE | ZCXSK_FRAGMENT_FIRST | ZCXSK_FRAGMENT_LATER)

/* The conversion of one rule. */
struct maker {
	const struct zcxsk_rule *rule;
	struct rule_expr *expr;
	uint32_t all; /* the RULE_AND node whose children are the fields */
	struct rules_place place;
	struct zcxsk_error *error;
};

/* ---- fields -------------------------------------------------------------- */

/* Adds a leaf, or its negation, to the fields that must match. */
static int add_field(struct maker *maker, uint32_t field, uint32_t leaf)
{
	if (maker->rule->negated & field && rule_expr_negate(maker->expr, &leaf))
		return rules_no_memory(maker->error);
	rule_expr_append(maker->expr, maker->all, leaf);
	return 0;
}

static int add_value(struct maker *maker, enum redirect_value value, uint32_t first, uint32_t last)
{
	uint32_t field = 1u << value;
	uint32_t leaf;

	if (!(maker->rule->fields & field))
		return 0;
	if (last > rule_fields[value].max)
		return rules_fail(maker->error, &maker->place, -EINVAL, "",
				  "%s %u is above the maximum of %u", rule_fields[value].noun, last,
				  rule_fields[value].max);
	if (rule_expr_node(maker->expr, RULE_VALUE, &leaf))
		return rules_no_memory(maker->error);
	maker->expr->nodes[leaf].value = value;
	if (rule_expr_add_range(maker->expr, leaf, first, last))
		return rules_no_memory(maker->error);
	return add_field(maker, field, leaf);
}

static int add_ports(struct maker *maker, enum redirect_value value, uint32_t first, uint32_t last)
{
	if (maker->rule->fields & 1u << value && last && last < first)
		return rules_fail(maker->error, &maker->place, -EINVAL, "",
				  "ports %u-%u end before they begin", first, last);
	return add_value(maker, value, first, last ? last : first);
}

static int add_fragments(struct maker *maker)
{
	uint32_t kinds = maker->rule->fragment;
	uint32_t leaf;

	if (!(maker->rule->fields & ZCXSK_RULE_FRAGMENT))
		return 0;
	if (!kinds || kinds & ~FRAGMENTS)
		return rules_fail(maker->error, &maker->place, -EINVAL, "",
				  "fragment is 0x%x, but must be a combination of the bits 0x%x",
				  kinds, FRAGMENTS);
	if (rule_expr_node(maker->expr, RULE_VALUE, &leaf))
		return rules_no_memory(maker->error);
	maker->expr->nodes[leaf].value = REDIRECT_V_FRAGMENT;
	for (unsigned i = 0; i < RULE_FRAGMENTS; i++)
		if (kinds & 1u << i && rule_expr_add_range(maker->expr, leaf, i, i))
			return rules_no_memory(maker->error);
	rule_expr_sort_ranges(maker->expr, leaf);
	return add_field(maker, ZCXSK_RULE_FRAGMENT, leaf);
}

static int add_address(struct maker *maker, uint32_t field, unsigned family, const uint8_t *bytes,
		       unsigned length)
{
	const char *name = field == ZCXSK_RULE_SRC ? "src" : "dst";
	struct rule_prefix prefix;
	char why[128];
	uint32_t leaf;

	if (!(maker->rule->fields & field))
		return 0;
	if (family != 4 && family != 6)
		return rules_fail(maker->error, &maker->place, -EINVAL, "",
				  "%s_family is %u, but must be 4 or 6", name, family);
	for (unsigned i = rule_prefix_bits(family) / 8; i < 16; i++)
		if (bytes[i])
			return rules_fail(maker->error, &maker->place, -EINVAL,
					  "Zero the rule before filling it.",
					  "%s has bytes set after the IPv4 address", name);
	rule_prefix_set(&prefix, family, bytes, length);
	if (rule_prefix_check(&prefix, why, sizeof(why)))
		return rules_fail(maker->error, &maker->place, -EINVAL, "", "%s: %s", name, why);
	if (rule_expr_node(maker->expr, field == ZCXSK_RULE_SRC ? RULE_SRC : RULE_DST, &leaf) ||
	    rule_expr_add_prefix(maker->expr, leaf, &prefix))
		return rules_no_memory(maker->error);
	return add_field(maker, field, leaf);
}

static int add_everything(struct maker *maker)
{
	uint32_t always;

	if (!(maker->rule->fields & ZCXSK_RULE_EVERYTHING))
		return 0;
	if (rule_expr_node(maker->expr, RULE_AND, &always))
		return rules_no_memory(maker->error);
	return add_field(maker, ZCXSK_RULE_EVERYTHING, always);
}

/* ---- rules --------------------------------------------------------------- */

static bool reserved_is_zero(const struct zcxsk_rule *rule)
{
	for (size_t i = 0; i < sizeof(rule->reserved0) / sizeof(rule->reserved0[0]); i++)
		if (rule->reserved0[i])
			return false;
	for (size_t i = 0; i < sizeof(rule->reserved) / sizeof(rule->reserved[0]); i++)
		if (rule->reserved[i])
			return false;
	return true;
}

static int check_rule(const struct maker *maker)
{
	const struct zcxsk_rule *rule = maker->rule;

	if (!rule->fields)
		return rules_fail(maker->error, &maker->place, -EINVAL,
				  "Set a field, or ZCXSK_RULE_EVERYTHING to match every packet.",
				  "no field is set");
	if (rule->fields & ~FIELDS)
		return rules_fail(maker->error, &maker->place, -EINVAL, "",
				  "unknown fields 0x%x, known are 0x%x", rule->fields & ~FIELDS,
				  FIELDS);
	if (rule->negated & ~rule->fields)
		return rules_fail(maker->error, &maker->place, -EINVAL, "",
				  "fields 0x%x are negated but not set",
				  rule->negated & ~rule->fields);
	if (rule->action > ZCXSK_PASS)
		return rules_fail(maker->error, &maker->place, -EINVAL, "",
				  "unknown action %u, known are %u and %u", rule->action,
				  ZCXSK_TAKE, ZCXSK_PASS);
	if (!reserved_is_zero(rule))
		return rules_fail(maker->error, &maker->place, -EINVAL,
				  "Zero the rule before filling it.",
				  "a reserved field is not zero");
	return 0;
}

/* In the order in which a packet is parsed, which is also the order of the text. */
static int add_fields(struct maker *maker)
{
	const struct zcxsk_rule *rule = maker->rule;
	int ret = add_everything(maker);

	if (!ret)
		ret = add_value(maker, REDIRECT_V_VLAN, rule->vlan, rule->vlan);
	if (!ret)
		ret = add_value(maker, REDIRECT_V_INNER_VLAN, rule->inner_vlan, rule->inner_vlan);
	if (!ret)
		ret = add_value(maker, REDIRECT_V_ETHERTYPE, rule->ethertype, rule->ethertype);
	if (!ret)
		ret = add_address(maker, ZCXSK_RULE_SRC, rule->src_family, rule->src,
				  rule->src_prefix);
	if (!ret)
		ret = add_address(maker, ZCXSK_RULE_DST, rule->dst_family, rule->dst,
				  rule->dst_prefix);
	if (!ret)
		ret = add_fragments(maker);
	if (!ret)
		ret = add_value(maker, REDIRECT_V_IP_PROTOCOL, rule->ip_protocol,
				rule->ip_protocol);
	if (!ret)
		ret = add_value(maker, REDIRECT_V_ICMP_TYPE, rule->icmp_type, rule->icmp_type);
	if (!ret)
		ret = add_ports(maker, REDIRECT_V_SRC_PORT, rule->src_port, rule->src_port_last);
	if (!ret)
		ret = add_ports(maker, REDIRECT_V_DST_PORT, rule->dst_port, rule->dst_port_last);
	return ret;
}

static int add_rule(struct zcxsk_rules *rules, const struct zcxsk_rule *rule, uint32_t number,
		    struct zcxsk_error *error)
{
	struct maker maker = {.rule = rule, .expr = &rules->expr, .error = error};
	int ret;

	snprintf(maker.place.where, sizeof(maker.place.where), "rule %u", number);
	ret = check_rule(&maker);
	if (ret)
		return ret;
	if (rule_expr_node(&rules->expr, RULE_AND, &maker.all))
		return rules_no_memory(error);
	ret = add_fields(&maker);
	return ret ? ret
		   : rules_append(rules, rule_expr_reduce(&rules->expr, maker.all),
				  (enum zcxsk_action)rule->action, &maker.place, error);
}

int zcxsk_rules_create(struct zcxsk_rules **out, const struct zcxsk_rule *rules, uint32_t count,
		       struct zcxsk_error *error)
{
	struct zcxsk_rules *made;
	int ret = 0;

	if (out)
		*out = NULL;
	if (!out || (!rules && count))
		return explain_usage(error, "read rules", "", "%s is NULL", out ? "rules" : "out");
	if (count > ZCXSK_RULES_MAX)
		return explain_text(error, "read rules", -E2BIG,
				    "Join rules, or take more packets and filter them in the "
				    "application.",
				    "%u rules are more than the limit of %u", count,
				    ZCXSK_RULES_MAX);
	made = rules_new();
	if (!made)
		return rules_no_memory(error);
	for (uint32_t i = 0; i < count && !ret; i++)
		ret = add_rule(made, &rules[i], i, error);
	if (ret) {
		zcxsk_rules_destroy(made);
		return ret;
	}
	explain_clear(error);
	*out = made;
	return 0;
}
