/* SPDX-License-Identifier: BSD-2-Clause */
/* names.c - the names of modes and kick policies, and the version as text. */
#include <zcxsk/base.h>
#include <zcxsk/kick.h>
#include <zcxsk/mode.h>

#include <errno.h>

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

static const char *const policy_names[] = {
	[ZCXSK_KICK_ADAPTIVE] = "adaptive",
	[ZCXSK_KICK_BURST] = "burst",
	[ZCXSK_KICK_BATCH] = "batch",
	[ZCXSK_KICK_MANUAL] = "manual",
};

#define POLICY_COUNT (sizeof(policy_names) / sizeof(policy_names[0]))

const char *zcxsk_kick_policy_name(enum zcxsk_kick_policy policy)
{
	return (size_t)policy < POLICY_COUNT ? policy_names[policy] : "unknown";
}

int zcxsk_kick_policy_parse(const char *text, enum zcxsk_kick_policy *policy)
{
	if (!text || !policy)
		return -EINVAL;
	for (size_t i = 0; i < POLICY_COUNT; i++)
		if (!strcmp(text, policy_names[i])) {
			*policy = (enum zcxsk_kick_policy)i;
			return 0;
		}
	return -EINVAL;
}

#define TEXT(number) TEXT_OF(number)
#define TEXT_OF(number) #number

const char *zcxsk_version(void)
{
	return TEXT(ZCXSK_VERSION_MAJOR) "." TEXT(ZCXSK_VERSION_MINOR) "." TEXT(
		ZCXSK_VERSION_PATCH);
}
