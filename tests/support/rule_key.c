/* SPDX-License-Identifier: BSD-2-Clause */
/* rule_key.c - evaluates the boxes of a set in the order of the BPF program. */
#include "rule_key.h"

#include <arpa/inet.h>
#include <string.h>

static bool is_between(struct redirect_address first, struct redirect_address address,
		       struct redirect_address last)
{
	bool below =
		address.high != first.high ? address.high < first.high : address.low < first.low;
	bool above = address.high != last.high ? address.high > last.high : address.low > last.low;

	return !below && !above;
}

static bool fits(const struct redirect_term *term, const struct rule_key *key)
{
	if ((term->fields & key->fields) != term->fields || term->absent & key->fields)
		return false;
	for (unsigned i = 0; i < REDIRECT_VALUES; i++)
		if (key->value[i] < term->first[i] || key->value[i] > term->last[i])
			return false;
	return is_between(term->src_first, key->src, term->src_last) &&
	       is_between(term->dst_first, key->dst, term->dst_last);
}

static const struct redirect_term *deciding(const struct zcxsk_rules *rules,
					    const struct rule_key *key)
{
	for (uint32_t i = 0; i < rules->term_count; i++)
		if (fits(&rules->terms[i], key))
			return &rules->terms[i];
	return NULL;
}

int rule_key_decided(const struct zcxsk_rules *rules, const struct rule_key *key)
{
	const struct redirect_term *term = deciding(rules, key);

	return term ? term->rule : -1;
}

bool rule_key_taken(const struct zcxsk_rules *rules, const struct rule_key *key)
{
	const struct redirect_term *term = deciding(rules, key);

	return term && term->take;
}

struct redirect_address rule_key_address(const char *text)
{
	struct redirect_address address = {0};
	uint8_t bytes[16] = {0};
	bool six = strchr(text, ':');

	/* An invalid text leaves the address 0, which no test expects. */
	inet_pton(six ? AF_INET6 : AF_INET, text, bytes + (six ? 0 : 12));
	for (unsigned i = 0; i < 8; i++) {
		address.high = address.high << 8 | bytes[i];
		address.low = address.low << 8 | bytes[8 + i];
	}
	return address;
}
