/* SPDX-License-Identifier: BSD-2-Clause */
/* rules.c - sets of rules: references, errors, adding rules, reading them. */
#include "rules/rules.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "explain/explain.h"
#include "rules/box.h"

_Static_assert(ZCXSK_RULES_MAX == REDIRECT_RULES && ZCXSK_RULE_ETHERTYPE == REDIRECT_ETHERTYPE &&
		       ZCXSK_RULE_IP_PROTOCOL == REDIRECT_IP_PROTOCOL &&
		       ZCXSK_RULE_DST_PORT == REDIRECT_DST_PORT &&
		       ZCXSK_RULE_SRC_PORT == REDIRECT_SRC_PORT &&
		       ZCXSK_RULE_VLAN == REDIRECT_VLAN &&
		       ZCXSK_RULE_INNER_VLAN == REDIRECT_INNER_VLAN &&
		       ZCXSK_RULE_ICMP_TYPE == REDIRECT_ICMP_TYPE &&
		       ZCXSK_RULE_FRAGMENT == REDIRECT_FRAGMENT,
	       "the BPF program and the public header use the same numbers");

/*
 * Comparisons of two boxes to compile a set, some tenths of a second. A set that
 * uses all boxes takes about a million.
 */
#define COMPARISONS (1u << 24)

#define REMEDY_TOO_MUCH                                                                            \
	"Join ranges and prefixes, or take more packets and filter them in the application."

struct zcxsk_rules *rules_new(void)
{
	struct zcxsk_rules *rules = calloc(1, sizeof(*rules));

	if (rules)
		rules->budget = COMPARISONS;
	return rules;
}

struct zcxsk_rules *rules_hold(const struct zcxsk_rules *rules)
{
	/* Only the number of references changes. */
	struct zcxsk_rules *held = (struct zcxsk_rules *)rules;

	if (held)
		atomic_fetch_add(&held->holders, 1);
	return held;
}

void zcxsk_rules_destroy(struct zcxsk_rules *rules)
{
	if (!rules || atomic_fetch_sub(&rules->holders, 1))
		return;
	rule_expr_free(&rules->expr);
	free(rules->terms);
	free(rules);
}

int rules_fail(struct zcxsk_error *error, const struct rules_place *place, int code,
	       const char *remedy, const char *format, ...)
{
	char cause[sizeof(((struct zcxsk_error *)0)->cause)];
	char whole_remedy[sizeof(((struct zcxsk_error *)0)->remedy)];
	va_list args;

	va_start(args, format);
	vsnprintf(cause, sizeof(cause), format, args);
	va_end(args);
	snprintf(whole_remedy, sizeof(whole_remedy), "%s%s", remedy, place->show);
	return explain_text(error, "read rules", code, whole_remedy, "%s: %s", place->where, cause);
}

int rules_no_memory(struct zcxsk_error *error)
{
	return explain_text(error, "allocate", -ENOMEM, "", "out of memory");
}

static int fail_to_compile(const struct zcxsk_rules *rules, int code,
			   const struct rules_place *place, struct zcxsk_error *error)
{
	if (code == -ENOMEM)
		return rules_no_memory(error);
	if (!rules->budget)
		return rules_fail(error, place, code, REMEDY_TOO_MUCH,
				  "compiling the rules up to here takes more than %u comparisons",
				  COMPARISONS);
	return rules_fail(error, place, code, REMEDY_TOO_MUCH,
			  "the rule needs more than the limit of %d boxes", REDIRECT_TERMS);
}

/* Appends the boxes of a rule to those of the earlier rules. */
static int add_terms(struct zcxsk_rules *rules, const struct rule_boxes *list,
		     enum zcxsk_action action)
{
	uint32_t count = rules->term_count + list->count;
	struct redirect_term *terms = realloc(rules->terms, count * sizeof(*terms));

	if (!terms)
		return -ENOMEM;
	rules->terms = terms;
	for (uint32_t i = 0; i < list->count; i++) {
		struct redirect_term *term = &terms[rules->term_count + i];

		*term = list->boxes[i];
		term->rule = (uint16_t)rules->rule_count;
		term->take = action == ZCXSK_TAKE;
	}
	rules->term_count = count;
	return 0;
}

/* Adds the compiled boxes of a rule if they fit. */
static int append_boxes(struct zcxsk_rules *rules, const struct rule_boxes *list,
			enum zcxsk_action action, const struct rules_place *place,
			struct zcxsk_error *error)
{
	uint32_t needed = rules->term_count + list->count;

	if (!list->count)
		return rules_fail(
			error, place, -EINVAL,
			"Remove conditions that exclude each other, such as two protocols.",
			"no packet can match this rule");
	if (needed > REDIRECT_TERMS)
		return rules_fail(error, place, -E2BIG, REMEDY_TOO_MUCH,
				  "the rules up to here need %u boxes, the limit is %d", needed,
				  REDIRECT_TERMS);
	return add_terms(rules, list, action) ? rules_no_memory(error) : 0;
}

int rules_append(struct zcxsk_rules *rules, uint32_t condition, enum zcxsk_action action,
		 const struct rules_place *place, struct zcxsk_error *error)
{
	struct rule_boxes list;
	int ret = rule_box_compile(&rules->expr, condition, &rules->budget, &list);

	ret = ret ? fail_to_compile(rules, ret, place, error)
		  : append_boxes(rules, &list, action, place, error);
	free(list.boxes);
	if (ret)
		return ret;
	rules->rules[rules->rule_count].condition = condition;
	rules->rules[rules->rule_count++].action = action;
	return 0;
}

uint32_t zcxsk_rules_count(const struct zcxsk_rules *rules)
{
	return rules ? rules->rule_count : 0;
}

int zcxsk_rules_text(const struct zcxsk_rules *rules, uint32_t n, char *buf, size_t size)
{
	size_t length, used;

	if (!rules || n >= rules->rule_count || (!buf && size))
		return -EINVAL;
	length = (size_t)snprintf(buf, size, "%s ",
				  rules->rules[n].action == ZCXSK_TAKE ? "take" : "pass");
	used = length < size ? length : size;
	length += rule_expr_text(&rules->expr, rules->rules[n].condition, buf ? buf + used : NULL,
				 size - used);
	return (int)length;
}

int rules_taker(const struct zcxsk_rules *rules, const struct redirect_term *packets)
{
	struct redirect_term both;

	for (uint32_t i = 0; i < rules->term_count; i++) {
		const struct redirect_term *term = &rules->terms[i];

		if (term->take && rule_box_intersect(&both, term, packets))
			return term->rule;
		if (!term->take && rule_box_contains(term, packets))
			return -1;
	}
	return -1;
}

bool rules_take_everything(const struct zcxsk_rules *rules)
{
	const struct redirect_term every = rule_box_full();

	return rules && rules->term_count && rules->terms[0].take &&
	       rule_box_contains(&rules->terms[0], &every);
}
