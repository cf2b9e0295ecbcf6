/* SPDX-License-Identifier: BSD-2-Clause */
/* opts.h - whether what a redirect is asked for is possible, and safe. */
#ifndef ZCXSK_LIB_REDIRECT_OPTS
#define ZCXSK_LIB_REDIRECT_OPTS

#include <zcxsk/redirect.h>

#include "nic/nic.h"

/* Copies and checks the options. 0 or -EINVAL, explained. */
int redirect_take_opts(struct zcxsk_redirect_opts *ours, const struct zcxsk_redirect_opts *opts,
		       struct zcxsk_error *error);

/* 0, or -EPERM, explained, when what is to be taken may cut this machine off. */
int redirect_check_guard(const struct nic *nic, const struct zcxsk_redirect_opts *opts,
			 struct zcxsk_error *error);

#endif
