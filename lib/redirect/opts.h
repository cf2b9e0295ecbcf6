/* SPDX-License-Identifier: BSD-2-Clause */
/* opts.h - checks the options of a redirect. */
#ifndef ZCXSK_LIB_REDIRECT_OPTS_H
#define ZCXSK_LIB_REDIRECT_OPTS_H

#include <zcxsk/redirect.h>

#include "nic/nic.h"

/*
 * Checks and copies the options. ours->rules is then a set that the caller
 * drops with zcxsk_rules_destroy(), compiled from rules_text if that is given.
 * 0 or -errno, explained; then there is nothing to drop.
 */
int redirect_take_opts(struct zcxsk_redirect_opts *ours, const struct zcxsk_redirect_opts *opts,
		       struct zcxsk_error *error);

/* 0, or -EPERM, explained, if the rules may cut this machine off. */
int redirect_check_guard(const struct nic *nic, const struct zcxsk_redirect_opts *opts,
			 struct zcxsk_error *error);

#endif
