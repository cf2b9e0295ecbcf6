/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * broker.c - fuzzes the messages between a broker and its clients, and the policy file. The
 * first byte selects one of them. A message that is parsed and written must parse to the
 * same message again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "redirect/broker_nic.h"
#include "grant.h"
#include "redirect/broker_message.h"
#include "../../examples/zcxskd/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool holds)
{
	if (!holds)
		abort();
}

static void fuzz_message(const char *text, size_t length)
{
	struct broker_message m, again;
	struct zcxsk_error error;
	uint64_t number;

	broker_clear(&m);
	m.length = length < m.max ? length : m.max + 1;
	memcpy(m.text, text, m.length);
	if (broker_split(&m))
		return;
	need(m.count > 0 && m.count <= BROKER_WORDS);
	for (uint32_t i = 0; i < m.count; i++)
		broker_number(m.words[i], UINT64_MAX, &number);
	if (!broker_refusal(&m, &error))
		return;
	broker_refuse(&again, &error);
	need(!broker_split(&again) && broker_refusal(&again, NULL) == error.code);
}

static void fuzz_facts(const char *text)
{
	char one[BROKER_TEXT_MAX], other[BROKER_TEXT_MAX];
	struct nic nic, again;

	if (broker_facts_read(&nic, text))
		return;
	need(broker_facts_write(&nic, one, sizeof(one)) < sizeof(one));
	need(!broker_facts_read(&again, one));
	broker_facts_write(&again, other, sizeof(other));
	need(!strcmp(one, other));
}

static void fuzz_rules(const char *text)
{
	struct zcxsk_rules *rules, *again, *nothing;
	struct broker_message m;
	uint32_t box = 0;
	size_t max;
	char *place;

	if (zcxsk_rules_parse(&rules, text, NULL))
		return;
	max = broker_rules_text(rules, NULL, 0) + 1;
	place = malloc(max + 1);
	need(place);
	broker_lend(&m, place, max);
	broker_add_rules(&m, rules);
	need(m.length == max - 1 && (!m.length || (!broker_split(&m) && m.count == 1)));
	need(!zcxsk_rules_parse(&again, place, NULL));
	need(broker_grant_same(rules, again));
	need(broker_grant_follow(rules, again, &box) < 0);
	need(!zcxsk_rules_parse(&nothing, "pass any; take any", NULL));
	box = 0;
	need(broker_grant_follow(nothing, again, &box) == broker_grant_follow(NULL, again, &box));
	zcxsk_rules_destroy(nothing);
	zcxsk_rules_destroy(again);
	zcxsk_rules_destroy(rules);
	free(place);
}

static void fuzz_policy(char *line)
{
	char why[POLICY_WHY] = "";
	struct grant grant;

	if (policy_line(&grant, line, why, sizeof(why)) < 0)
		need(why[0]);
	zcxsk_rules_destroy(grant.rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!size)
		return 0;
	text = malloc(size);
	need(text);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	switch (data[0] % 4) {
	case 0:
		fuzz_message(text, size - 1);
		break;
	case 1:
		fuzz_facts(text);
		break;
	case 2:
		fuzz_rules(text);
		break;
	default:
		fuzz_policy(text);
	}
	free(text);
	return 0;
}
