/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mode.c - the names of the three modes, and back.
 */
#include <zcxsk/mode.h>

static const struct {
	enum zcxsk_mode mode;
	const char *name;
} modes[] = {
	{ZCXSK_MODE_ZERO_COPY, "zero-copy"},
	{ZCXSK_MODE_NATIVE_COPY, "native-copy"},
	{ZCXSK_MODE_GENERIC_COPY, "generic-copy"},
};

#define MODE_COUNT (sizeof(modes) / sizeof(modes[0]))

const char *zcxsk_mode_name(enum zcxsk_mode mode)
{
	for (size_t i = 0; i < MODE_COUNT; i++)
		if (modes[i].mode == mode)
			return modes[i].name;
	return "?";
}

uint32_t zcxsk_modes_parse(const char *word)
{
	if (!word)
		return 0;
	if (!strcmp(word, "auto"))
		return ZCXSK_MODES_ALL;
	for (size_t i = 0; i < MODE_COUNT; i++)
		if (!strcmp(modes[i].name, word))
			return modes[i].mode;
	return 0;
}
