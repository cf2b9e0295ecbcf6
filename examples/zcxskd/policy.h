/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * policy.h - who may have what: a file with one grant a line,
 *
 *   allow WHO INTERFACE QUEUES [RULES]
 *
 * WHO is a user, or a group behind an @, by name or number. QUEUES is "all" or
 * a list such as 0,2,4-7. RULES are in the language of zcxsk_rules(7); without
 * any the grant is for sending only. A # begins a comment.
 */
#ifndef ZCXSKD_POLICY_H
#define ZCXSKD_POLICY_H

#include <net/if.h>
#include <stdbool.h>
#include <sys/types.h>
#include <zcxsk/rule.h>

#define POLICY_RANGES 16u /* of queues in one grant */
#define POLICY_GROUPS 64u /* of one client; a client's further ones count for nothing */
#define POLICY_WHY 1100u  /* bytes of a reason, with its end: as long as an error */

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
	struct zcxsk_rules *rules;
};

struct policy {
	const char *path;
	size_t count;
	struct grant *grants;
};

/* Reads the file. False, with the line and the reason on standard error. */
bool policy_read(struct policy *policy, const char *path);
void policy_free(struct policy *policy);

/*
 * Reads one line into *grant: 1, 0 for a line without a grant, -1 with the
 * reason. The rules of the grant are the caller's then.
 */
int policy_line(struct grant *grant, char *line, char *why, size_t size);

/* Whether there is any grant for it; for that interface; for that queue of it. */
bool policy_has(const struct policy *policy, const struct identity *who);
bool policy_has_interface(const struct policy *policy, const struct identity *who,
			  const char *ifname);
bool policy_has_queue(const struct policy *policy, const struct identity *who, const char *ifname,
		      uint32_t queue);

/* The first of the rules that takes what is not granted; -1 when there is none. */
int policy_beyond(const struct policy *policy, const struct identity *who, const char *ifname,
		  const struct zcxsk_rules *rules);

#endif
