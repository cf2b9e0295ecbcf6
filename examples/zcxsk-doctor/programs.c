/* SPDX-License-Identifier: BSD-2-Clause */
/* programs.c - attached XDP programs, and the processes that hold them. */
#include <errno.h>

#include "card.h"
#include "explain/holder.h"
#include "nic/offloads.h"

static void set_holder(struct card *card, const char *name, uint32_t id)
{
	char text[80] = "an unknown process";
	struct holder holder;

	holder_find(&holder, id, card->nic.ifindex);
	switch (holder.holding) {
	case HOLDING_UNKNOWN:
		facts_unknown(&card->facts, "xdp", name, -EPERM);
		break;
	case HOLDING_NO_LINK:
		snprintf(text, sizeof(text), "nobody: it stays until it is detached");
		facts_set_text(&card->facts, "xdp", name, text);
		break;
	case HOLDING_NOT_FOUND:
		snprintf(text, sizeof(text), "link %u", holder.link_id);
		facts_set_text(&card->facts, "xdp", name, text);
		break;
	case HOLDING_OTHER:
	case HOLDING_SELF:
		snprintf(text, sizeof(text), "%s (pid %d)", holder.name, (int)holder.pid);
		facts_set_text(&card->facts, "xdp", name, text);
		break;
	}
	facts_find(&card->facts, SEVERITY_NOTE, "", "XDP program %u is attached, held by %s", id,
		   text);
}

int card_has_program(const struct card *card)
{
	struct nic_link link;
	int ret = nic_read_link(&link, card->nic.ifindex);

	return ret ? ret : link.native_program || link.generic_program;
}

void card_read_programs(struct card *card)
{
	struct nic_link link;
	int ret = nic_read_link(&link, card->nic.ifindex);

	if (ret) {
		facts_unknown(&card->facts, "xdp", "native_program", ret);
		facts_unknown(&card->facts, "xdp", "generic_program", ret);
		return;
	}
	facts_set_number(&card->facts, "xdp", "native_program", link.native_program);
	facts_set_number(&card->facts, "xdp", "generic_program", link.generic_program);
	if (link.native_program)
		set_holder(card, "native_program_held_by", link.native_program);
	if (link.generic_program)
		set_holder(card, "generic_program_held_by", link.generic_program);
}
