/* SPDX-License-Identifier: BSD-2-Clause */
/* fail.h - explains a failure of the demo in a struct zcxsk_error. */
#ifndef DEMO_FAIL_H
#define DEMO_FAIL_H

#include <zcxsk/error.h>

/* Fills *error and returns code. */
int fail(struct zcxsk_error *error, int code, const char *step, const char *cause);

#endif
