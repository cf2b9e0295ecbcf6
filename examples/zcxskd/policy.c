/* SPDX-License-Identifier: BSD-2-Clause */
/* policy.c - reads the grants and looks them up. */
#include "policy.h"

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grant.h"
#include "redirect/broker_message.h"

#define QUEUE_MAX 65535u /* queue numbers have 16 bits in the kernel */
#define BLANKS " \t\r\n"

/* ---- one line ---------------------------------------------------------------- */

static bool read_number(const char *text, uint32_t max, uint32_t *value)
{
	uint64_t number = 0;
	bool valid = broker_number(text, max, &number);

	*value = (uint32_t)number;
	return valid;
}

static bool read_who(struct grant *grant, const char *word, char *why, size_t size)
{
	const struct passwd *user;
	const struct group *group;

	grant->is_group = word[0] == '@';
	word += grant->is_group;
	/* The kernel reserves the largest number as "no user". */
	if (read_number(word, UINT32_MAX - 1, &grant->id))
		return true;
	user = grant->is_group ? NULL : getpwnam(word);
	group = grant->is_group ? getgrnam(word) : NULL;
	grant->id = user ? user->pw_uid : group ? group->gr_gid : 0;
	if (user || group)
		return true;
	snprintf(why, size, "there is no %s '%s'", grant->is_group ? "group" : "user", word);
	return false;
}

static bool read_range(struct grant *grant, char *text, char *why, size_t size)
{
	char *last = strchr(text, '-');
	uint32_t n = grant->range_count;

	if (last)
		*last++ = '\0';
	if (n == POLICY_RANGES) {
		snprintf(why, size, "more than %u ranges of queues", POLICY_RANGES);
		return false;
	}
	if (!read_number(text, QUEUE_MAX, &grant->ranges[n].first) ||
	    !read_number(last ? last : text, QUEUE_MAX, &grant->ranges[n].last) ||
	    grant->ranges[n].first > grant->ranges[n].last) {
		snprintf(why, size, "queues '%s%s%s': a number or a range from 0 to %u, or all",
			 text, last ? "-" : "", last ? last : "", QUEUE_MAX);
		return false;
	}
	grant->range_count++;
	return true;
}

static bool read_queues(struct grant *grant, char *word, char *why, size_t size)
{
	char *one;

	if (!strcmp(word, "all")) {
		grant->ranges[0].last = QUEUE_MAX;
		grant->range_count = 1;
		return true;
	}
	while ((one = strsep(&word, ",")))
		if (!read_range(grant, one, why, size))
			return false;
	return true;
}

static bool read_rules(struct grant *grant, const char *text, char *why, size_t size)
{
	struct zcxsk_error error;

	if (!zcxsk_rules_parse(&grant->rules, text, &error))
		return true;
	snprintf(why, size, "rules, %s. %s", error.cause, error.remedy);
	return false;
}

int policy_line(struct grant *grant, char *line, char *why, size_t size)
{
	char *rest, *verb, *who, *ifname, *queues;

	memset(grant, 0, sizeof(*grant));
	line[strcspn(line, "#\r\n")] = '\0';
	verb = strtok_r(line, BLANKS, &rest);
	if (!verb)
		return 0;
	who = strtok_r(NULL, BLANKS, &rest);
	ifname = strtok_r(NULL, BLANKS, &rest);
	queues = strtok_r(NULL, BLANKS, &rest);
	if (strcmp(verb, "allow") || !queues) {
		snprintf(why, size, "not understood: allow WHO INTERFACE QUEUES [RULES]");
		return -1;
	}
	if (strlen(ifname) >= sizeof(grant->ifname)) {
		snprintf(why, size, "interface %s is longer than %zu characters", ifname,
			 sizeof(grant->ifname) - 1);
		return -1;
	}
	memcpy(grant->ifname, ifname, strlen(ifname));
	if (!read_who(grant, who, why, size) || !read_queues(grant, queues, why, size) ||
	    !read_rules(grant, rest ? rest : "", why, size))
		return -1;
	return 1;
}

/* ---- the file ---------------------------------------------------------------- */

static bool add(struct policy *policy, const struct grant *grant)
{
	struct grant *more = realloc(policy->grants, (policy->count + 1) * sizeof(*policy->grants));

	if (!more)
		return false;
	policy->grants = more;
	policy->grants[policy->count++] = *grant;
	return true;
}

static bool read_lines(struct policy *policy, FILE *file)
{
	char *line = NULL, why[POLICY_WHY] = "";
	struct grant grant;
	size_t room = 0;
	int number = 0, is_grant = 0;

	while (is_grant >= 0 && getline(&line, &room, file) >= 0) {
		number++;
		is_grant = policy_line(&grant, line, why, sizeof(why));
		if (is_grant > 0 && !add(policy, &grant)) {
			zcxsk_rules_destroy(grant.rules);
			snprintf(why, sizeof(why), "out of memory");
			is_grant = -1;
		}
	}
	free(line);
	if (is_grant < 0)
		fprintf(stderr, "zcxskd: %s:%d: %s\n", policy->path, number, why);
	return is_grant >= 0;
}

bool policy_read(struct policy *policy, const char *path)
{
	FILE *file = fopen(path, "re");
	bool right;

	memset(policy, 0, sizeof(*policy));
	policy->path = path;
	if (!file) {
		fprintf(stderr, "zcxskd: %s: %s\n", path, strerror(errno));
		return false;
	}
	right = read_lines(policy, file);
	fclose(file);
	if (!right)
		policy_free(policy);
	return right;
}

void policy_free(struct policy *policy)
{
	for (size_t i = 0; i < policy->count; i++)
		zcxsk_rules_destroy(policy->grants[i].rules);
	free(policy->grants);
	policy->grants = NULL;
	policy->count = 0;
}

/* ---- questions --------------------------------------------------------------- */

static bool is_for(const struct grant *grant, const struct identity *who)
{
	if (!grant->is_group)
		return grant->id == who->uid;
	for (size_t i = 0; i < who->group_count; i++)
		if (grant->id == who->groups[i])
			return true;
	return false;
}

/* The client's next grant from *at on; with ifname NULL, of any interface. */
static const struct grant *next_grant(const struct policy *policy, const struct identity *who,
				      const char *ifname, size_t *at)
{
	while (*at < policy->count) {
		const struct grant *grant = &policy->grants[(*at)++];

		if (is_for(grant, who) && (!ifname || !strcmp(ifname, grant->ifname)))
			return grant;
	}
	return NULL;
}

bool policy_has(const struct policy *policy, const struct identity *who)
{
	size_t at = 0;

	return next_grant(policy, who, NULL, &at);
}

bool policy_has_interface(const struct policy *policy, const struct identity *who,
			  const char *ifname)
{
	size_t at = 0;

	return next_grant(policy, who, ifname, &at);
}

bool policy_has_queue(const struct policy *policy, const struct identity *who, const char *ifname,
		      uint32_t queue)
{
	const struct grant *grant;
	size_t at = 0;

	while ((grant = next_grant(policy, who, ifname, &at)))
		for (uint32_t i = 0; i < grant->range_count; i++)
			if (queue >= grant->ranges[i].first && queue <= grant->ranges[i].last)
				return true;
	return false;
}

int policy_beyond(const struct policy *policy, const struct identity *who, const char *ifname,
		  const struct zcxsk_rules *rules)
{
	uint32_t box = 0, before;
	int beyond = broker_grant_follow(NULL, rules, &box);

	/* Ends when no grant covers the current box. */
	do {
		const struct grant *grant;
		size_t at = 0;

		before = box;
		while (beyond >= 0 && (grant = next_grant(policy, who, ifname, &at)))
			beyond = broker_grant_follow(grant->rules, rules, &box);
	} while (beyond >= 0 && box != before);
	return beyond;
}
