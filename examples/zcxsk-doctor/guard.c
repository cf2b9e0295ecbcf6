/* SPDX-License-Identifier: BSD-2-Clause */
/* guard.c - which packets that this machine needs arrive on an interface. */
#include "redirect/guard.h"

#include <errno.h>
#include <zcxsk/redirect.h>

#include "card.h"

int card_check_guard(const struct card *card, uint64_t give_up, struct zcxsk_error *error)
{
	struct zcxsk_rules *rules;
	int ret = zcxsk_rules_parse(&rules, "take any", error);

	if (ret)
		return ret;
	ret = guard_check(&card->nic, rules, give_up, error);
	zcxsk_rules_destroy(rules);
	return ret;
}

uint64_t card_needed(const struct card *card)
{
	uint64_t needed = 0;

	for (uint64_t kind = ZCXSK_GIVE_UP_SSH; kind <= ZCXSK_GIVE_UP_8021X; kind <<= 1)
		if (card_check_guard(card, ZCXSK_GIVE_UP_ALL & ~kind, NULL) == -EPERM)
			needed |= kind;
	return needed;
}

void card_read_guard(struct card *card)
{
	struct zcxsk_error error;
	int ret = card_check_guard(card, 0, &error);

	if (ret && ret != -EPERM) {
		facts_unknown(&card->facts, "guard", "needed", ret);
		return;
	}
	facts_set(&card->facts, "guard", "needed", ret ? json_string(error.cause) : json_false());
	if (ret)
		facts_find(&card->facts, SEVERITY_NOTE, error.remedy,
			   "with rules that take everything: %s", error.cause);
}
