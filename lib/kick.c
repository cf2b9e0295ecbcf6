/* SPDX-License-Identifier: BSD-2-Clause */
/* kick.c - the names of the kick policies. */
#include <zcxsk/kick.h>

#include <errno.h>

static const char *const names[] = {
	[ZCXSK_KICK_ADAPTIVE] = "adaptive",
	[ZCXSK_KICK_BURST] = "burst",
	[ZCXSK_KICK_BATCH] = "batch",
	[ZCXSK_KICK_MANUAL] = "manual",
};

#define POLICIES (sizeof(names) / sizeof(names[0]))

const char *zcxsk_kick_policy_name(enum zcxsk_kick_policy policy)
{
	return (size_t)policy < POLICIES ? names[policy] : "unknown";
}

int zcxsk_kick_policy_parse(const char *text, enum zcxsk_kick_policy *policy)
{
	if (!text || !policy)
		return -EINVAL;
	for (size_t i = 0; i < POLICIES; i++)
		if (!strcmp(text, names[i])) {
			*policy = (enum zcxsk_kick_policy)i;
			return 0;
		}
	return -EINVAL;
}
