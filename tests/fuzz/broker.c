// SPDX-License-Identifier: BSD-2-Clause
/*
 * broker.c - what a broker and its clients read of each other, and the policy
 * file, fed with anything. The first byte says which of them. What is read and
 * written again must read the same.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker_facts.h"
#include "broker_rules.h"
#include "broker_wire.h"
#include "../../examples/zcxskd/policy.h"

#define WHY_MAX 256u

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

	m.length = length < sizeof(m.text) ? length : sizeof(m.text);
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
	char one[BROKER_TEXT_MAX], why[WHY_MAX];
	struct broker_rules rules, again;

	if (broker_rules_read(&rules, text, why, sizeof(why)))
		return;
	need(broker_rules_write(&rules, one, sizeof(one)) < sizeof(one));
	need(!broker_rules_read(&again, one, why, sizeof(why)));
	need(broker_rules_same(&rules, &again));
}

static void fuzz_policy(char *line)
{
	char why[WHY_MAX] = "";
	struct grant grant;

	if (policy_line(&grant, line, why, sizeof(why)) < 0)
		need(why[0]);
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
