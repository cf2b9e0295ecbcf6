/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * policy.h - who may have what: a file with one grant a line,
 *
 *   allow WHO INTERFACE QUEUES [RULES]
 *
 * WHO is a user, or a group behind an @, by name or number. QUEUES is "all" or
 * a list such as 0,2,4-7. RULES are as in broker_rules.h; without any the
 * grant is for sending only. A # begins a comment.
 */
#ifndef ZCXSKD_POLICY_H
#define ZCXSKD_POLICY_H

#include <net/if.h>
#include <stdbool.h>
#include <sys/types.h>

#include "broker_rules.h"

#define POLICY_RANGES 16u /* of queues in one grant */
#define POLICY_GROUPS 64u /* of one client; a client's further ones count for nothing */

/* A client as the kernel vouches for it. */
struct identity {
	uid_t uid;
	pid_t pid;
	size_t group_count;
	gid_t groups[POLICY_GROUPS];
};

struct grant {
	bool is_group;
	uint32_t id; /* user or group */
	char ifname[IFNAMSIZ];
	uint32_t range_count;
	struct {
		uint32_t first, last;
	} ranges[POLICY_RANGES];
	struct broker_rules rules;
};

struct policy {
	const char *path;
	size_t count;
	struct grant *grants;
};

/* Reads the file. False, with the line and the reason on standard error. */
bool policy_read(struct policy *policy, const char *path);
void policy_free(struct policy *policy);

/* Reads one line into *grant: 1, 0 for a line without a grant, -1 with the reason. */
int policy_line(struct grant *grant, char *line, char *why, size_t size);

/* Whether there is any grant for it; for that interface; for that queue of it. */
bool policy_has(const struct policy *policy, const struct identity *who);
bool policy_has_interface(const struct policy *policy, const struct identity *who,
			  const char *ifname);
bool policy_has_queue(const struct policy *policy, const struct identity *who, const char *ifname,
		      uint32_t queue);

/* Whether all of the rules are granted; if not, the text of the first that is not. */
bool policy_has_rules(const struct policy *policy, const struct identity *who, const char *ifname,
		      const struct broker_rules *rules, char refused[BROKER_RULE_MAX]);

#endif
