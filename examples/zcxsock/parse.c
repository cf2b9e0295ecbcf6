/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parse.c - converts words of the command line to values.
 */
#include "parse.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "number.h"

enum {
	NUMBER_TEXT = 24, /* characters; longer than any valid number */
	WATCHDOG_MIN_US = 10,
};

/* An hour, the library's limit. */
#define WATCHDOG_MAX_US UINT64_C(3600000000)

/* The digits may be only a part of the word; messages show the whole word. */
static uint64_t parse_digits(const char *option, const char *word, const char *digits, uint64_t min,
			     uint64_t max)
{
	uint64_t value;

	if (!number_read(digits, min, max, &value))
		options_fail("%s %s: %smust be a whole number from %" PRIu64 " to %" PRIu64, option,
			     word, digits == word ? "" : "the number ", min, max);
	return value;
}

uint64_t parse_number(const char *option, const char *word, uint64_t min, uint64_t max)
{
	return parse_digits(option, word, word, min, max);
}

double parse_seconds(const char *option, const char *word, double min, double max)
{
	char *end;
	double value = strtod(word, &end);

	if (end == word || *end || !isfinite(value) || value < min || value > max)
		options_fail("%s %s: must be a number of seconds from %g to %.0f", option, word,
			     min, max);
	return value;
}

void parse_mac(const char *option, const char *word, uint8_t *mac)
{
	const char *at = word;

	for (int i = 0; i < MAC_BYTES; i++, at += 3) {
		char pair[3] = {at[0], at[0] ? at[1] : '\0', '\0'};

		if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1]) ||
		    at[2] != (i < MAC_BYTES - 1 ? ':' : '\0'))
			options_fail("%s %s: must be a MAC address like 02:00:00:00:00:01", option,
				     word);
		mac[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
}

uint32_t parse_ip(const char *option, const char *word)
{
	struct in_addr address;

	if (inet_pton(AF_INET, word, &address) != 1)
		options_fail("%s %s: must be an IPv4 address like 198.18.0.1", option, word);
	return address.s_addr;
}

/* "one, two or three" */
static void join_choices(char *text, size_t size, const char *const *choices)
{
	size_t len = 0;

	for (uint32_t i = 0; choices[i] && len < size; i++) {
		const char *between = !i ? "" : choices[i + 1] ? ", " : " or ";

		len += (size_t)snprintf(text + len, size - len, "%s%s", between, choices[i]);
	}
}

uint32_t parse_choice(const char *option, const char *word, const char *const *choices)
{
	char text[64];

	for (uint32_t i = 0; choices[i]; i++)
		if (!strcmp(word, choices[i]))
			return i;
	join_choices(text, sizeof(text), choices);
	options_fail("%s %s: must be %s", option, word, text);
}

uint32_t parse_modes(const char *option, const char *word)
{
	uint32_t modes = zcxsk_modes_parse(word);

	if (!modes)
		options_fail("%s %s: must be auto, zero-copy, native-copy or generic-copy", option,
			     word);
	return modes;
}

uint32_t parse_frame_size(const char *option, const char *word)
{
	if (strcmp(word, "2048") && strcmp(word, "4096"))
		options_fail("%s %s: must be 2048 or 4096 bytes", option, word);
	return word[0] == '2' ? 2048 : FRAME_SIZE_MAX;
}

enum zcxsk_kick_policy parse_kick_policy(const char *option, const char *word)
{
	enum zcxsk_kick_policy policy;

	if (zcxsk_kick_policy_parse(word, &policy))
		options_fail("%s %s: must be adaptive, burst, batch or manual", option, word);
	return policy;
}

void parse_watchdog(const char *option, const char *word, struct options *o)
{
	const char *colon = strchr(word, ':');
	size_t length = strcspn(word, ":");
	char first[NUMBER_TEXT] = ""; /* stays empty if the word is too long */

	o->watchdog_first_ns = o->watchdog_last_ns = 0;
	if (!strcmp(word, "on"))
		return;
	if (!strcmp(word, "off")) {
		o->watchdog_first_ns = UINT64_MAX;
		return;
	}
	if (!isdigit((unsigned char)word[0]))
		options_fail("%s %s: must be on, off, FIRST or FIRST:LAST", option, word);
	if (length < sizeof(first))
		memcpy(first, word, length);
	o->watchdog_first_ns =
		NS_PER_US * parse_digits(option, word, first, WATCHDOG_MIN_US, WATCHDOG_MAX_US);
	if (colon)
		o->watchdog_last_ns = NS_PER_US * parse_digits(option, word, colon + 1,
							       WATCHDOG_MIN_US, WATCHDOG_MAX_US);
}
