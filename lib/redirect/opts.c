/* SPDX-License-Identifier: BSD-2-Clause */
/* opts.c - checks the options of a redirect, and that its rules spare management traffic. */
#include "redirect/opts.h"

#include <errno.h>
#include <inttypes.h>

#include "explain/explain.h"
#include "redirect/guard.h"
#include "base/opts.h"
#include "rules/rules.h"

#define KNOWN_FLAGS (ZCXSK_REDIRECT_TAKE_MANAGEMENT | ZCXSK_REDIRECT_COEXIST)

static int copy_opts(struct zcxsk_redirect_opts *ours, const struct zcxsk_redirect_opts *opts,
		     struct zcxsk_error *error)
{
	if (opts_copy(ours, sizeof(*ours), opts, sizeof(*ours)))
		return explain_usage(error, "check options",
				     "Start from zcxsk_redirect_opts_init().",
				     "the options' size of %zu is wrong, or fields beyond the %zu "
				     "known bytes are not zero",
				     opts->size, sizeof(*ours));
	if (ours->flags & ~KNOWN_FLAGS)
		return explain_usage(error, "check options", "",
				     "unknown flags 0x%x, known are 0x%x",
				     ours->flags & ~KNOWN_FLAGS, KNOWN_FLAGS);
	if (ours->modes & ~ZCXSK_MODES_ALL)
		return explain_usage(error, "check options", "",
				     "unknown modes 0x%x, known are 0x%x",
				     ours->modes & ~ZCXSK_MODES_ALL, ZCXSK_MODES_ALL);
	if (ours->rules_text && ours->rules)
		return explain_usage(error, "check options",
				     "Set one of them and leave the other NULL.",
				     "both rules_text and rules (%u rules) are set",
				     zcxsk_rules_count(ours->rules));
	if (ours->confirm_ns > ZCXSK_CONFIRM_MAX_NS)
		return explain_usage(error, "check options", "",
				     "confirm_ns of %" PRIu64 " is above the limit of a day, %llu",
				     ours->confirm_ns, ZCXSK_CONFIRM_MAX_NS);
	return 0;
}

int redirect_take_opts(struct zcxsk_redirect_opts *ours, const struct zcxsk_redirect_opts *opts,
		       struct zcxsk_error *error)
{
	struct zcxsk_rules *rules = NULL;
	int ret = copy_opts(ours, opts, error);

	if (!ret && ours->rules_text)
		ret = zcxsk_rules_parse(&rules, ours->rules_text, error);
	if (ret)
		return ret;
	ours->rules = ours->rules_text ? rules : rules_hold(ours->rules);
	ours->rules_text = NULL;
	return 0;
}

int redirect_check_guard(const struct nic *nic, const struct zcxsk_redirect_opts *opts,
			 struct zcxsk_error *error)
{
	char why[160], what[240];

	if (opts->flags & ZCXSK_REDIRECT_TAKE_MANAGEMENT || !opts->rules)
		return 0;
	if (!guard_management(nic->ifname, why, sizeof(why)))
		return 0;
	if (!guard_rules(opts->rules, what, sizeof(what)))
		return 0;
	return explain_text(error, "check management interface", -EPERM,
			    "Put a pass rule for it before that rule, narrow the rule, or set "
			    "ZCXSK_REDIRECT_TAKE_MANAGEMENT if the loss is intended.",
			    "%s on %s: %s", what, nic->ifname, why);
}
