/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules.c - fuzzes rule texts. An accepted text must stay within the limits, and the normal
 * text of its rules must give the same boxes again.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zcxsk/rule.h>

#include "rules/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

/* The normal text of all rules; freed by the caller. */
static char *normal_text(const struct zcxsk_rules *rules)
{
	size_t size = 1, used = 0;
	char *text;

	for (uint32_t i = 0; i < zcxsk_rules_count(rules); i++)
		size += (size_t)zcxsk_rules_text(rules, i, NULL, 0) + 1;
	text = malloc(size);
	require(!!text, "no memory");
	text[0] = '\0';
	for (uint32_t i = 0; i < zcxsk_rules_count(rules); i++) {
		used += (size_t)zcxsk_rules_text(rules, i, text + used, size - used);
		memcpy(text + used++, "\n", 2);
	}
	require(used == size - 1 && strlen(text) == used,
		"a text does not have the reported length");
	return text;
}

static void check_set(const struct zcxsk_rules *rules)
{
	char *text = normal_text(rules);
	struct zcxsk_rules *again;
	int ret = zcxsk_rules_parse(&again, text, NULL);

	require(rules->rule_count <= REDIRECT_RULES, "too many rules");
	require(rules->term_count <= REDIRECT_TERMS, "too many boxes");
	/* The normal text may be longer and need more parentheses. */
	if (ret != -E2BIG) {
		require(!ret, "the normal text is refused");
		require(again->rule_count == rules->rule_count &&
				again->term_count == rules->term_count &&
				(!rules->term_count ||
				 !memcmp(again->terms, rules->terms,
					 rules->term_count * sizeof(*rules->terms))),
			"the normal text gives different boxes");
	}
	zcxsk_rules_destroy(again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zcxsk_error error = {0};
	struct zcxsk_rules *rules;
	char *text = malloc(size + 1);
	int ret;

	require(!!text, "no memory");
	memcpy(text, data, size);
	text[size] = '\0';
	ret = zcxsk_rules_parse(&rules, text, &error);
	require(!ret == !!rules && error.code == ret, "result, set and error disagree");
	if (rules)
		check_set(rules);
	else
		require(error.cause[0] && error.remedy[0], "the error is not explained");
	zcxsk_rules_destroy(rules);
	free(text);
	return 0;
}
