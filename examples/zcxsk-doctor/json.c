/* SPDX-License-Identifier: BSD-2-Clause */
/* json.c - facts and findings as JSON, for programs. */
#include <errno.h>
#include <string.h>
#include <zcxsk/zcxsk.h>

#include "json_text.h"
#include "output.h"

json_t *json_interface(const struct card *card)
{
	const struct facts *facts = &card->facts;

	return json_pack("{s:o, s:s, s:s, s:O, s:O, s:O}", "interface", json_text(card->nic.ifname),
			 "outlook", card->outlook, "worst", severity_name(facts_worst(facts)),
			 "findings", facts->findings, "facts", facts->groups, "unknown",
			 facts->unknown);
}

json_t *json_all(const struct facts *machine, json_t *interfaces)
{
	return json_pack("{s:s, s:s, s:O, s:O, s:o}", "tool", "zcxsk-doctor", "version",
			 zcxsk_version(), "machine", machine->groups, "unknown", machine->unknown,
			 "interfaces", interfaces);
}

int json_write(const json_t *object, const char *path)
{
	FILE *to = strcmp(path, "-") != 0 ? fopen(path, "we") : stdout;
	bool written;

	if (!to)
		return -errno;
	written = !json_dumpf(object, to, JSON_INDENT(1)) && fputc('\n', to) != EOF && !fflush(to);
	if (to != stdout && fclose(to))
		written = false;
	return written ? 0 : -(errno ? errno : EIO);
}
