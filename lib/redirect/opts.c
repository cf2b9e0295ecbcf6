/* SPDX-License-Identifier: BSD-2-Clause */
/* opts.c - checks the options of a redirect. */
#include "redirect/opts.h"

#include <errno.h>
#include <inttypes.h>

#include "explain/explain.h"
#include "base/opts.h"
#include "rules/rules.h"

#define KNOWN_FLAGS ZCXSK_REDIRECT_COEXIST

#define KNOWN_GIVE_UP ((uint64_t)(2 * ZCXSK_GIVE_UP_MACHINE - 1))

/* Up to confirm_ns; give_up came later. */
#define FIRST_SIZE offsetof(struct zcxsk_redirect_opts, give_up)

static int copy_opts(struct zcxsk_redirect_opts *ours, const struct zcxsk_redirect_opts *opts,
		     struct zcxsk_error *error)
{
	if (opts_copy(ours, sizeof(*ours), opts, FIRST_SIZE))
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
	if (ours->give_up != ZCXSK_GIVE_UP_ALL && ours->give_up & ~KNOWN_GIVE_UP)
		return explain_usage(error, "check options", "",
				     "unknown bits 0x%" PRIx64 " in give_up, known are 0x%" PRIx64,
				     ours->give_up & ~KNOWN_GIVE_UP, KNOWN_GIVE_UP);
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
