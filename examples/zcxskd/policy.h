/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * policy.h - the policy: a file with one grant per line,
 *
 *   allow WHO INTERFACE QUEUES [RULES]
 *
 * WHO is a user, or @ and a group, by name or number. QUEUES is "all" or a list such
 * as 0,2,4-7. RULES are in the language of zcxsk_rules(7); a grant without rules
 * allows sending only. A # begins a comment.
 */
#ifndef ZCXSKD_POLICY_H
#define ZCXSKD_POLICY_H

#include <net/if.h>
#include <stdbool.h>
#include <sys/types.h>
#include <zcxsk/rule.h>

#define POLICY_RANGES 16u /* of queues in one grant */
#define POLICY_GROUPS 64u /* of one client; further groups are ignored */
#define POLICY_WHY 1100u  /* bytes of a reason, with its terminator: as long as an error */

/* A client's identity, from the kernel. */
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
	struct zcxsk_rules *rules;
};

struct policy {
	const char *path;
	size_t count;
	struct grant *grants;
};

/* Reads the file. On failure returns false, with line and reason on standard error. */
bool policy_read(struct policy *policy, const char *path);
void policy_free(struct policy *policy);

/*
 * Reads one line into *grant. 1; 0 for a line without a grant; -1 with the reason. The
 * caller destroys the grant's rules.
 */
int policy_line(struct grant *grant, char *line, char *why, size_t size);

/* Whether the client has any grant; one for the interface; one for its queue. */
bool policy_has(const struct policy *policy, const struct identity *who);
bool policy_has_interface(const struct policy *policy, const struct identity *who,
			  const char *ifname);
bool policy_has_queue(const struct policy *policy, const struct identity *who, const char *ifname,
		      uint32_t queue);

/* The first rule that takes packets beyond the grants; -1 if there is none. */
int policy_beyond(const struct policy *policy, const struct identity *who, const char *ifname,
		  const struct zcxsk_rules *rules);

#endif
