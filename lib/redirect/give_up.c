/* SPDX-License-Identifier: BSD-2-Clause */
/* give_up.c - the words for what rules may take from the machine. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zcxsk/redirect.h>

#include "explain/explain.h"

static const struct word {
	const char *name;
	uint64_t bits;
} words[] = {
	{"ssh", ZCXSK_GIVE_UP_SSH},	    {"arp", ZCXSK_GIVE_UP_ARP},
	{"nd", ZCXSK_GIVE_UP_ND},	    {"dhcp", ZCXSK_GIVE_UP_DHCP},
	{"pmtu", ZCXSK_GIVE_UP_PMTU},	    {"multicast", ZCXSK_GIVE_UP_MULTICAST},
	{"tunnels", ZCXSK_GIVE_UP_TUNNELS}, {"lacp", ZCXSK_GIVE_UP_LACP},
	{"stp", ZCXSK_GIVE_UP_STP},	    {"802.1x", ZCXSK_GIVE_UP_8021X},
	{"machine", ZCXSK_GIVE_UP_MACHINE}, {"all", ZCXSK_GIVE_UP_ALL},
};

#define WORDS (sizeof(words) / sizeof(words[0]))

static const struct word *find(const char *text, size_t length)
{
	for (size_t i = 0; i < WORDS; i++)
		if (strlen(words[i].name) == length && !strncmp(words[i].name, text, length))
			return &words[i];
	return NULL;
}

int zcxsk_give_up_parse(uint64_t *give_up, const char *text, struct zcxsk_error *error)
{
	uint64_t bits = 0;

	if (!give_up || !text)
		return explain_usage(error, "read what to give up", "", "%s is NULL",
				     give_up ? "text" : "give_up");
	for (const char *at = text;; at++) {
		size_t length = strcspn(at, ",");
		const struct word *word = find(at, length);

		if (!word)
			return explain_usage(error, "read what to give up",
					     "Give words with commas between them: ssh, arp, nd, "
					     "dhcp, pmtu, multicast, tunnels, lacp, stp, 802.1x, "
					     "machine, or all.",
					     "'%.*s' is unknown", (int)length, at);
		bits |= word->bits;
		at += length;
		if (!*at)
			break;
	}
	*give_up = bits;
	explain_clear(error);
	return 0;
}

size_t zcxsk_give_up_text(uint64_t give_up, char *buf, size_t size)
{
	size_t length = 0;

	if (size)
		buf[0] = '\0';
	for (size_t i = 0; i < WORDS; i++) {
		bool all = words[i].bits == ZCXSK_GIVE_UP_ALL;

		if (all ? give_up != words[i].bits
			: give_up == ZCXSK_GIVE_UP_ALL || !(give_up & words[i].bits))
			continue;
		length += (size_t)snprintf(length < size ? buf + length : NULL,
					   length < size ? size - length : 0, "%s%s",
					   length ? "," : "", words[i].name);
	}
	return length;
}
