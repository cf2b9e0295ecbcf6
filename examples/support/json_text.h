/* SPDX-License-Identifier: BSD-2-Clause */
/* json_text.h - text of the kernel as a JSON string. */
#ifndef EXAMPLES_JSON_TEXT_H
#define EXAMPLES_JSON_TEXT_H

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Names of interfaces and processes may hold bytes that are not UTF-8; they are read as Latin-1. */
static inline json_t *json_text(const char *name)
{
	json_t *value = json_string(name);
	size_t length = 0;
	char *text;

	if (value)
		return value;
	text = malloc(2 * strlen(name) + 1);
	if (!text)
		return NULL;
	for (const unsigned char *at = (const unsigned char *)name; *at; at++) {
		if (*at >= 0x80)
			text[length++] = (char)(0xc0 | *at >> 6);
		text[length++] = (char)(*at >= 0x80 ? 0x80 | (*at & 0x3f) : *at);
	}
	value = json_stringn(text, length);
	free(text);
	return value;
}

#endif
