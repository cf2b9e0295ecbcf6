/* SPDX-License-Identifier: BSD-2-Clause */
/* broker_rules.c - rules into text and back. */
#include "broker_rules.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANY "any"
#define SEPARATORS " \t"

/* ---- writing ----------------------------------------------------------------- */

static void append(char buf[BROKER_RULE_MAX], const char *text)
{
	size_t used = strlen(buf);

	snprintf(buf + used, BROKER_RULE_MAX - used, "%s%s", used ? " " : "", text);
}

void broker_rule_text(const struct zcxsk_rule *rule, char buf[BROKER_RULE_MAX])
{
	char text[32];

	buf[0] = '\0';
	if (rule->fields & ZCXSK_RULE_ETHERTYPE) {
		snprintf(text, sizeof(text), "ethertype 0x%04x", rule->ethertype);
		append(buf, text);
	}
	if (rule->fields & ZCXSK_RULE_IP_PROTOCOL) {
		snprintf(text, sizeof(text), "proto %u", rule->ip_protocol);
		append(buf, text);
	}
	if (rule->fields & ZCXSK_RULE_DST_PORT) {
		snprintf(text, sizeof(text), "dport %u", rule->dst_port);
		append(buf, text);
	}
}

size_t broker_rules_write(const struct broker_rules *rules, char *buf, size_t size)
{
	char one[BROKER_RULE_MAX];
	size_t length = 0;

	if (rules->any)
		return (size_t)snprintf(buf, size, ANY);
	if (size)
		buf[0] = '\0';
	for (uint32_t i = 0; i < rules->count; i++) {
		broker_rule_text(&rules->rules[i], one);
		length += (size_t)snprintf(length < size ? buf + length : NULL,
					   length < size ? size - length : 0, "%s%s", i ? "; " : "",
					   one);
	}
	return length;
}

/* ---- reading ----------------------------------------------------------------- */

/* Decimal or 0x hexadecimal; strtoul alone would take signs and blanks. */
static bool read_number(const char *word, unsigned long max, unsigned long *value)
{
	char *end;

	if (!word || word[0] < '0' || word[0] > '9')
		return false;
	errno = 0;
	*value = strtoul(word, &end, word[1] == 'x' ? 16 : 10);
	return !*end && !errno && *value <= max;
}

/* A field that is named twice would hide one of its two values. */
static bool claim(struct zcxsk_rule *rule, uint32_t field)
{
	bool is_new = !(rule->fields & field);

	rule->fields |= field;
	return is_new;
}

static bool read_condition(struct zcxsk_rule *rule, const char *word, char **rest)
{
	unsigned long value;

	if (!strcmp(word, "udp") || !strcmp(word, "tcp")) {
		rule->ip_protocol = word[0] == 'u' ? IPPROTO_UDP : IPPROTO_TCP;
		return claim(rule, ZCXSK_RULE_IP_PROTOCOL);
	}
	if (!strcmp(word, "ethertype") &&
	    read_number(strtok_r(NULL, SEPARATORS, rest), UINT16_MAX, &value)) {
		rule->ethertype = (uint16_t)value;
		return claim(rule, ZCXSK_RULE_ETHERTYPE);
	}
	if (!strcmp(word, "proto") &&
	    read_number(strtok_r(NULL, SEPARATORS, rest), UINT8_MAX, &value)) {
		rule->ip_protocol = (uint8_t)value;
		return claim(rule, ZCXSK_RULE_IP_PROTOCOL);
	}
	if (!strcmp(word, "dport") &&
	    read_number(strtok_r(NULL, SEPARATORS, rest), UINT16_MAX, &value)) {
		rule->dst_port = (uint16_t)value;
		return claim(rule, ZCXSK_RULE_DST_PORT);
	}
	return false;
}

static int read_rule(struct broker_rules *rules, const char *text, char *why, size_t size)
{
	struct zcxsk_rule rule = {0};
	char copy[BROKER_RULE_MAX], *rest;

	if (strlen(text) >= sizeof(copy)) {
		snprintf(why, size, "a rule is longer than %u characters", BROKER_RULE_MAX - 1);
		return -EINVAL;
	}
	memcpy(copy, text, strlen(text) + 1);
	for (char *word = strtok_r(copy, SEPARATORS, &rest); word;
	     word = strtok_r(NULL, SEPARATORS, &rest)) {
		if (read_condition(&rule, word, &rest))
			continue;
		snprintf(why, size,
			 "rule '%s' is not understood: ethertype N, proto N, udp, tcp and dport N, "
			 "each once",
			 text);
		return -EINVAL;
	}
	if (!rule.fields)
		return 0;
	if (rules->count == ZCXSK_RULES_MAX) {
		snprintf(why, size, "more than %u rules", ZCXSK_RULES_MAX);
		return -EINVAL;
	}
	rules->rules[rules->count++] = rule;
	return 0;
}

int broker_rules_read(struct broker_rules *rules, const char *text, char *why, size_t size)
{
	char *copy = strdup(text), *rest = copy, *one;
	int rc = 0;

	memset(rules, 0, sizeof(*rules));
	if (!copy) {
		snprintf(why, size, "out of memory");
		return -ENOMEM;
	}
	while (!rc && (one = strsep(&rest, ";"))) {
		one += strspn(one, SEPARATORS);
		if (!strncmp(one, ANY, strlen(ANY)) &&
		    !one[strlen(ANY) + strspn(one + strlen(ANY), SEPARATORS)])
			rules->any = true;
		else
			rc = read_rule(rules, one, why, size);
	}
	free(copy);
	return rc;
}

bool broker_rules_same(const struct broker_rules *a, const struct broker_rules *b)
{
	char one[ZCXSK_RULES_MAX * (BROKER_RULE_MAX + 2)], other[sizeof(one)];

	broker_rules_write(a, one, sizeof(one));
	broker_rules_write(b, other, sizeof(other));
	return !strcmp(one, other);
}
