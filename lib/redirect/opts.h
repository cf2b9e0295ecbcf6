/* SPDX-License-Identifier: BSD-2-Clause */
/* opts.h - checks the options of a redirect. */
#ifndef ZCXSK_LIB_REDIRECT_OPTS_H
#define ZCXSK_LIB_REDIRECT_OPTS_H

#include <zcxsk/redirect.h>

/*
 * Checks and copies the options. ours->rules is then a reference that the caller
 * releases with zcxsk_rules_destroy(); it is compiled from rules_text if that is
 * set. Returns 0, or -errno with *error filled and nothing to release.
 */
int redirect_take_opts(struct zcxsk_redirect_opts *ours, const struct zcxsk_redirect_opts *opts,
		       struct zcxsk_error *error);

#endif
