/* SPDX-License-Identifier: BSD-2-Clause */
/* guard_loss.c - collects what a set of rules would take away, and explains it. */
#include "redirect/guard_loss.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "explain/explain.h"
#include "rules/rules.h"

#define STEP_NAME "check what the rules take"

/* Bytes for "; and 4294967295 more". */
#define MORE_SIZE 24

struct loss {
	int rule;
	char text[160];
};

const struct guard_share *guard_of_card(struct guard *g)
{
	if (!g->share_known)
		guard_find_share(&g->share, &g->facts, g->card);
	g->share_known = true;
	return &g->share;
}

void guard_card_uses(struct guard *g)
{
	if (g->uses_known)
		return;
	g->uses_known = true;
	if (guard_find_uses(&g->facts, guard_of_card(g), &g->uses) || guard_add_tunnels(g))
		g->ret = -ENOMEM;
}

bool guard_may_take(const struct guard *g, const struct redirect_term *box)
{
	return rules_may_take(g->rules, box);
}

static bool is_noted(const struct guard *g, const char *text)
{
	for (GUARD_EACH(const struct loss, loss, &g->losses))
		if (!strcmp(loss->text, text))
			return true;
	return false;
}

void guard_lose(struct guard *g, uint64_t kind, const struct redirect_term *box,
		const struct guard_tags *tags, const char *format, ...)
{
	struct loss loss = {.rule = guard_taker(g->rules, box, tags)}, *noted;
	va_list args;

	if (loss.rule < 0 || g->give_up & kind)
		return;
	g->lost |= kind;
	va_start(args, format);
	vsnprintf(loss.text, sizeof(loss.text), format, args);
	va_end(args);
	if (is_noted(g, loss.text))
		return;
	noted = guard_list_add(&g->losses, sizeof(*noted));
	if (noted)
		*noted = loss;
	else
		g->ret = -ENOMEM;
}

/* ---- explaining ---------------------------------------------------------------------- */

/* Adds a loss to the text if it fits. */
static bool add(char *text, size_t size, const char *between, const struct loss *loss)
{
	size_t length = strlen(text);

	if (length + strlen(between) + strlen(loss->text) >= size)
		return false;
	snprintf(text + length, size - length, "%s%s", between, loss->text);
	return true;
}

/* The texts of the losses, as many as fit. */
static void list_losses(const struct guard *g, char *text, size_t size)
{
	uint32_t told = 0;
	size_t length;

	text[0] = '\0';
	while (told < g->losses.count &&
	       add(text, size - MORE_SIZE, told ? "; " : "", guard_list_at(&g->losses, told)))
		told++;
	length = strlen(text);
	if (told < g->losses.count)
		snprintf(text + length, size - length, "; and %u more", g->losses.count - told);
}

int guard_explain(const struct guard *g, struct zcxsk_error *error)
{
	const struct loss *first = guard_list_at(&g->losses, 0);
	char rule[80], names[80], lost[360], remedy[256];

	if (g->ret)
		return explain_text(error, STEP_NAME, g->ret, "", "out of memory");
	if (!first)
		return 0;
	list_losses(g, lost, sizeof(lost));
	zcxsk_rules_text(g->rules, (uint32_t)first->rule, rule, sizeof(rule));
	zcxsk_give_up_text(g->lost, names, sizeof(names));
	snprintf(
		remedy, sizeof(remedy),
		"Put pass rules for these packets first, narrow the rules, or accept the loss with "
		"give_up of the options, or --give-up %s.",
		names);
	return explain_text(error, STEP_NAME, -EPERM, remedy,
			    "rule %d, \"%s\", would take on %s: %s", first->rule, rule, g->ifname,
			    lost);
}
