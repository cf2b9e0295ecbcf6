/* SPDX-License-Identifier: BSD-2-Clause */
/* text.c - findings and facts for people. */
#include <stdlib.h>
#include <string.h>

#include "output.h"

enum { WIDTH = 78, INDENT = 9 };

/* Prints a text in lines that fit, each after an indent. */
static void wrap(const char *text, FILE *to)
{
	size_t column = INDENT;

	while (*text) {
		size_t word = strcspn(text, " ");

		if (column > INDENT && column + word + 1 > WIDTH) {
			fprintf(to, "\n%*s", INDENT, "");
			column = INDENT;
		} else if (column > INDENT) {
			fputc(' ', to);
			column++;
		}
		fprintf(to, "%.*s", (int)word, text);
		column += word;
		text += word;
		text += strspn(text, " ");
	}
	fputc('\n', to);
}

static const char *member(const json_t *finding, const char *name)
{
	return json_string_value(json_object_get(finding, name));
}

static void print_value(const json_t *value, FILE *to)
{
	char *text = json_is_null(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);

	fputs(json_is_string(value) ? json_string_value(value) : text ? text : "unknown", to);
	free(text);
}

void text_facts(const struct facts *facts, FILE *to)
{
	const char *group, *name, *reason;
	json_t *members, *value;
	char key[96];

	json_object_foreach(facts->groups, group, members)
	{
		fprintf(to, "  %s\n", group);
		json_object_foreach(members, name, value)
		{
			fprintf(to, "    %-24s ", name);
			print_value(value, to);
			snprintf(key, sizeof(key), "%s.%s", group, name);
			reason = member(facts->unknown, key);
			fprintf(to, reason ? ": %s\n" : "\n", reason);
		}
	}
}

void text_interface(const struct card *card, bool verbose, FILE *to)
{
	json_t *finding;
	size_t i;

	fprintf(to, "%s: %s, Linux %s: %s\n", card->nic.ifname,
		card->nic.driver[0] ? card->nic.driver : "driver unknown", card->nic.kernel_release,
		card->outlook);
	json_array_foreach(card->facts.findings, i, finding)
	{
		fprintf(to, "%-*s", INDENT, member(finding, "severity"));
		wrap(member(finding, "what"), to);
		if (*member(finding, "remedy")) {
			fprintf(to, "%*s-> ", INDENT, "");
			wrap(member(finding, "remedy"), to);
		}
	}
	if (verbose)
		text_facts(&card->facts, to);
}

void text_line(const struct card *card, FILE *to)
{
	const json_t *first = json_array_get(card->facts.findings, 0);
	enum severity worst = facts_worst(&card->facts);

	fprintf(to, "%-15s %-12s %-12s %-7s %s\n", card->nic.ifname,
		card->nic.driver[0] ? card->nic.driver : "?", card->outlook, severity_name(worst),
		first ? member(first, "what") : "");
}
