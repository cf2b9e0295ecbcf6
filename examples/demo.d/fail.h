/* SPDX-License-Identifier: BSD-2-Clause */
/* fail.h - puts a failure of the demo's own into words, as the library does with its. */
#ifndef DEMO_FAIL_H
#define DEMO_FAIL_H

#include <zcxsk/error.h>

/* Fills *error and returns code. */
int fail(struct zcxsk_error *error, int code, const char *step, const char *cause);

#endif
