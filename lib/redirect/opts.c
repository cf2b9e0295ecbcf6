// SPDX-License-Identifier: BSD-2-Clause
/* opts.c - the options of a redirect, and what they would take away. */
#include "redirect/opts.h"

#include <errno.h>
#include <inttypes.h>

#include "explain/explain.h"
#include "redirect/guard.h"
#include "base/opts.h"

#define KNOWN_FLAGS                                                                                \
	(ZCXSK_REDIRECT_TAKE_ALL | ZCXSK_REDIRECT_TAKE_MANAGEMENT | ZCXSK_REDIRECT_COEXIST)

int redirect_take_opts(struct zcxsk_redirect_opts *ours, const struct zcxsk_redirect_opts *opts,
		       struct zcxsk_error *error)
{
	if (opts_copy(ours, sizeof(*ours), opts, sizeof(*ours)))
		return explain_usage(error, "check options",
				     "Start from zcxsk_redirect_opts_init().",
				     "size %zu of the options is wrong, or fields beyond the %zu "
				     "bytes known are not zero",
				     opts->size, sizeof(*ours));
	if (ours->flags & ~KNOWN_FLAGS)
		return explain_usage(error, "check options", "",
				     "unknown flags 0x%x, known are 0x%x",
				     ours->flags & ~KNOWN_FLAGS, KNOWN_FLAGS);
	if (ours->modes & ~ZCXSK_MODES_ALL)
		return explain_usage(error, "check options", "",
				     "unknown modes 0x%x, known are 0x%x",
				     ours->modes & ~ZCXSK_MODES_ALL, ZCXSK_MODES_ALL);
	if (ours->flags & ZCXSK_REDIRECT_TAKE_ALL && ours->rules)
		return explain_usage(error, "check options",
				     "Leave one of them out; `take any` is a rule, too.",
				     "ZCXSK_REDIRECT_TAKE_ALL is given together with %u rules",
				     zcxsk_rules_count(ours->rules));
	if (ours->confirm_ns > ZCXSK_CONFIRM_MAX_NS)
		return explain_usage(error, "check options", "",
				     "%" PRIu64 " ns to confirm are more than a day, %llu",
				     ours->confirm_ns, ZCXSK_CONFIRM_MAX_NS);
	return 0;
}

int redirect_check_guard(const struct nic *nic, const struct zcxsk_redirect_opts *opts,
			 struct zcxsk_error *error)
{
	bool all = opts->flags & ZCXSK_REDIRECT_TAKE_ALL;
	char why[160], what[240];

	if (opts->flags & ZCXSK_REDIRECT_TAKE_MANAGEMENT || (!all && !opts->rules))
		return 0;
	if (!guard_management(nic->ifname, why, sizeof(why)))
		return 0;
	if (all)
		return explain_text(error, "check management interface", -EPERM,
				    "Give rules for the packets wanted, or set "
				    "ZCXSK_REDIRECT_TAKE_MANAGEMENT if the loss is intended.",
				    "taking every packet of %s may cut this machine off: %s",
				    nic->ifname, why);
	if (!guard_rules(opts->rules, what, sizeof(what)))
		return 0;
	return explain_text(error, "check management interface", -EPERM,
			    "Put a pass rule for it before that rule, narrow the rule, or set "
			    "ZCXSK_REDIRECT_TAKE_MANAGEMENT if the loss is intended.",
			    "%s on %s: %s", what, nic->ifname, why);
}
